# SPDX-License-Identifier: BSL-1.0
"""Where the instructions of one stop go: a ranked list, and a flame graph of the call tree."""

import os
import re
import sys

from .client import Client
from .counts import CALLGRIND, WINDOW
from .server import Nginx
from .text import number, table

_STOPS = 2_000


class Tree:
    """What callgrind wrote: each function's own cost, and what it passed to those that it called."""

    def __init__(self, path):
        self.own, self.object, self._calls = {}, {}, {}
        names = {}

        def name(text):
            number_, _, rest = text.partition(" ")
            if rest:
                names[number_] = rest
            return names.get(number_, text)

        objects = {}

        def object_(text):
            number_, _, rest = text.partition(" ")
            if rest:
                objects[number_] = os.path.basename(rest)
            return objects.get(number_, text)

        function = called = in_object = ""
        passes = False
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                line = line.rstrip("\n")
                if line.startswith("ob="):
                    in_object = object_(line[3:])
                elif line.startswith("cob="):
                    object_(line[4:])
                elif line.startswith("fn="):
                    function = name(line[3:])
                    self.object[function] = in_object
                elif line.startswith("cfn="):
                    called = name(line[4:])
                elif line.startswith("calls="):
                    passes = True
                elif line and (line[0].isdigit() or line[0] in "+-*"):
                    cost = int(line.split()[1]) if len(line.split()) > 1 else 0
                    if passes:
                        self._calls.setdefault(function, {}).setdefault(called, 0)
                        self._calls[function][called] += cost
                        passes = False
                    else:
                        self.own[function] = self.own.get(function, 0) + cost

    def inclusive(self, function):
        return self.own.get(function, 0) + sum(self._calls.get(function, {}).values())

    def callees(self, function):
        return self._calls.get(function, {})

    def roots(self):
        called = {c for calls in self._calls.values() for c in calls}
        return [f for f in self.own if f not in called]


def _short(name):
    """Without arguments and template parameters, which would fill the page."""
    name = re.sub(r"'\d+$", "", name)
    while True:
        shorter = re.sub(r"<[^<>]*>", "", name)
        if shorter == name:
            break
        name = shorter
    return re.sub(r"\(.*", "", name).replace("boost::asio::", "asio::").strip() or name


def _escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def flame(tree, total, title, stops):
    """An SVG: a box for each function within its caller, as wide as what it costs."""
    width, row = 1200, 18
    boxes = []

    def place(function, x, cost, depth, path):
        if cost / total * width < 2 or depth > 60:
            return
        boxes.append((x, depth, cost, function))
        if function in path:
            return  # its cost is in the outer box already
        inclusive = max(1, tree.inclusive(function))
        at = x
        for callee, passed in sorted(tree.callees(function).items(), key=lambda item: -item[1]):
            share = passed / inclusive * cost
            place(callee, at, share, depth + 1, path | {function})
            at += share

    sys.setrecursionlimit(10_000)
    at = 0
    for root in sorted(tree.roots(), key=lambda f: -tree.inclusive(f)):
        cost = tree.inclusive(root)
        place(root, at, cost, 0, frozenset())
        at += cost
    deepest = max(depth for _, depth, _, _ in boxes)
    height = (deepest + 1) * row + 50
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
             f'<rect width="{width}" height="{height}" fill="white"/>',
             f'<text x="8" y="20" font-size="14">{_escape(title)}</text>']
    for x, depth, cost, function in boxes:
        left, wide = x / total * width, cost / total * width
        y = height - 12 - (depth + 1) * row
        place_ = tree.object.get(function, "")
        hue = {"libcrypto.so.3": 30, "libssl.so.3": 45, "libc.so.6": 200}.get(place_, 0)
        text = _short(function)
        parts.append(f'<g><title>{_escape(text)} ({_escape(place_)}): {cost / stops:,.0f} instructions a stop</title>'
                     f'<rect x="{left:.1f}" y="{y}" width="{max(0.5, wide - 0.5):.1f}" height="{row - 1}" '
                     f'fill="hsl({hue} 80% 72%)"/>')
        if wide > 40:
            parts.append(f'<text x="{left + 3:.1f}" y="{y + 13}">{_escape(text[:int(wide / 6.2)])}</text>')
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def run(build, where, say):
    """The list, by object and by function, and the graph beside the page."""
    root = os.path.dirname(os.path.dirname(build))
    results = os.path.join(root, "test", "bench", "results")
    os.makedirs(results, exist_ok=True)
    out = os.path.join(where, "callgrind.out")
    tool = [a for a in CALLGRIND if "out-file" not in a] + WINDOW + [f"--callgrind-out-file={out}"]
    server = Nginx(where)
    try:
        say("profile: the instructions of one stop")
        client = Client("oms", [os.path.join(build, "test", "bench", "oms_stops")])
        client.counted_run(tool, server, 64, False, _STOPS)
    finally:
        server.stop()
    tree = Tree(out)
    total = sum(tree.own.values())
    by_object = {}
    for function, cost in tree.own.items():
        place = tree.object[function]
        by_object[place] = by_object.get(place, 0) + cost
    with open(os.path.join(results, "flame.svg"), "w", encoding="utf-8") as file:
        file.write(flame(tree, total, "Instructions of one stop", _STOPS))
    ranked = sorted(tree.own.items(), key=lambda item: -item[1])[:40]
    return ("## Where the instructions go\n\n"
            + table(["in", "instructions", "%"], [[place, number(cost / _STOPS), number(100 * cost / total, 1)] for place, cost
                                                  in sorted(by_object.items(), key=lambda item: -item[1]) if cost > total / 500])
            + "\n" + table(["function", "in", "own instructions"],
                           [[f"`{_short(f)}`", tree.object[f], number(cost / _STOPS)] for f, cost in ranked])
            + "\n![](results/flame.svg)\n\nWhat was tried to lower it, and what it brought, is in [LEVERS.md](LEVERS.md).\n")
