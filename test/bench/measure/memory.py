# SPDX-License-Identifier: BSL-1.0
"""Memory of large runs, and what reconnecting costs."""

import os

from .client import figures, run_program
from .server import Nginx
from .text import bar, table


def _figures_of(build, program, server, stops):
    command = [os.path.join(build, "test", "bench", program), "--port", str(server.port), "--ca", server.ca,
               "--token", server.token, "--stops", str(stops)]
    output, _, status = run_program(command)
    if status != 0:
        raise RuntimeError(f"{program} of {stops} stops failed: {output[-500:]}")
    return figures(output)


def run(build, where, say):
    """Two bulks and a reconnection, against nginx."""
    server = Nginx(where)
    try:
        say("memory: bulks of 10,000 and 1,000,000 tasks")
        small, large = (_figures_of(build, "bulk_memory", server, tasks) for tasks in (10_000, 1_000_000))
        say("memory: 1,000 stops, an idle cut, and 1,000 more")
        cut = _figures_of(build, "reconnects", server, 1_000)
    finally:
        server.stop()
    return "## Memory and handshakes\n\n" + table(["", "figure", "bar", "moonshot", ""], [
        ["MiB that 1,000,000 tasks of a bulk take above 10,000",
         *bar((large["peak_kib"] - small["peak_kib"]) / 1024, 32, 32, 1)],
        ["handshakes of 1,000 stops, 64 in flight", *bar(cut["handshakes"], 64, 64, 0)],
        ["% of handshakes resumed after an idle cut", *bar(100 * cut["resumed"], 95, 95, 1, at_least=True)],
    ])
