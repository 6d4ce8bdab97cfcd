# SPDX-License-Identifier: BSL-1.0
"""Puts the figures of all benchmarks into one page."""

import datetime
import os
import subprocess
import sys
import tempfile

from . import build_cost, compare, growth, http2, machine, memory, pieces, profile, tool, whole
from .text import table

_PARTS = {"compare": compare.run, "whole": whole.run, "growth": growth.run, "http2": http2.run, "memory": memory.run, "pieces": pieces.run, "profile": profile.run,
          "tool": tool.run, "build-cost": build_cost.run}


_HEAD = """# Results

What `test/bench/run` measured. Figures are for one stop; times are medians of five rounds in turns, the client on one
core and the server on another. On loopback a sender pays for a part of the receiver's work, and nginx is busy at 40,000
stops/s or so: compare CPU, not rates.

"""


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def _keep(root, name, text):
    """Writes the part's page, and all pages that there are into one."""
    bench = os.path.join(root, "test", "bench")
    os.makedirs(os.path.join(bench, "results"), exist_ok=True)

    def path(part):
        return os.path.join(bench, "results", part + ".md")

    with open(path(name), "w", encoding="utf-8") as file:
        file.write(f"{text}\nMeasured on {datetime.date.today().isoformat()} by `test/bench/run {name}`, "
                   f"{dict(machine.describe())['Processor']}.\n")
    pages = [_HEAD, table(["machine", ""], machine.describe())]
    for part in _PARTS:
        if os.path.exists(path(part)):
            with open(path(part), encoding="utf-8") as file:
                pages.append("\n" + file.read())
    with open(os.path.join(bench, "RESULTS.md"), "w", encoding="utf-8") as file:
        file.write("".join(pages))


def main(root, *wanted):
    build = os.path.join(root, "build", "bench")
    known = ["short", *_PARTS]
    for part in wanted:
        if part not in known:
            say(f"there is no part {part}; there are {', '.join(known)}")
            return 2
    if len(machine.CORES) < 2:
        say("only one core: client and server share it, and the figures say little")

    with tempfile.TemporaryDirectory() as where:
        os.chmod(where, 0o755)  # the server's workers are another user
        if list(wanted) == ["short"]:
            print(compare.run(build, where, say, short=True))
            return 0
        print(table(["machine", ""], machine.describe()))
        failed = []
        for name, run in _PARTS.items():
            if wanted and name not in wanted:
                continue
            try:
                text = run(build, where, say)
            except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
                say(f"{name}: {error}")
                failed.append(name)
                continue
            print(text, flush=True)
            _keep(root, name, text)
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
