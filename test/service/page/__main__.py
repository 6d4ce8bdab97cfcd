# SPDX-License-Identifier: BSL-1.0
"""The page of the example stop-service in a real browser, before the simulator: `python3 test/service/page BUILD`.

By keyboard alone a person names tasks, sees them stopped while they are stopped, keeps seeing it where the service is
killed and comes back, and is shown nothing but text. BUILD: a directory with example/stop_service/stop-service and
example/oms-simulator. Pictures go to BUILD/page."""

import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request

import browser

_PROJECTS, _EACH = 6, 50


def _require(so, what):
    if not so:
        raise browser.Fault(what)


class _Program:
    """One that says where it listens."""

    def __init__(self, arguments, environment=None):
        self._process = subprocess.Popen(arguments, env={**os.environ, **(environment or {})}, text=True,
                                         stdout=subprocess.PIPE)
        line = self._process.stdout.readline()
        _require(line.startswith("listening on "), f"{arguments[0]} did not begin")
        self.url = line.split()[-1]

    def end(self, by):
        self._process.send_signal(by)
        return self._process.wait(60)


class _Service(_Program):
    def __init__(self, build, directory, simulator, listen):
        super().__init__([f"{build}/example/stop_service/stop-service", "--listen", listen, "--database",
                          f"{directory}/jobs.db"],
                         {"OMS_ENDPOINT": simulator.url, "OMS_CA_FILE": f"{directory}/ca.pem",
                          "HUAWEICLOUD_SDK_CREDENTIALS_FILE": f"{directory}/profile", "https_proxy": "",
                          "HTTPS_PROXY": ""})


# Keeps what the page showed on its way.
_WATCH = """
window.shown = []; window.said = [];
new MutationObserver(() => shown.push(Number(document.getElementById("ended").textContent)))
    .observe(document.getElementById("ended"), {childList: true});
new MutationObserver(() => said.push(document.getElementById("state").textContent))
    .observe(document.getElementById("state"), {childList: true});
"""
_DONE = "document.getElementById('state').textContent === 'all tasks have ended'"


def _name_tasks(page, tasks):
    """Types them, and sends them, by keyboard."""
    page.value("document.activeElement.blur()")
    page.value("document.getElementById('tasks').focus()")
    page.call("Input.insertText", text="\n".join(tasks))
    page.press("Tab")
    _require(page.value("document.activeElement.tagName") == "BUTTON", "Tab does not lead to the button")
    page.press("Enter")


def _check_counts(page, total):
    _require(page.value("document.getElementById('total').textContent") == str(total), "the total is wrong")
    _require(page.value("document.getElementById('ended').textContent") == str(total), "not all tasks are counted")
    outcomes = page.value("[...document.querySelectorAll('#outcomes li')].map(e => parseInt(e.textContent))")
    _require(sum(outcomes) == total, f"the outcomes are of {sum(outcomes)} tasks")
    shown = page.value("shown")
    _require(shown == sorted(shown) and len(set(shown)) > 5, f"the page did not show them as they ran: {shown}")


def _stops_are_shown(page, url, tasks):
    page.open(url + "/")
    page.press("Tab")
    _require(page.value("document.activeElement.id") == "tasks", "the first Tab does not lead to the list")
    page.value(_WATCH)
    _name_tasks(page, tasks)
    page.wait(_DONE)
    _check_counts(page, len(tasks))
    rows = page.value("[...document.querySelectorAll('#results tr td:first-child')].map(e => e.textContent)")
    _require(0 < len(rows) <= 200 and len(set(rows)) == len(rows) and set(rows) <= set(tasks), f"the rows: {rows}")


def _a_kill_is_survived(page, services, restart, tasks):
    page.value(_WATCH)
    _name_tasks(page, tasks)
    page.wait("shown.length > 0 && shown.at(-1) > 5 && shown.at(-1) < " + str(len(tasks) - 20))
    _require(services[-1].end(signal.SIGKILL) == -signal.SIGKILL, "the service was not killed")
    page.wait("said.some(text => text.startsWith('the service is away'))")
    services.append(restart())
    page.wait(_DONE)
    page.value("shown.splice(0, shown.lastIndexOf(0) + 1)")  # of the job before
    _check_counts(page, len(tasks))


def _text_is_no_markup(page, url):
    markup = "<img src=x onerror=window.broken=1>"
    request = urllib.request.Request(url + "/stops", json.dumps([{"project_id": markup, "task_id": markup}]).encode(),
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        job = json.load(reply)["id"]
    page.value(f"location.hash = '{job}'")
    page.wait(f"document.getElementById('job-id').textContent === '{job}' "
              "&& document.querySelector('#results tr') !== null")
    text = page.value("document.querySelector('#results td').textContent")
    _require(markup in text, f"the row says {text}")
    _require(page.value("document.querySelector('img') === null && !window.broken"), "what a caller said is markup")


_CONTRAST = """(() => {
  const parts = (color) => color.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const light = (color) => { const [r, g, b] = parts(color).map(v => { v /= 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = light(getComputedStyle(document.body).backgroundColor);
  return Math.min(...[...document.querySelectorAll("body, a, label, caption, th, .bad")].map(e => {
    const own = light(getComputedStyle(e).color);
    return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05); }));
})()"""


def _it_can_be_read(page, pictures):
    grounds = set()
    for scheme in ("light", "dark"):
        for width in (1280, 360):
            page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            page.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
            wide = page.value("document.documentElement.scrollWidth")
            _require(wide <= width, f"at a width of {width} the page is {wide} wide")
            contrast = page.value(_CONTRAST)
            _require(contrast >= 4.5, f"{scheme}: a contrast of {contrast:.1f}")
            picture = page.call("Page.captureScreenshot")["data"]
            with open(f"{pictures}/{scheme}-{width}.png", "wb") as file:
                file.write(base64.b64decode(picture))
        grounds.add(page.value("getComputedStyle(document.body).backgroundColor"))
    _require(len(grounds) == 2, "dark is as light is")


def _check_events(page, url):
    """No script failed, nothing was refused by the page's policy, and nobody else was asked for anything."""
    page.value("0")
    for event in page.events:
        method, told = event.get("method"), event.get("params", {})
        _require(method != "Runtime.exceptionThrown", f"a script failed: {told}")
        if method == "Log.entryAdded":
            _require(told["entry"]["source"] == "network", f"the browser says: {told['entry']['text']}")
        if method == "Network.requestWillBeSent":
            _require(told["request"]["url"].startswith(url + "/"), f"it asks for {told['request']['url']}")


def _run(build, program, directory):
    pictures = f"{build}/page"
    os.makedirs(pictures, exist_ok=True)
    simulator = _Program([f"{build}/example/oms-simulator", "--projects", str(_PROJECTS), "--tasks-per-project",
                          str(_EACH), "--latency", "100", "--fail", "2%:503", "--ca-out", f"{directory}/ca.pem",
                          "--profile-out", f"{directory}/profile", "--tasks-out", f"{directory}/tasks"])
    services = [_Service(build, directory, simulator, "127.0.0.1:0")]
    port = services[0].url.rsplit(":", 1)[1]
    url = f"http://localhost:{port}"
    with open(f"{directory}/tasks", encoding="utf-8") as file:
        tasks = file.read().split()
    page = browser.Browser(program, f"{directory}/browser")
    try:
        half = len(tasks) // 2
        _stops_are_shown(page, url, tasks[:half])
        _a_kill_is_survived(page, services, lambda: _Service(build, directory, simulator, f"127.0.0.1:{port}"),
                            tasks[half:])
        _text_is_no_markup(page, url)
        _it_can_be_read(page, pictures)
        _check_events(page, url)
        version = page.call("Browser.getVersion")["product"]
    finally:
        page.close()
        status = services[-1].end(signal.SIGTERM)
        simulator.end(signal.SIGTERM)
    _require(status == 0, f"the service ended with {status}")
    print(f"the page was looked at in {version}: {len(tasks)} stops shown as they ran, a kill of the service survived; "
          f"pictures in {pictures}")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: python3 test/service/page BUILD")
    program = browser.find()
    if program is None:
        print("the page was looked at by nobody: chromium is not installed (cmake/install-dependencies browser)")
        return
    with tempfile.TemporaryDirectory() as directory:
        try:
            _run(os.path.abspath(sys.argv[1]), program, directory)
        except browser.Fault as fault:
            sys.exit(f"test/service/page: {fault}")


main()
