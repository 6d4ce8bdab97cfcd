# SPDX-License-Identifier: BSL-1.0
"""Single parts of the client, each by a program that knows its bars: what they print, as it is."""

import os
import re

from .client import run_program

_PROGRAMS = {
    "memory": "Memory of an idle connection, of a queued call, of a project",
    "pool": "Taking a connection and giving it back, by the number of connections",
    "threads": "CPU of one stop by the number of threads",
    "handshakes": "CPU of a handshake, beside OpenSSL's own",
    "signing": "Signing one stop, beside OpenSSL's own digests",
}

# What Google Benchmark says of the machine, and where it is.
_CONTEXT = re.compile(r"\d{4}-\d\d-\d\dT|Running /|Run on |Load Average|\*\*\*WARNING")


def run(build, where, say):
    """One block for each."""
    del where
    parts = ["## Single parts\n"]
    for program, title in _PROGRAMS.items():
        say(f"pieces: {program}")
        # Threads need all cores.
        output, _, status = run_program([os.path.join(build, "test", "bench", program)], pin=program != "threads")
        if status != 0:
            raise RuntimeError(f"{program} failed: {output[-500:]}")
        lines = [line for line in output.strip().splitlines() if not _CONTEXT.match(line)]
        parts.append(f"### {title}\n\n```\n" + "\n".join(lines) + "\n```\n")
    return "\n".join(parts)
