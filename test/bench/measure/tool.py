# SPDX-License-Identifier: BSL-1.0
"""The tool `oms-stop` with a million tasks: the memory of each of its steps, and the size of its report."""

import json
import os
import re
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


def _run(where, command, wanted, output=None):
    """Its peak of memory in MiB, how long it took, and what it said."""
    said, printed = os.path.join(where, "said"), output or os.path.join(where, "printed")
    line = f'"$@" >{printed} 2>{said}'
    begun = time.monotonic()
    _, usage, status = run_program(["sh", "-c", line, "sh", *command])
    took = time.monotonic() - begun
    text = _read(said) + ("" if output else _read(printed))
    if status not in wanted:
        raise RuntimeError(f"{' '.join(command[:4])} ended with {status}: {text[-500:]}")
    return usage.ru_maxrss / 1024, took, text


def _read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


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
            ("reported", ["report", report], [0], os.devnull),
            ("drawn", ["report", report, "--html", os.path.join(where, "page")], [0], None),
            ("cut", ["--from", os.path.join(where, "tasks"), "--yes", "--deadline", "10s", "--report", cut,
                     *server.reach], [4], None),
        ]:
            say(f"tool: {tasks:,} tasks are {name}")
            if name == "resumed":
                _cut(report)
            found[name] = _run(where, [tool, *command], wanted, output)
            if name == "applied":
                found["bytes"] = os.path.getsize(report) / tasks
        found["never begun"] = _check_cut(found["cut"][2], cut, tasks)
        found["cut bytes"] = os.path.getsize(cut) / tasks
    finally:
        server.stop()
    return found


def _check_cut(said, report, tasks):
    """How many tasks a run that --deadline ended has never begun: what it says of them, and what its report does."""
    counts = re.search(r"^not attempted +(\d+)$", said, re.MULTILINE)
    never = int(counts.group(1)) if counts else 0
    if never == 0 or "the time of --deadline is over" not in said:
        raise RuntimeError(f"a run that --deadline ended says: {said[-500:]}")
    if "connections" in said:
        raise RuntimeError("a run that --deadline ended advises to allow more connections")
    planned, begun, others = 0, set(), []
    with open(report, encoding="utf-8") as file:
        for line in map(json.loads, file):
            if line.get("type") == "planned":
                planned += len(line["tasks"])
            elif "sent" in line or "result" in line:
                begun.add(line.get("sent", line.get("result")))
            else:
                others.append(line)
    if [line["type"] for line in others] != ["run", "end"] or others[-1]["not_attempted"] != never:
        raise RuntimeError(f"the report of a run that --deadline ended has {len(others)} lines beside its tasks': {others}")
    if planned != tasks or len(begun) + never != tasks:
        raise RuntimeError(f"{planned:,} tasks planned, {len(begun):,} begun and {never:,} never begun are not {tasks:,}")
    return never


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
    took = ", ".join(f"{name} {found[name][1]:.0f} s"
                     for name in ("planned", "applied", "resumed", "reported", "drawn", "cut"))
    cores = len(machine.CORES)
    return ("## The tool\n\n" + table(["", "figure", "bar", "moonshot", ""], rows) +
            f"\nOf the run that --deadline ends {found['never begun']:,} tasks are never begun: its status is 4, they are \"not\n"
            "attempted\" in what it prints, and one line of its report counts them.\n"
            f"\nTimes, with {cores} cores and the simulator for the service: {took}.\n")
