# SPDX-License-Identifier: BSL-1.0
"""Single parts of the client, each by a program that knows its bars: what they print, as it is."""

import math
import os
import re

from . import counts
from .client import run_program
from .text import bar, number, table

_PROGRAMS = {
    "start": "Clients with the system's roots",
    "memory": "Memory of an idle connection, of a queued call, of a project",
    "pool": "Taking a connection and giving it back, by the number of connections",
    "threads": "CPU of one stop by the number of threads",
    "handshakes": "CPU of a handshake, beside OpenSSL's own",
    "signing": "Signing one stop, beside OpenSSL's own digests",
}

# What Google Benchmark says of the machine, and where it is.
_CONTEXT = re.compile(r"\d{4}-\d\d-\d\dT|Running /|Run on |Load Average|\*\*\*WARNING")


def _per_stop(count):
    """The slope between a short and a long run."""
    few, many = 1_000, 4_000
    return (count(many) - count(few)) / (many - few)


def _instructions(output):
    """Of a program under Valgrind; its child, the service, is counted by itself."""
    client = re.match(r"==(\d+)==", output).group(1)
    return int(re.search(rf"=={client}== Collected : (\d+)", output).group(1))


def _watched_threads(program):
    """What threads cost besides: user instructions, and the calls by which one waits for another."""
    def instructions(threads):
        def count(stops):
            output, _, _ = run_program([*counts.CALLGRIND, program, "one", str(threads), str(stops)], pin=False)
            return _instructions(output)
        return _per_stop(count)

    # A tracer that stops a thread at each call would make threads wait that do not.
    def futexes(threads):
        def count(stops):
            output, _, _ = run_program(["perf", "stat", "-e", "syscalls:sys_enter_futex", program, "one", str(threads), str(stops)],
                                       pin=False)
            found = re.search(r"([\d,]+)\s+syscalls:sys_enter_futex", output)
            return int(found.group(1).replace(",", "")) if found else math.nan
        return (count(40_000) - count(20_000)) / 20_000

    cost = {threads: instructions(threads) for threads in (1, 2, 4, 8)}
    bars = {2: (1.10, 1.03), 4: (1.15, 1.05), 8: (1.15, 1.05)}
    return (table(["threads, one client", "instructions", "futex calls, the service's too"],
                  [[str(threads), number(cost[threads]), number(futexes(threads), 3)] for threads in cost])
            + "\n" + table(["", "figure", "bar", "moonshot", ""],
                           [[f"instructions with {threads} threads against one", *bar(cost[threads] / cost[1], *limits, 3)]
                            for threads, limits in bars.items()]))


def run(build, where, say):
    """One block for each."""
    parts = ["## Single parts\n"]
    for program, title in _PROGRAMS.items():
        say(f"pieces: {program}")
        # Threads need all cores.
        output, _, status = run_program([os.path.join(build, "test", "bench", program)], pin=program != "threads")
        if status != 0:
            raise RuntimeError(f"{program} failed: {output[-500:]}")
        lines = [line for line in output.strip().splitlines() if not _CONTEXT.match(line)]
        parts.append(f"### {title}\n\n```\n" + "\n".join(lines) + "\n```\n")
        if program == "threads":
            say("pieces: threads, counted")
            parts.append(_watched_threads(os.path.join(build, "test", "bench", program)))
    return "\n".join(parts)
