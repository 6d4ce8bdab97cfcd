# SPDX-License-Identifier: BSL-1.0
"""Puts the figures of all benchmarks into one page."""

import datetime
import os
import subprocess
import sys
import tempfile

from . import build_cost, compare, growth, machine, memory, pieces, profile
from .text import table

_PARTS = {"compare": compare.run, "growth": growth.run, "memory": memory.run, "pieces": pieces.run, "profile": profile.run,
          "build-cost": build_cost.run}


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


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
        page = ["# Results\n\nWhat `test/bench/run` measured on "
                f"{datetime.date.today().isoformat()}. Figures are for one stop; times are medians of five rounds in "
                "turns, the client on one core and the server on another. On loopback a sender pays for a part of the "
                "receiver's work, and nginx is busy at 40,000 stops/s or so: compare CPU, not rates.\n",
                table(["machine", ""], machine.describe())]
        failed = []
        for name, run in _PARTS.items():
            if wanted and name not in wanted:
                continue
            try:
                page.append(run(build, where, say))
            except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
                say(f"{name}: {error}")
                failed.append(name)
    text = "\n".join(page)
    print(text)
    if failed:
        say(f"failed: {', '.join(failed)}; nothing was written")
        return 1
    if not wanted:
        with open(os.path.join(root, "test", "bench", "RESULTS.md"), "w", encoding="utf-8") as file:
            file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
