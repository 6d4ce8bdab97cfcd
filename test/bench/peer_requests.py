#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The work through Python's requests: a thread for each stop in flight, one session with as many connections."""

import argparse
import datetime
import hashlib
import hmac
import itertools
import resource
import threading
import time

import requests
from requests.adapters import HTTPAdapter

ACCESS_KEY = "BENCHACCESSKEY000000"
SECRET_KEY = b"benchsecretkeybenchsecretkeybenchsecretk"
FIRST_TASK = 1_000_000_000_000_000_000


def signature(path, host, project):
    date = datetime.datetime.utcnow().strftime("%Y%m%dT%H%M%SZ")
    names = "host;x-project-id;x-sdk-date"
    canonical = (f"POST\n{path}/\n\nhost:{host}\nx-project-id:{project}\nx-sdk-date:{date}\n\n{names}\n"
                 + hashlib.sha256(b"").hexdigest())
    text = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    mac = hmac.new(SECRET_KEY, text.encode(), hashlib.sha256).hexdigest()
    return {"X-Project-Id": project, "X-Sdk-Date": date,
            "Authorization": f"SDK-HMAC-SHA256 Access={ACCESS_KEY}, SignedHeaders={names}, Signature={mac}"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ca", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--project", default="0123456789abcdef0123456789abcdef")
    parser.add_argument("--task", default="")
    parser.add_argument("--stops", type=int, default=50_000)
    parser.add_argument("--warm-up", type=int, default=1_000)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--sign", default="no")
    parser.add_argument("--whole", default="no")
    args = parser.parse_args()

    with open(args.token, encoding="ascii") as file:
        token = file.read().strip()
    host = f"localhost:{args.port}"
    session = requests.Session()
    session.trust_env = False
    session.verify = args.ca
    session.headers = {"User-Agent": "oms-bench/1.0", "Content-Type": "application/json"}
    session.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=args.in_flight))
    numbers = itertools.count(1)
    failed = 0

    def stop():
        path = f"/v2/{args.project}/sync-tasks/{args.task or FIRST_TASK + next(numbers)}/stop"
        headers = signature(path, host, args.project) if args.sign == "yes" else {"X-Auth-Token": token}
        try:
            return session.post(f"https://{host}{path}", headers=headers, timeout=60).status_code
        except requests.RequestException as error:
            print(error)
            return 0

    def run(total):
        latencies = []
        begun = itertools.count()

        def work():
            nonlocal failed
            while next(begun) < total:
                start = time.perf_counter()
                if stop() != 200:
                    failed += 1
                latencies.append(time.perf_counter() - start)

        threads = [threading.Thread(target=work) for _ in range(args.in_flight)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(latencies)

    if args.whole != "yes":
        run(max(args.warm_up, args.in_flight))
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    latencies = run(args.stops)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    user = (after.ru_utime - before.ru_utime) / args.stops * 1e6
    system = (after.ru_stime - before.ru_stime) / args.stops * 1e6
    print(f"program=requests mode=- in_flight={args.in_flight} stops={args.stops} failed={failed} "
          f"rate={args.stops / wall:.0f} cpu_us={user + system:.2f} user_us={user:.2f} system_us={system:.2f} "
          f"p50_us={latencies[len(latencies) // 2] * 1e6:.0f} p99_us={latencies[len(latencies) * 99 // 100] * 1e6:.0f} "
          f"allocations=-1 handshakes=-1 peak_kib={after.ru_maxrss}")
    return failed != 0


if __name__ == "__main__":
    raise SystemExit(main())
