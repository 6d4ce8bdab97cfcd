# SPDX-License-Identifier: BSL-1.0
"""The machine: its cores, how busy it is, and what is installed on it."""

import os
import platform
import re
import subprocess
import time

CORES = sorted(os.sched_getaffinity(0))
CLIENT_CORE = CORES[0]
SERVER_CORE = CORES[-1]


def _ticks():
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(x) for x in file.readline().split()[1:9]]
    return fields[3] + fields[4], sum(fields)


def busy(seconds=0.25):
    """The share of all cores that was in use."""
    idle, total = _ticks()
    time.sleep(seconds)
    idle_then, total_then = _ticks()
    return 1 - (idle_then - idle) / max(1, total_then - total)


def wait_until_quiet(limit=20):
    """Waits for others to be done, but not for ever; returns how busy it was at last."""
    until = time.monotonic() + limit
    share = busy()
    while share > 0.15 and time.monotonic() < until:
        share = busy(0.5)
    return share


def _version(command, pattern):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "not installed"
    found = re.search(pattern, done.stdout + done.stderr)
    return found.group(1) if found else "unknown"


def describe():
    """Name and value of what a figure depends on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        cpu = re.search(r"model name\s*: (.*)", file.read())
    with open("/etc/os-release", encoding="utf-8") as file:
        system = re.search(r'PRETTY_NAME="(.*)"', file.read())
    return [
        ("Processor", f"{cpu.group(1).strip() if cpu else platform.machine()}, {len(CORES)} cores"),
        ("Kernel", platform.release()),
        ("System", system.group(1) if system else platform.system()),
        ("g++", _version(["g++", "--version"], r"(\d+\.\d+\.\d+)")),
        ("OpenSSL", _version(["openssl", "version"], r"OpenSSL (\S+)")),
        ("nginx", _version(["/usr/sbin/nginx", "-v"], r"nginx/(\S+)")),
        ("wrk", _version(["wrk", "-v"], r"wrk (?:debian/)?(\S+)")),
        ("libcurl", _version(["curl-config", "--version"], r"libcurl (\S+)")),
        ("Go", _version(["go", "version"], r"go(\d\S*)")),
        ("Python", platform.python_version()),
        ("requests", _version(["python3", "-c", "import requests; print(requests.__version__)"], r"(\S+)")),
        ("Valgrind", _version(["valgrind", "--version"], r"valgrind-(\S+)")),
    ]
