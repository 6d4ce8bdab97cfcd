# SPDX-License-Identifier: BSL-1.0
"""Runs suites with a fault awake, or with none."""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

_AT_A_TIME = 2


class Failed(Exception):
    """The suites do not pass as they are."""


def _passes(tree, suite, number, limit):
    kind, _, name = suite.partition(":")
    try:
        done = subprocess.run([tree.program(kind), f"--run_test={name}", "--color_output=no", "--log_level=nothing"],
                              env={**os.environ, "OMS_MUTANT": str(number)}, timeout=limit, cwd=tree.build,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def baseline(tree, suites):
    """How long each suite takes with no fault awake, in seconds; all must pass."""
    def run(suite):
        begun = time.monotonic()
        return _passes(tree, suite, 0, None), time.monotonic() - begun

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        results = dict(zip(suites, pool.map(run, suites)))
    if bad := [suite for suite, (passes, _) in results.items() if not passes]:
        raise Failed(f"With no fault awake fails, or is not there: {' '.join(bad)}")
    return {suite: took for suite, (_, took) in results.items()}


def verdicts(tree, faults, times, patience):
    """Of each fault, as soon as it is known: the first suite that noticed, or nothing. One that hangs was noticed: it
    takes longer than five times as long as without a fault, and so many seconds."""
    def run(fault):
        return next((s for s in fault.suites if not _passes(tree, s, fault.number, patience + 5 * times[s])), None)

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        yield from zip(faults, pool.map(run, faults))
