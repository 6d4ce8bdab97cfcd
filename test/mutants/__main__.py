# SPDX-License-Identifier: BSL-1.0
"""Plants small faults into a copy of the sources, one at a time awake, and tells which the suites do not notice.

    test/mutants/run              all of them
    test/mutants/run PATTERN...   those whose line, or list and number of line, holds one of these

The lists are test/mutants/faults/*; `faults.py` says how a line is written.
"""

import argparse
import collections
import difflib
import sys

import faults
import running
import tree


def _judge(fault, noticed_by):
    """A word, and whether it is as it should be."""
    if noticed_by:
        return ("killed", True) if not fault.reason else ("CHANGES SOMETHING", False)
    return ("equivalent", True) if fault.reason else ("SURVIVED", False)


def _table(counts):
    words = ["killed", "equivalent", "SURVIVED", "CHANGES SOMETHING"]
    yield f"{'room':<12}" + "".join(f"{each.lower():>20}" for each in words)
    for room, of in [*counts.items(), ("all", sum(counts.values(), collections.Counter()))]:
        yield f"{room:<12}" + "".join(f"{of[each]:>20}" for each in words)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", default=".", help="the tree whose faults these are")
    parser.add_argument("--build", default="build/mutants", help="where the copy is built")
    parser.add_argument("--patience", type=float, default=10, help="with a suite that hangs, in seconds")
    parser.add_argument("--check", action="store_true", help="only look whether each line still fits its file")
    parser.add_argument("--expect", help="a file: fail unless exactly these lines are told")
    parser.add_argument("patterns", nargs="*")
    asked = parser.parse_args()
    told = []

    def tell(line):
        told.append(line)
        print(line, flush=True)

    good = True
    try:
        every = faults.read(asked.tree)
        chosen = [each for each in every if not asked.patterns or
                  any(p in each.text or p == each.where for p in asked.patterns)]
        if not chosen:
            raise faults.Mistake("No fault is meant by " + " ".join(asked.patterns))
        planted = tree.Tree(asked.tree, asked.build, every)
        planted.plant()
        if asked.check:
            print(f"{len(every)} faults fit their files")
            return 0
        planted.make()
        times = running.baseline(planted, sorted({suite for each in chosen for suite in each.suites}))
        counts = collections.OrderedDict((each.room, collections.Counter()) for each in chosen)
        for fault, noticed_by in running.verdicts(planted, chosen, times, asked.patience):
            word, fine = _judge(fault, noticed_by)
            good = good and fine
            counts[fault.room][word] += 1
            tell(f"{word:<17} {noticed_by or '-':<32} {fault.where}: {fault.file} | {fault.piece} | {fault.becomes}".rstrip())
        for line in _table(counts):
            tell(line)
    except (faults.Mistake, running.Failed) as e:
        tell(str(e))
        good = False
    if asked.expect:
        with open(asked.expect, encoding="utf-8") as lines:
            wanted = lines.read().splitlines()
        found = "\n".join(told).splitlines()
        difference = list(difflib.unified_diff(wanted, found, asked.expect, "told", lineterm=""))
        print("\n".join(difference))
        return 1 if difference else 0
    return 0 if good else 1


sys.exit(main())
