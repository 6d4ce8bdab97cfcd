# SPDX-License-Identifier: BSL-1.0
"""All clients at the same work: timed in turns, so that what disturbs one disturbs all, and counted."""

import os
import statistics

from . import counts, machine
from .client import Client, all_clients
from .server import Nginx, Simulator
from .text import bar, number, table

_HEADS = ["client", "stops/s", "CPU µs", "user + system", "p50 µs", "p99 µs", "instructions", "allocations",
          "send / receive / wait / other", "handshakes per 1,000", "peak MiB"]


def _timed(clients, server, in_flight, sign, rounds, share, say):
    runs = {client.name: [] for client in clients}
    void = {}
    for turn in range(rounds):
        for client in clients:
            if client.name in void:
                continue
            machine.wait_until_quiet()
            say(f"{server.name}, {in_flight} in flight{', signed' if sign else ''}: round {turn + 1} of {rounds}, {client.name}")
            try:
                runs[client.name].append(client.timed(server, in_flight, sign, share))
            except RuntimeError as error:
                say(str(error))
                void[client.name] = "void: calls failed"
    return runs, void


def _median(runs, name):
    found = [run[name] for run in runs if name in run]
    return statistics.median(found) if found else None


def _counted(client, server, in_flight, sign, where, library, say):
    found = {}
    say(f"counting {client.name}")
    for name, count in [("instructions", lambda: counts.instructions(client, server, in_flight, sign)),
                        ("allocations", lambda: counts.allocations(client, server, in_flight, sign, library)),
                        ("calls", lambda: counts.system_calls(client, server, in_flight, sign, where))]:
        try:
            found[name] = count()
        except RuntimeError as error:
            say(str(error))
            found[name] = None
    return found


def _row(name, runs, void, counted):
    if name in void:
        return [name, void[name]] + ["–"] * (len(_HEADS) - 2)
    median = {key: _median(runs, key) for key in ("rate", "cpu_us", "user_us", "system_us", "p50_us", "p99_us",
                                                   "handshakes_per_1000", "peak_kib")}
    calls = counted.get("calls")
    return [name, number(median["rate"]), number(median["cpu_us"], 1),
            f"{number(median['user_us'], 1)} + {number(median['system_us'], 1)}", number(median["p50_us"]),
            number(median["p99_us"]), number(counted.get("instructions")), number(counted.get("allocations"), 1),
            " / ".join(number(x, 2) for x in counts.in_words(calls)) if calls else "–",
            number(median["handshakes_per_1000"], 1), number(median["peak_kib"] and median["peak_kib"] / 1024, 1)]


def _ratio(runs, mine, other):
    """Of the medians; the rounds alternate, so both saw the same machine."""
    a, b = _median(runs[mine], "cpu_us"), _median(runs[other], "cpu_us")
    return a / b if a and b else None


def _other_ways(build, server, say):
    """User instructions of a stop that a coroutine awaits, and of a task of a bulk."""
    found = {}
    for name, program, extra in [("coroutine", "oms_stops", ["--mode", "coroutine"]), ("bulk", "oms_bulk", [])]:
        say(f"counting oms: {name}")
        client = Client("oms", [os.path.join(build, "test", "bench", program)], extra=extra)
        found[name] = counts.instructions(client, server, 64, False)
    return found


def _bars(results, counted, ways):
    """Those of the design that this comparison can tell."""
    rows = []
    for in_flight in sorted(results):
        runs = results[in_flight]
        if runs.get("oms") and runs.get("wrk"):
            rows.append([f"CPU against wrk, {in_flight} in flight", *bar(_ratio(runs, "oms", "wrk"), 0.95, 0.90)])
    mine = counted.get("oms", {})
    if mine.get("instructions"):
        rows.append(["user instructions", *bar(mine["instructions"], 28_000, 24_500, 0)])
        if ways:
            rows.append(["user instructions, awaited from a coroutine", *bar(ways["coroutine"], 27_500, 26_000, 0)])
            rows.append(["instructions of a bulk's task against a single stop",
                         *bar(ways["bulk"] / mine["instructions"], 1.12, 1.06, 3)])
    if mine.get("allocations"):
        # The program makes two strings for each task, and these are the caller's; the project's id has one, the task's too.
        rows.append(["allocations, the caller's two aside", *bar(mine["allocations"] - 2, 8, 6, 1)])
    if mine.get("calls"):
        send, receive, _, _ = counts.in_words(mine["calls"])
        rows.append(["sends", *bar(round(send, 2), 1, 1)])
        rows.append(["receives", *bar(round(receive, 2), 2, 2)])
    runs = results.get(64, {})
    for name, limit, moonshot in [("libcurl multi_socket", 2.8, 3.3), ("Go net/http", 1.6, 1.85),
                                  ("libcurl, connection per call", 60, 60)]:
        if runs.get(name) and runs.get("oms"):
            rows.append([f"CPU of {name} against ours", *bar(_ratio(runs, name, "oms"), limit, moonshot, 2, at_least=True)])
    if runs.get("oms"):
        # 64 in flight, so 64 in a thousand are what it may need; here per the run's 51,000.
        rows.append(["handshakes per 1,000 stops, 64 in flight",
                     *bar(_median(runs["oms"], "handshakes_per_1000"), 64, 64, 1)])
    return rows


def run(build, where, say, short=False):
    """The Markdown of the whole comparison."""
    library = os.path.join(build, "test", "bench", "allocation_count.so")
    clients = all_clients(build, where)
    rounds, share = (3, 0.4) if short else (5, 1.0)
    if short:
        clients = [c for c in clients if c.name in ("oms", "floor: Asio, bare", "wrk")]
    parts = []
    nginx = Nginx(where)
    try:
        results, counted = {}, {}
        for in_flight, sign in [(64, False)] if short else [(64, False), (1, False), (1024, False), (64, True)]:
            able = [c for c in clients if in_flight <= c.most_in_flight]
            runs, void = _timed(able, nginx, in_flight, sign, rounds, share, say)
            count = in_flight == 64
            found = {c.name: _counted(c, nginx, in_flight, sign, where, library, say) if count else {} for c in able}
            if not sign:
                results[in_flight] = {name: r for name, r in runs.items() if name not in void}
            if count and not sign:
                counted = found
            parts.append(f"### nginx, {in_flight:,} in flight, {'signed by access key' if sign else 'a token of 2 KiB'}\n\n"
                         + table(_HEADS, [_row(c.name, runs[c.name], void, found[c.name]) for c in able]))
        bars = table(["per stop", "figure", "bar", "moonshot", ""], _bars(results, counted, {} if short else _other_ways(build, nginx, say)))
    finally:
        nginx.stop()
    if not short:
        simulator = Simulator(where, os.path.join(build, "example", "oms-simulator"))
        try:
            able = [c for c in clients if c.most_in_flight >= 64]
            runs, void = _timed(able, simulator, 64, False, rounds, 0.4, say)
            parts.append("### The simulator, 64 in flight, a token of 2 KiB\n\n"
                         + table(_HEADS, [_row(c.name, runs[c.name], void, {}) for c in able]))
        finally:
            simulator.stop()
    return "## Bars\n\n" + bars + "\n## Clients\n\n" + "\n".join(parts)
