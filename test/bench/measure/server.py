# SPDX-License-Identifier: BSL-1.0
"""The servers: nginx with one canned reply, and the simulator. Both on loopback, on a core of their own."""

import os
import re
import secrets
import socket
import string
import subprocess
import time
import urllib.request

from . import machine

_CONFIGURATION = """
worker_processes 1;
daemon off;
worker_rlimit_nofile 65536;
pid {where}/nginx.pid;
error_log {where}/error.log warn;
events {{ worker_connections 32768; multi_accept on; }}
http {{
  access_log off;
  server_tokens off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  client_header_timeout 600s;
  client_body_temp_path {where}/body; proxy_temp_path {where}/proxy; fastcgi_temp_path {where}/fastcgi;
  uwsgi_temp_path {where}/uwsgi; scgi_temp_path {where}/scgi;
  client_header_buffer_size 8k;
  large_client_header_buffers 4 16k;
  default_type application/json;
  server {{ listen 127.0.0.1:{status_port}; location / {{ stub_status; }} }}
  server {{
    listen 127.0.0.1:{port} ssl backlog=16384;
    listen 127.0.0.1:{http2_port} ssl http2 backlog=16384;
    ssl_certificate {where}/server.crt;
    ssl_certificate_key {where}/server.key;
    ssl_protocols TLSv1.3;
    ssl_session_cache shared:sessions:10m;
    ssl_session_tickets on;
    add_header X-Request-Id $request_id always;
    location ~ ^/v2/[^/]+/sync-tasks/[0-9]+/stop$ {{ return 200 ""; }}
    location / {{ return 404 ""; }}
  }}
}}
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def pinned(command, core=machine.SERVER_CORE):
    return ["taskset", "-c", str(core), *command]


def _openssl(*args, where):
    subprocess.run(["openssl", *args], cwd=where, check=True, capture_output=True)


def _make_certificates(where):
    for name in ("ca", "server"):
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key", where=where)
    _openssl("req", "-x509", "-new", "-key", "ca.key", "-sha256", "-days", "2", "-subj", "/CN=oms benchmark", "-out",
             "ca.crt", where=where)
    _openssl("req", "-new", "-key", "server.key", "-subj", "/CN=localhost", "-out", "server.csr", where=where)
    with open(os.path.join(where, "server.ext"), "w", encoding="ascii") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    _openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
             "-sha256", "-extfile", "server.ext", "-out", "server.crt", where=where)


class Nginx:
    """Answers every stop with an empty 200 and an X-Request-Id."""

    name = "nginx"
    project = "0123456789abcdef0123456789abcdef"
    task = ""  # any number

    def __init__(self, where, token_length=2048):
        self.where = where
        self.port, self.http2_port, self._status_port = free_port(), free_port(), free_port()
        self.ca = os.path.join(where, "ca.crt")
        self.token = os.path.join(where, "token")
        _make_certificates(where)
        with open(self.token, "w", encoding="ascii") as file:
            alphabet = string.ascii_letters + string.digits + "-+"
            file.write("MII" + "".join(secrets.choice(alphabet) for _ in range(token_length - 3)))
        with open(os.path.join(where, "nginx.conf"), "w", encoding="ascii") as file:
            file.write(_CONFIGURATION.format(where=where, port=self.port, http2_port=self.http2_port, status_port=self._status_port))
        self._process = subprocess.Popen(
            pinned(["/usr/sbin/nginx", "-p", where + "/", "-c", os.path.join(where, "nginx.conf")]))
        _wait_for(self.port, self._process)

    def counts(self):
        """Connections accepted and requests handled so far, by others than this question."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._status_port}/") as reply:
            numbers = re.search(r"\n (\d+) \d+ (\d+)", reply.read().decode())
        self._asked = getattr(self, "_asked", 0) + 1
        return int(numbers.group(1)) - self._asked, int(numbers.group(2)) - self._asked

    def close_connections(self):
        """Cuts all of them: new workers take over, the old ones go."""
        self._process.send_signal(1)

    def stop(self):
        self._process.terminate()
        self._process.wait()


class Simulator:
    """The bundled one. One task is stopped again and again, and each stop is answered 200."""

    name = "simulator"

    def __init__(self, where, program):
        self.port = free_port()
        self.ca = os.path.join(where, "simulator.crt")
        self.token = os.path.join(where, "simulator.token")
        tokens, tasks = os.path.join(where, "tokens"), os.path.join(where, "tasks")
        self._process = subprocess.Popen(
            pinned([program, "--port", str(self.port), "--projects", "1", "--tasks-per-project", "1", "--stop-again", "200",
                    "--ca-out", self.ca, "--token-out", tokens, "--tasks-out", tasks]), stdout=subprocess.DEVNULL)
        _wait_for(self.port, self._process)
        with open(tokens, encoding="ascii") as file:
            _, token = file.read().split()
        with open(self.token, "w", encoding="ascii") as file:
            file.write(token)
        with open(tasks, encoding="ascii") as file:
            self.project, self.task = file.read().strip().split("/")

    def counts(self):
        return None

    def stop(self):
        self._process.terminate()
        self._process.wait()


def _wait_for(port, process):
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with status {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")
