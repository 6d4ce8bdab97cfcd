# SPDX-License-Identifier: BSL-1.0
"""Holds the docstrings of a tree's public headers to their form: `python3 docstrings <tree> [<file>]`.

Each public name has one, each operation all of its paragraphs, and none sends its reader further than to the next. What
is missing is told with header, line and name.

With a file, the faults must be those that it lists, as in the canary, which shows that each kind is found.
"""

import difflib
import sys

import names
import rules


def main(tree, expected=None):
    found, complaints = names.read(tree)
    if not found:
        sys.exit(f"There are no public names in {tree}/include")
    faults = [*complaints, *rules.faults(found)]
    if expected:
        with open(expected, encoding="utf-8") as lines:
            wanted = lines.read().splitlines()
        difference = list(difflib.unified_diff(wanted, faults, expected, "found", lineterm=""))
        if difference:
            sys.exit("\n".join(difference))
    elif faults:
        sys.exit("\n".join([*faults, f"{len(faults)} faults in the docstrings of {len(found)} public names"]))
    print(f"{len(found)} public names, {len(faults)} faults")


main(*sys.argv[1:])
