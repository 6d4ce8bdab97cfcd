# SPDX-License-Identifier: BSL-1.0
"""Single parts of the client, each by a program that knows its bars: what they print, as it is."""

import os
import re

from . import counts
from .client import run_program
from .text import bar, number, table

_PROGRAMS = {
    "start": "A client with the system's roots, and a process that stops ten tasks",
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


def _ten_stops(program):
    output, _, _ = run_program([*counts.CALLGRIND, program, "stops"])
    if "stopped: 10" not in output:
        raise RuntimeError(f"start: {output[-500:]}")
    return table(["", "figure", "bar", "moonshot", ""], [
        ["user instructions of a process that stops ten tasks, millions", *bar(_instructions(output) / 1e6, 60, 40, 1)]])


def _watched_threads(program, where):
    """What threads cost besides: user instructions, and the calls by which one waits for another."""
    def instructions(threads):
        def count(stops):
            output, _, _ = run_program([*counts.CALLGRIND, program, "one", str(threads), str(stops)], pin=False)
            return _instructions(output)
        return _per_stop(count)

    def futexes(threads):
        def count(stops):
            path = os.path.join(where, "strace")
            run_program(["strace", "-f", "-c", "-e", "trace=futex", "-o", path, program, "one", str(threads), str(stops)],
                        pin=False)
            return counts.strace_counts(path).get("futex", 0)
        return _per_stop(count)

    return table(["threads, one client", "instructions", "futex calls, the service's too"],
                 [[str(threads), number(instructions(threads)), number(futexes(threads), 3)] for threads in (1, 2, 4, 8)])


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
        if program == "start":
            parts.append(_ten_stops(os.path.join(build, "test", "bench", program)))
        if program == "threads":
            say("pieces: threads, counted")
            parts.append(_watched_threads(os.path.join(build, "test", "bench", program), where))
    return "\n".join(parts)
