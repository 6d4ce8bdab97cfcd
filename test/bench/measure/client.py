# SPDX-License-Identifier: BSL-1.0
"""The clients: how each is started, and what it says of itself."""

import os
import re
import subprocess
from dataclasses import dataclass, field

from . import machine
from .server import pinned


def run_program(command, environment=None, pin=True):
    """Its output, what it used, and its exit status. The shell between is small: a process counts what it was before it
    became another program into its peak of memory, and this one is large."""
    command = pinned(command, machine.CLIENT_CORE) if pin else command
    process = subprocess.Popen(["sh", "-c", '"$@"; exit $?', "sh", *command], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, env={**os.environ, **(environment or {})})
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return output, usage, process.returncode


def figures(line):
    """The `name=value` pairs of a program's line."""
    found = {}
    for name, value in re.findall(r"(\w+)=(\S+)", line):
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = value
    return found


@dataclass
class Client:
    """A program of ours that does the work and prints its figures."""

    name: str
    command: list
    most: int = 50_000        # stops of a timed run
    counted: int = 2_000      # stops of a counted one
    most_in_flight: int = 1024
    least: int = 100          # stops of a timed run, however short
    instructions: str = "window"  # how they are counted: it opens the window itself; "slope": by two runs; "": not at all
    allocations: str = "preload"  # "own": it knows; "": not at all
    extra: list = field(default_factory=list)

    def arguments(self, server, stops, in_flight, sign):
        found = ["--port", str(server.port), "--ca", server.ca, "--token", server.token, "--project", server.project,
                 "--stops", str(stops), "--in-flight", str(in_flight), "--sign", "yes" if sign else "no", *self.extra]
        return found + (["--task", server.task] if server.task else [])

    def timed(self, server, in_flight, sign, share=1.0):
        before = server.counts()
        stops = max(self.least, int(self.most * share))
        output, _, status = run_program([*self.command, *self.arguments(server, stops, in_flight, sign)])
        found = figures(output)
        if status != 0 or found.get("failed", 1) != 0:
            raise RuntimeError(f"{self.name} failed: {output[-500:]}")
        if before:
            after = server.counts()
            found["handshakes_per_1000"] = 1000 * (after[0] - before[0]) / max(1, after[1] - before[1])
        return found

    def counted_run(self, tool, server, in_flight, sign, stops, environment=None):
        output, _, status = run_program([*tool, *self.command, *self.arguments(server, stops, in_flight, sign)], environment)
        if status != 0:
            raise RuntimeError(f"{self.name} failed under {tool[:1]}: {output[-500:]}")
        return output, figures(output)


class Wrk:
    """It counts time and not stops, and cannot verify. Its figures are slopes between two durations."""

    name = "wrk"
    instructions = "slope"
    allocations = "preload"
    most_in_flight = 1024

    def __init__(self, where):
        self._script = os.path.join(where, "wrk.lua")

    def _write_script(self, server, sign):
        path = f"/v2/{server.project}/sync-tasks/{server.task or '1000000000000000001'}/stop"
        with open(server.token, encoding="ascii") as file:
            secret = {"X-Auth-Token": file.read()}
        if sign:
            secret = {"X-Project-Id": server.project, "X-Sdk-Date": "20260101T000000Z",
                      "Authorization": "SDK-HMAC-SHA256 Access=BENCHACCESSKEY000000, "
                                       "SignedHeaders=host;x-project-id;x-sdk-date, Signature=" + 64 * "0"}
        headers = {"Host": f"localhost:{server.port}", "User-Agent": "oms-bench/1.0",
                   "Content-Type": "application/json", "Content-Length": "0", **secret}
        with open(self._script, "w", encoding="ascii") as file:
            file.write('wrk.method="POST"\n')
            for name, value in headers.items():
                file.write(f'wrk.headers["{name}"]="{value}"\n')
        return f"https://127.0.0.1:{server.port}{path}"

    def run(self, server, in_flight, sign, seconds, tool=(), environment=None):
        url = self._write_script(server, sign)
        output, usage, _ = run_program([*tool, "wrk", "-t1", f"-c{in_flight}", f"-d{seconds}s", "--timeout", "60s", "--latency", "-s",
                                 self._script, url], environment)
        requests = re.search(r"(\d+) requests in", output)
        if not requests or "Non-2xx" in output or "Socket errors" in output:
            raise RuntimeError(f"wrk failed: {output[-500:]}")
        return output, usage, int(requests.group(1))

    def timed(self, server, in_flight, sign, share=1.0):
        _, short_usage, few = self.run(server, in_flight, sign, 1)
        before = server.counts()
        output, usage, many = self.run(server, in_flight, sign, max(2, round(4 * share)))
        stops = max(1, many - few)

        def microseconds(quantile):
            value, unit = re.search(rf"^\s+{quantile}%\s+([\d.]+)(us|ms|s)", output, re.M).groups()
            return float(value) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]

        user = (usage.ru_utime - short_usage.ru_utime) / stops * 1e6
        system = (usage.ru_stime - short_usage.ru_stime) / stops * 1e6
        found = {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1)), "user_us": user,
                 "system_us": system, "cpu_us": user + system, "p50_us": microseconds(50), "p99_us": microseconds(99),
                 "failed": 0.0}
        if before:
            after = server.counts()
            found["handshakes_per_1000"] = 1000 * (after[0] - before[0]) / max(1, after[1] - before[1])
        return found


def all_clients(build, where):
    """Ours first, then the floors, then the peers."""
    programs = os.path.join(build, "test", "bench")

    def program(name):
        return [os.path.join(programs, name)]

    source = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return [
        Client("oms", program("oms_stops")),
        Client("floor: Asio, bare", program("floor_asio")),
        Client("floor: Beast, as usual", program("floor_beast")),
        Wrk(where),
        Client("libcurl multi_socket", program("peer_curl"), most=20_000, counted=500, extra=["--mode", "socket"]),
        # The window counts the thread that opens it alone.
        Client("libcurl, thread per call", program("peer_curl"), most=20_000, counted=500, most_in_flight=64,
               instructions="slope", extra=["--mode", "easy"]),
        Client("libcurl, connection per call", program("peer_curl"), most=1_000, counted=100, most_in_flight=64,
               instructions="slope", extra=["--mode", "fresh", "--warm-up", "64"]),
        Client("Go net/http", program("peer_go"), instructions="", allocations="own"),
        Client("Python requests", ["python3", os.path.join(source, "peer_requests.py")], most=2_000, counted=200,
               most_in_flight=64, instructions="slope", allocations="", extra=["--warm-up", "64"]),
    ]
