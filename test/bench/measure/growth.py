# SPDX-License-Identifier: BSL-1.0
"""How the cost of one stop grows with what there is besides it."""

import os
import statistics

from . import counts, machine
from .chart import curves
from .client import Client
from .server import Nginx
from .text import number, table

# Name, what is varied, its values, and for each of them the program's arguments and how many stops are counted; the program
# where it is another, and the bar.
_CURVES = [
    ("in flight", "stops in flight, each on a connection", [1, 4, 16, 64, 256, 1_024, 4_096, 10_000, 12_000],
     lambda n: (["--in-flight", n], 3 * n)),
    ("queued", "calls that wait for one of 64 connections", [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
     lambda n: (["--in-flight", 64 + n, "--connections", 64], 0)),
    ("projects", "projects, in each a call that waits for one of 64 connections", [1, 10, 100, 1_000, 10_000, 100_000],
     lambda n: (["--in-flight", 64 + n, "--connections", 64, "--projects", n], 0)),
    ("connections", "open connections, 64 stops at a time", [1, 4, 16, 64, 256, 1_024, 4_096, 10_000],
     lambda n: (["--connections", min(n, 64), "--opened", n], 0)),
    ("clients", "clients in the process, 64 stops at a time", [1, 4, 16, 64, 256, 1_000],
     lambda n: (["--clients", n, "--opened", max(n, 64)], 3 * n)),
    ("regions", "regions of one client, 64 stops at a time", [1, 2, 5, 10, 20, 50],
     lambda n: (["--regions", n], 0)),
    ("tasks of a bulk", "tasks of a bulk, from its start to its end", [10, 100, 1_000, 10_000, 100_000, 1_000_000],
     lambda n: (["--mode", "whole"], n), "oms_bulk", 1.10),
]
_COUNTED, _TIMED, _ROUNDS = 3_000, 30_000, 3


def _measure(program, server, arguments, counted):
    """Instructions, the median of the CPU time in microseconds, and the peak of memory in MiB."""
    exactly = "whole" in arguments
    client = Client("oms", program, counted=counted if exactly else max(_COUNTED, counted),
                    most=counted if exactly else max(_TIMED, counted), least=1 if exactly else 100,
                    extra=[str(a) for a in arguments])
    instructions = counts.instructions(client, server, 64, False)
    runs = []
    for _ in range(_ROUNDS):
        machine.wait_until_quiet()
        runs.append(client.timed(server, 64, False))
    return instructions, statistics.median(r["cpu_us"] for r in runs), max(r["peak_kib"] for r in runs) / 1024


def run(build, where, say):
    """A table for each, and a curve of each beside the page."""
    root = os.path.dirname(os.path.dirname(build))
    charts = os.path.join(root, "test", "bench", "results")
    os.makedirs(charts, exist_ok=True)
    parts = ["## How the cost of one stop grows\n\nInstructions are to be flat: within a quarter of the least, those of a bulk's "
             "task within a tenth.\n"]
    server = Nginx(where)
    try:
        for name, below, values, arguments, *other in _CURVES:
            program_name, limit = other or ("oms_stops", 1.25)
            program = [os.path.join(build, "test", "bench", program_name)]
            rows, flat = [], []
            for value in values:
                say(f"growth: {value} {name}")
                instructions, cpu, peak = _measure(program, server, *arguments(value))
                flat.append((instructions, cpu))
                rows.append([f"{value:,}", number(instructions), number(cpu, 1), number(peak, 1)])
            least, most = min(i for i, _ in flat), max(i for i, _ in flat)
            file = f"growth-{name.replace(' ', '-')}.svg"
            with open(os.path.join(charts, file), "w", encoding="utf-8") as out:
                out.write(curves(f"Cost of one stop by {below}", below, values,
                                 [("instructions", [i for i, _ in flat]), ("CPU µs", [c for _, c in flat])]))
            parts.append(f"### {name.capitalize()}: {below}\n\n" + table([name, "instructions", "CPU µs", "peak MiB"], rows)
                         + f"\nThe most is {100 * (most / least - 1):.0f} % above the least: "
                         + ("flat" if most <= limit * least else "**not flat**") + f".\n\n![](results/{file})\n")
    finally:
        server.stop()
    return "\n".join(parts)
