# SPDX-License-Identifier: BSL-1.0
"""Counts of one stop: instructions, allocations, system calls. They hardly depend on what else the machine does."""

import os
import re

CALLGRIND = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
# Of programs that open the window themselves, nothing else is counted, nor slowed down by it.
WINDOW = ["--instr-atstart=no", "--collect-atstart=no"]
SEND = ("sendto", "sendmsg", "write", "writev")
RECEIVE = ("recvfrom", "recvmsg", "read", "readv")
WAIT = ("epoll_wait", "epoll_pwait", "poll", "ppoll")


def collected(output):
    found = re.search(r"Collected : (\d+)", output)
    if not found:
        raise RuntimeError(f"callgrind said nothing: {output[-300:]}")
    return int(found.group(1))


def instructions(client, server, in_flight, sign):
    """User instructions of one stop."""
    if client.name == "wrk":
        (low, _, few), (high, _, many) = (client.run(server, in_flight, sign, seconds, CALLGRIND) for seconds in (3, 9))
        return (collected(high) - collected(low)) / max(1, many - few)
    if client.instructions == "window":
        output, _ = client.counted_run(CALLGRIND + WINDOW, server, in_flight, sign, client.counted)
        return collected(output) / client.counted
    if client.instructions == "slope":
        low, _ = client.counted_run(CALLGRIND, server, in_flight, sign, client.counted)
        high, _ = client.counted_run(CALLGRIND, server, in_flight, sign, 3 * client.counted)
        return (collected(high) - collected(low)) / (2 * client.counted)
    return None


def allocations(client, server, in_flight, sign, library):
    """Heap allocations of one stop, OpenSSL's too."""
    preload = {"LD_PRELOAD": library}
    if client.name == "wrk" or not client.allocations:
        return None
    _, found = client.counted_run([], server, in_flight, sign, 10 * client.counted,
                                  preload if client.allocations == "preload" else None)
    return found["allocations"]


def strace_counts(path):
    counts = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            words = line.split()
            if len(words) >= 5 and words[0][0].isdigit() and words[-1] != "total":
                counts[words[-1]] = counts.get(words[-1], 0) + int(words[3])
    return counts


def system_calls(client, server, in_flight, sign, where):
    """System calls of one stop by name, as the slope between two runs."""
    path = os.path.join(where, "strace")
    tool = ["strace", "-f", "-c", "-o", path]
    if client.name == "wrk":
        _, _, few = client.run(server, in_flight, sign, 2, tool)
        low = strace_counts(path)
        _, _, many = client.run(server, in_flight, sign, 6, tool)
    else:
        few, many = client.counted, 5 * client.counted
        client.counted_run(tool, server, in_flight, sign, few)
        low = strace_counts(path)
        client.counted_run(tool, server, in_flight, sign, many)
    high = strace_counts(path)
    return {name: (count - low.get(name, 0)) / max(1, many - few) for name, count in high.items()}


def in_words(calls):
    """Sends, receives, waits and the rest."""
    def of(names):
        return sum(calls.get(name, 0) for name in names)

    rest = sum(calls.values()) - of(SEND) - of(RECEIVE) - of(WAIT)
    return of(SEND), of(RECEIVE), of(WAIT), max(0.0, rest)
