# SPDX-License-Identifier: BSL-1.0
"""The tool `oms-stop` with a million tasks: the memory of each of its steps, and the size of its report."""

import os
import signal
import subprocess
import time

from . import machine
from .client import run_program
from .server import pinned
from .text import bar, table

_PROJECTS = 1_000


class _Simulator:
    """The service, with that many tasks."""

    def __init__(self, build, where, tasks):
        self.where = where
        files = {name: os.path.join(where, name) for name in ("ca.pem", "tokens", "tasks")}
        self.process = subprocess.Popen(
            pinned([os.path.join(build, "example", "oms-simulator"), "--projects", str(_PROJECTS), "--tasks-per-project",
                    str(tasks // _PROJECTS), "--ca-out", files["ca.pem"], "--token-out", files["tokens"], "--tasks-out",
                    files["tasks"]]),
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise RuntimeError(f"the simulator says: {line}")
        os.chmod(files["tokens"], 0o600)
        self.reach = ["--endpoint", line.split()[-1], "--ca-file", files["ca.pem"], "--token-file", files["tokens"]]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def _run(command, wanted, output=None):
    """Its peak of memory in MiB, and how long it took."""
    line = '"$@" >' + (output or "/dev/null") + " 2>/dev/null"
    begun = time.monotonic()
    _, usage, status = run_program(["sh", "-c", line, "sh", *command])
    if status not in wanted:
        raise RuntimeError(f"{' '.join(command[:4])} ended with {status}")
    return usage.ru_maxrss / 1024, time.monotonic() - begun


def measure(build, where, say, tasks):
    tool = os.path.join(build, "example", "oms_stop", "oms-stop")
    plan, report, cut = (os.path.join(where, name) for name in ("plan", "report", "cut"))
    server = _Simulator(build, where, tasks)
    found = {}
    try:
        for name, command, wanted, output in [
            ("planned", ["--from", os.path.join(where, "tasks"), "--dry-run", *server.reach], [0], plan),
            ("applied", ["--from", plan, "--yes", "--report", report, "--quiet", *server.reach], [0], None),
            ("resumed", ["--resume", report, "--quiet"], [0], None),
            ("reported", ["report", report], [0], None),
            ("drawn", ["report", report, "--html", os.path.join(where, "page")], [0], None),
            ("cut", ["--from", os.path.join(where, "tasks"), "--yes", "--deadline", "10s", "--report", cut, "--quiet",
                     *server.reach], [4], None),
        ]:
            say(f"tool: {tasks:,} tasks are {name}")
            if name == "resumed":
                _cut(report)
            found[name] = _run([tool, *command], wanted, output)
            if name == "applied":
                found["bytes"] = os.path.getsize(report) / tasks
            if name == "cut":
                found["cut bytes"] = os.path.getsize(cut) / tasks
    finally:
        server.stop()
    return found


def _cut(report):
    """As if the run had been killed when half of it was done."""
    with open(report, "r+b") as file:
        file.truncate(os.path.getsize(report) * 2 // 3)


def run(build, where, say, tasks=1_000_000):
    found = measure(build, where, say, tasks)
    rows = [[f"MiB in which {tasks:,} tasks are {name}", *bar(found[name][0], 200, 120, 0)]
            for name in ("planned", "applied", "resumed", "reported", "drawn", "cut")]
    rows.append(["bytes of the report for each task", *bar(found["bytes"], 250, 200, 0)])
    rows.append(["the same where --deadline ends it after 10 s", *bar(found["cut bytes"], 100, 60, 0)])
    took = ", ".join(f"{name} {found[name][1]:.0f} s" for name in ("planned", "applied", "resumed", "reported"))
    cores = len(machine.CORES)
    return ("## The tool\n\n" + table(["", "figure", "bar", "moonshot", ""], rows) +
            f"\nTimes, with {cores} cores and the simulator for the service: {took}.\n")
