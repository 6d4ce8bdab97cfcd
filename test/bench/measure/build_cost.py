# SPDX-License-Identifier: BSL-1.0
"""What a user's file costs to compile, and the library's size."""

import os
import statistics
import subprocess

from .client import run_program
from .text import bar, number, table

_CALL = """
{headers}
boost::asio::awaitable<void> one({argument}) {{
    co_await {call};
}}
int main() {{
    boost::asio::io_context context;
    {set_up}
    boost::asio::co_spawn(context, one({passed}), boost::asio::detached);
    context.run();
}}
"""
_NEEDED = "".join(f"#include <boost/asio/{name}.hpp>\n" for name in
                  ("awaitable", "co_spawn", "detached", "io_context", "use_awaitable"))
_FILES = {
    "with `<oms/oms.hpp>`": _CALL.format(
        headers="#include <oms/oms.hpp>\n" + _NEEDED, argument="oms::client& client",
        call='client.async_stop(oms::sync_task("p", "t"), boost::asio::use_awaitable)',
        set_up="oms::client client(context, oms::client_config());", passed="client"),
    "with the Asio headers that it needs alone": _CALL.format(
        headers=_NEEDED + "#include <boost/asio/steady_timer.hpp>\n", argument="boost::asio::steady_timer& timer",
        call="timer.async_wait(boost::asio::use_awaitable)", set_up="boost::asio::steady_timer timer(context);",
        passed="timer"),
    "with `<boost/asio.hpp>`": _CALL.format(
        headers="#include <boost/asio.hpp>\n", argument="boost::asio::steady_timer& timer",
        call="timer.async_wait(boost::asio::use_awaitable)", set_up="boost::asio::steady_timer timer(context);",
        passed="timer"),
}


def _compile(root, source):
    output, usage, status = run_program(["g++", "-std=c++20", "-O0", "-c", "-I", os.path.join(root, "include"), source, "-o", os.devnull])
    if status != 0:
        raise RuntimeError(output)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def run(build, where, say):
    """In turns, so that what disturbs one disturbs all."""
    root = os.path.dirname(os.path.dirname(build))
    paths, runs = {}, {name: [] for name in _FILES}
    for number_, (name, text) in enumerate(_FILES.items()):
        paths[name] = os.path.join(where, f"file{number_}.cpp")
        with open(paths[name], "w", encoding="utf-8") as file:
            file.write(text)
    for turn in range(5):
        say(f"build cost: round {turn + 1} of 5")
        for name, path in paths.items():
            runs[name].append(_compile(root, path))
    seconds = {name: statistics.median(s for s, _ in r) for name, r in runs.items()}
    memory = {name: statistics.median(m for _, m in r) for name, r in runs.items()}

    say("build cost: the shared library")
    shared = os.path.join(where, "shared")
    subprocess.run(["cmake", "-S", root, "-B", shared, "-D", "CMAKE_BUILD_TYPE=Release", "-D", "BUILD_SHARED_LIBS=ON", "-D",
                    "OMS_BUILD_TESTING=OFF", "-D", "OMS_BUILD_EXAMPLES=OFF"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", shared, "--target", "oms", "--parallel"], check=True, stdout=subprocess.DEVNULL)
    library = os.path.realpath(os.path.join(shared, "src", "liboms.so"))
    stripped = os.path.join(where, "liboms.so")
    subprocess.run(["strip", "-o", stripped, library], check=True)
    size = os.path.getsize(stripped) / 1e6

    ours, needed, whole = _FILES
    return ("## What it costs to build\n\ng++, -O0; CPU seconds and peak memory of the compiler, medians of five rounds.\n\n"
            + table(["a file that awaits one call", "s", "MB"],
                    [[name, number(seconds[name], 2), number(memory[name] * 1.048576)] for name in _FILES])
            + "\n" + table(["", "figure", "bar", "moonshot", ""], [
                ["s above what it needs alone", *bar(seconds[ours] - seconds[needed], 0.6, 0.6)],
                ["MB above what it needs alone", *bar((memory[ours] - memory[needed]) * 1.048576, 40, 40, 1)],
                ["s against the whole of Asio", *bar(seconds[ours] / seconds[whole], 1, 1)],
                ["MB of the shared library, stripped", *bar(size, 1.5, 1.5)],
            ]))
