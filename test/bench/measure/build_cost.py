# SPDX-License-Identifier: BSL-1.0
"""What a user's file costs to compile, what an edit costs us, and the sizes of the library and of a program that links it."""

import os
import statistics
import subprocess
import time

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


def _consumer(build, root, source, where, *options):
    """MB of a stripped program that links the static library and stops one task."""
    program = os.path.join(where, "consumer")
    subprocess.run(["g++", "-std=c++20", "-O2", *options, "-I", os.path.join(root, "include"), source, "-o", program,
                    os.path.join(build, "src", "liboms.a"), "-lboost_json", "-lboost_container", "-lyaml-cpp", "-lssl", "-lcrypto"],
                   check=True)
    subprocess.run(["strip", program], check=True)
    return os.path.getsize(program) / 1e6


def _edit(root, where):
    """Seconds to build and run one suite again after an edit of its file, in a tree of the suite."""
    tree = os.path.join(where, "suite")
    subprocess.run(["cmake", "--preset", "debug", "-S", root, "-B", tree, "-D", "OMS_TEST_KINDS=io"], check=True, cwd=root,
                   stdout=subprocess.DEVNULL)

    def build():
        subprocess.run(["cmake", "--build", tree, "--target", "io_tests", "--parallel"], check=True, stdout=subprocess.DEVNULL)

    build()
    seconds = []
    for file, suite in (("pool_options", "pool_options_at_work"), ("throttling", "throttling"), ("trimming", "trimming")):
        os.utime(os.path.join(root, "test", "io", f"{file}_test.cpp"))
        begun = time.monotonic()
        build()
        subprocess.run([os.path.join(tree, "test", "io_tests"), f"--run_test={suite}"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds.append(time.monotonic() - begun)
    return statistics.median(seconds)


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

    say("build cost: a program with the static library, and an edit")
    ours, needed, whole = _FILES
    whole_program, lean_program = (_consumer(build, root, paths[ours], where, *options) for options in ((), ("-Wl,--gc-sections",)))
    edit = _edit(root, where)
    return ("## What it costs to build\n\ng++, -O0; CPU seconds and peak memory of the compiler, medians of five rounds.\n\n"
            + table(["a file that awaits one call", "s", "MB"],
                    [[name, number(seconds[name], 2), number(memory[name] * 1.048576)] for name in _FILES])
            + "\n" + table(["", "figure", "bar", "moonshot", ""], [
                ["s above what it needs alone", *bar(seconds[ours] - seconds[needed], 0.6, 0.6)],
                ["MB above what it needs alone", *bar((memory[ours] - memory[needed]) * 1.048576, 40, 40, 1)],
                ["s against the whole of Asio", *bar(seconds[ours] / seconds[whole], 1, 1)],
                ["MB of the shared library, stripped", *bar(size, 1.5, 1.5)],
                ["MB of a stripped program with the static library, linked with --gc-sections", *bar(lean_program, 1.2, 1.2)],
                ["s from an edit of a test file to the end of its suite", *bar(edit, 15, 8, 1)],
            ])
            + f"\nWithout `--gc-sections` the program has {whole_program:.2f} MB.\n")
