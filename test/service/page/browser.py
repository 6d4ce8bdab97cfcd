# SPDX-License-Identifier: BSL-1.0
"""Chromium without a window, spoken to through a pipe by its own protocol (--remote-debugging-pipe)."""

import fcntl
import json
import os
import shutil
import subprocess
import time


class Fault(Exception):
    """Something is not as it should be."""


def find():
    """The path of the browser; None where it is not installed."""
    return shutil.which("chromium")


class Browser:
    """One page of it. It reaches loopback and nothing else."""

    def __init__(self, program, directory):
        to_read, self._out = os.pipe()
        self._in, to_write = os.pipe()

        def as_3_and_4():
            low, high = (fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in (to_read, to_write))
            os.dup2(low, 3)
            os.dup2(high, 4)

        # Its sandbox does not work for root.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self._process = subprocess.Popen(
            [program, *sandbox, "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--no-proxy-server",
             "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost", f"--user-data-dir={directory}"],
            preexec_fn=as_3_and_4, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self._bytes = b""
        self._last = 0
        self._session = None
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def call(self, method, **parameters):
        """The result of a command. What happens meanwhile goes to `events`."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data):]
        while True:
            reply = self._message()
            if reply.get("id") == self._last:
                if "error" in reply:
                    raise Fault(f"{method}: {reply['error']['message']}")
                return reply["result"]
            self.events.append(reply)

    def _message(self):
        while b"\0" not in self._bytes:
            piece = os.read(self._in, 1 << 20)
            if not piece:
                raise Fault("the browser has ended")
            self._bytes += piece
        message, _, self._bytes = self._bytes.partition(b"\0")
        return json.loads(message)

    def value(self, expression):
        """Of an expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise Fault(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, expression):
        """Until it is so; gives up after a minute."""
        end = time.monotonic() + 60
        while not self.value(expression):
            if time.monotonic() > end:
                raise Fault(f"it does not come: {expression}; the page: {self.value('document.body.innerText')}")
            time.sleep(0.02)

    def press(self, key):
        text = {"Enter": "\r"}.get(key, "")
        code = {"Enter": 13, "Tab": 9}[key]
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, text=text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait(f"location.href === {json.dumps(url)} && document.readyState === 'complete'")
