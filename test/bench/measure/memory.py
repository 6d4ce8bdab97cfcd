# SPDX-License-Identifier: BSL-1.0
"""Memory of large runs, and what reconnecting costs."""

import os

from .client import Client, _run, figures
from .server import Nginx
from .text import bar, table


def _bulk(program, server, tasks):
    output, _, status = _run([program, "--port", str(server.port), "--ca", server.ca, "--token", server.token, "--stops",
                              str(tasks)], limit=900)
    found = figures(output)
    if status != 0:
        raise RuntimeError(f"the bulk of {tasks} tasks failed: {output[-500:]}")
    return found


def run(build, where, say):
    """Two bulks and a reconnection, against nginx."""
    programs = os.path.join(build, "test", "bench")
    rows = []
    server = Nginx(where)
    try:
        say("memory: bulks of 10,000 and 1,000,000 tasks")
        small = _bulk(os.path.join(programs, "bulk_memory"), server, 10_000)
        large = _bulk(os.path.join(programs, "bulk_memory"), server, 1_000_000)
        rows.append(["MiB that 1,000,000 tasks of a bulk take above 10,000",
                     *bar((large["peak_kib"] - small["peak_kib"]) / 1024, 32, 32, 1)])
        say("memory: 1,000 stops, an idle cut, and 1,000 more")
        cut, _, status = _run([os.path.join(programs, "reconnects"), "--port", str(server.port), "--ca", server.ca, "--token",
                               server.token, "--stops", "1000"])
        found = figures(cut)
        if status != 0:
            raise RuntimeError(f"reconnecting failed: {cut[-500:]}")
        rows.append(["handshakes of 1,000 stops, 64 in flight", *bar(found["handshakes"], 64, 64, 0)])
        rows.append(["% of handshakes resumed after an idle cut", *bar(100 * found["resumed"], 95, 95, 1, at_least=True)])
    finally:
        server.stop()
    return "## Memory and handshakes\n\n" + table(["", "figure", "bar", "moonshot", ""], rows)
