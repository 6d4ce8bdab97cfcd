# SPDX-License-Identifier: BSL-1.0
"""The same work over HTTP/2: our client, h2load, and both versions of ours beside each other."""

import copy
import os
import re
import statistics

from . import counts, machine
from .client import Client, Wrk, figures, run_program
from .server import Nginx
from .text import bar, number, table

_ROUNDS = 5
_STREAMS = 16  # pool_options::max_streams


class H2load:
    """It counts requests, and verifies nothing. Its figures are slopes between two runs."""

    @staticmethod
    def _run(server, in_flight, requests):
        connections = max(1, in_flight // _STREAMS)
        with open(server.token, encoding="ascii") as file:
            token = file.read()
        command = ["h2load", "-t1", f"-n{requests}", f"-c{connections}", f"-m{min(in_flight, _STREAMS)}", "-H", ":method: POST",
                   "-H", f"X-Auth-Token: {token}", "-H", "Content-Type: application/json",
                   f"https://127.0.0.1:{server.port}/v2/{server.project}/sync-tasks/1000000000000000001/stop"]
        output, usage, status = run_program(command)
        done = re.search(r"(\d+) succeeded, (\d+) failed", output)
        if status != 0 or not done or int(done.group(1)) != requests:
            raise RuntimeError(f"h2load failed: {output[-500:]}")
        return usage.ru_utime + usage.ru_stime

    def cpu_us(self, server, in_flight, stops):
        return 1e6 * (self._run(server, in_flight, 2 * stops) - self._run(server, in_flight, stops)) / stops


def _cpu(ways, say, what):
    """Medians of rounds in turns, so that what disturbs one disturbs all."""
    found = {name: [] for name in ways}
    for turn in range(_ROUNDS):
        for name, run in ways.items():
            machine.wait_until_quiet()
            say(f"http2, {what}: round {turn + 1} of {_ROUNDS}, {name}")
            found[name].append(run())
    return {name: statistics.median(all_of) for name, all_of in found.items()}


def run(build, where, say):
    """The Markdown of it."""
    server = Nginx(where)
    over_http_2 = copy.copy(server)
    over_http_2.port = server.http2_port
    program = [os.path.join(build, "test", "bench", "oms_stops")]
    one, two = Client("oms, HTTP/1.1", program), Client("oms, HTTP/2", program, extra=["--http", "2"])
    wrk, h2load = Wrk(where), H2load()
    try:
        say("http2: counting")
        batch = counts.instructions(two, over_http_2, 64, False)
        single = counts.instructions(two, over_http_2, 1, False)
        signed = counts.instructions(two, over_http_2, 64, True)
        calls = counts.in_words(counts.system_calls(two, over_http_2, 64, False, where))
        burst, _, _ = run_program([*program, *two.arguments(over_http_2, 1000, 64, False), "--whole", "yes"])
        output, _, status = run_program([*counts.CALLGRIND, *program, *two.arguments(over_http_2, 1000, 64, False), "--whole", "yes"])
        if status != 0:
            raise RuntimeError(f"a whole process failed: {output[-500:]}")
        whole = counts.collected(output) / 1e6
        output, _, _ = run_program([*program, *two.arguments(over_http_2, 20_000, 10_000, False)])
        peak = figures(output)["peak_kib"] / 1024
        at_64 = _cpu({"ours": lambda: two.timed(over_http_2, 64, False)["cpu_us"],
                      "ours by HTTP/1.1": lambda: one.timed(server, 64, False)["cpu_us"],
                      "wrk by HTTP/1.1": lambda: wrk.timed(server, 64, False)["cpu_us"],
                      "h2load": lambda: h2load.cpu_us(over_http_2, 64, 30_000)}, say, "64 in flight")
        at_1024 = _cpu({"ours": lambda: two.timed(over_http_2, 1024, False)["cpu_us"],
                        "ours by HTTP/1.1": lambda: one.timed(server, 1024, False)["cpu_us"]}, say, "1,024 in flight")
    finally:
        server.stop()
    rows = [["user instructions, 64 in flight", *bar(batch, 15_000, 12_000, 0)],
            ["user instructions, one in flight: a send a stop", *bar(single, 23_000, 20_000, 0)],
            ["user instructions, 64 in flight, signed by access key", *bar(signed, 29_000, 26_000, 0)],
            ["CPU against wrk by HTTP/1.1, 64 in flight", *bar(at_64["ours"] / at_64["wrk by HTTP/1.1"], 0.75, 0.60)],
            ["CPU against h2load, 64 in flight", *bar(at_64["ours"] / at_64["h2load"], 1.00, 0.90)],
            ["CPU against our own by HTTP/1.1, 1,024 in flight", *bar(at_1024["ours"] / at_1024["ours by HTTP/1.1"], 0.40, 0.25)],
            ["handshakes of a process that begins with 64 stops", *bar(figures(burst)["handshakes"], 4, 1, 0)],
            ["instructions of a whole process of 1,000 stops, millions", *bar(whole, 60, 45, 1)],
            ["MiB at most, 10,000 in flight", *bar(peak, 60, 30, 1)]]
    cpu = [[name, number(us, 1)] for name, us in at_64.items()]
    send, receive, wait, rest = calls
    return ("## HTTP/2\n\nAgainst nginx, which takes 128 streams a connection; ours starts 16. h2load verifies nothing.\n\n"
            + table(["", "figure", "bar", "moonshot", ""], rows)
            + f"\nSystem calls of a stop, 64 in flight: {send:.2f} send, {receive:.2f} receive, {wait:.2f} wait, {rest:.2f} others.\n\n"
            + table(["CPU, 64 in flight", "µs"], cpu))
