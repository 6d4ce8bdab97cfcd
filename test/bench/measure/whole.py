# SPDX-License-Identifier: BSL-1.0
"""Whole processes: so many stops, from the start of the program to its end, with the system's roots."""

import os
import socket
import statistics
import subprocess
import time

from . import counts, machine
from .client import Client, figures, run_program
from .server import Nginx, pinned
from .text import bar, number, table

_SYSTEM = "/etc/ssl/certs/ca-certificates.crt"
_STOPS = (1, 10, 1_000, 100_000)
_COUNTED = 1_000  # more would take hours under Valgrind: the rest is that many times what a stop more takes
# Who reads the system's roots for each of 64 connections would take as long: it is counted up to ten stops.
_DEAR = ("libcurl multi_socket", "Python requests")
_COUNTED_WHERE_DEAR = 10
_ROUNDS = 5


class Listener:
    """Takes a connection and notes when its first byte came."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._socket.getsockname()[1]

    def first_byte(self, timeout=20):
        """The time; each program opens one connection at least that says something."""
        self._socket.settimeout(timeout)
        connection, _ = self._socket.accept()
        with connection:
            connection.settimeout(timeout)
            connection.recv(1)
            return time.monotonic()

    def close(self):
        self._socket.close()


def _clients(build):
    programs = os.path.join(build, "test", "bench")
    source = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return [
        Client("oms", [os.path.join(programs, "oms_stops")]),
        Client("floor: Asio, bare", [os.path.join(programs, "floor_asio")]),
        Client("libcurl multi_socket", [os.path.join(programs, "peer_curl")], extra=["--mode", "socket"]),
        Client("Go net/http", [os.path.join(programs, "peer_go")], instructions=""),
        Client("Python requests", ["python3", os.path.join(source, "peer_requests.py")]),
    ]


def _command(client, server, stops, roots):
    # Ours asks the system; others are told the file, as their systems tell them.
    ca = "" if client.name == "oms" else roots
    return [*client.command, "--port", str(server.port), "--ca", ca, "--token", server.token, "--project", server.project,
            "--stops", str(stops), "--in-flight", str(min(stops, 64)), "--whole", "yes", *client.extra]


def _instructions(client, server, stops, roots, environment):
    """Of the whole process, in millions."""
    def count(wanted):
        output, _, status = run_program([*counts.CALLGRIND, *_command(client, server, wanted, roots)], environment)
        if status != 0:
            raise RuntimeError(f"{client.name} failed: {output[-500:]}")
        return counts.collected(output)

    if not client.instructions or (stops > _COUNTED_WHERE_DEAR and client.name in _DEAR):
        return None
    if stops <= _COUNTED:
        return count(stops) / 1e6
    few, many = count(_COUNTED), count(2 * _COUNTED)
    return (many + (stops - 2 * _COUNTED) * (many - few) / _COUNTED) / 1e6


def _spent(client, server, stops, roots, environment):
    """CPU in ms and the peak of memory in MiB."""
    output, usage, status = run_program(_command(client, server, stops, roots), environment)
    if status != 0:
        raise RuntimeError(f"{client.name} failed: {output[-500:]}")
    return 1e3 * (usage.ru_utime + usage.ru_stime), figures(output)["peak_kib"] / 1024


def _until_first_byte(client, server, roots, environment):
    """Milliseconds from the start of the program to the first byte that it sends."""
    listener = Listener()
    try:
        command = _command(client, server, 1, roots)
        command[command.index("--port") + 1] = str(listener.port)
        begun = time.monotonic()
        process = subprocess.Popen(pinned(command, machine.CLIENT_CORE), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env={**os.environ, **environment})
        try:
            return 1e3 * (listener.first_byte() - begun)
        finally:
            process.kill()
            process.wait()
    finally:
        listener.close()


def _row(client, server, stops, roots, environment, say):
    say(f"whole processes: {stops:,} stops, {client.name}")
    rounds = 1 if stops > _COUNTED else _ROUNDS
    runs = []
    for _ in range(rounds):
        machine.wait_until_quiet()
        runs.append(_spent(client, server, stops, roots, environment))
    return [client.name, number(_instructions(client, server, stops, roots, environment), 1),
            number(statistics.median(cpu for cpu, _ in runs), 1), number(max(peak for _, peak in runs), 1)]


def run(build, where, say):
    """A table for each number of stops, and the time to the first byte."""
    server = Nginx(where)
    roots = os.path.join(where, "roots.pem")
    with open(roots, "w", encoding="ascii") as out:
        for path in (_SYSTEM, server.ca):
            with open(path, encoding="ascii") as part:
                out.write(part.read())
    environment = {"SSL_CERT_FILE": roots}
    clients = _clients(build)
    parts, ten = [], None
    try:
        for stops in _STOPS:
            rows = [_row(c, server, stops, roots, environment, say) for c in clients]
            if stops == 10:
                ten = float(rows[0][1].replace(",", ""))
            parts.append(f"### {stops:,} stop{'s' if stops > 1 else ''}\n\n"
                         + table(["program", "instructions, millions", "CPU ms", "peak MiB"], rows))
        say("whole processes: the first byte")
        first = [[c.name, number(statistics.median(_until_first_byte(c, server, roots, environment) for _ in range(_ROUNDS)), 1)]
                 for c in clients]
    finally:
        server.stop()
    return ("## Whole processes\n\nA program is started, stops so many tasks, up to 64 at a time, and ends; it trusts a copy of the "
            "system's roots with one more.\nUp to 1,000 stops are counted, and what lies beyond is the price of a stop more; "
            "libcurl and\nPython read the roots for each connection, and are counted up to ten; Go's programs do not run under Valgrind.\n\n"
            + table(["", "figure", "bar", "moonshot", ""], [["user instructions of ten stops, millions", *bar(ten, 60, 40, 1)]])
            + "\n" + "\n".join(parts) + "\n### Until the first byte is sent\n\n" + table(["program", "ms"], first))
