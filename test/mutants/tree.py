# SPDX-License-Identifier: BSL-1.0
"""A copy of the tree with all faults in it, and its test programs."""

import os
import pathlib
import subprocess

import planting

_LEFT_OUT = {".git", "build", "__pycache__"}


def _write(path, content):
    """Only where it changes, so that nothing is built twice."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _files(root):
    for directory, names, files in os.walk(root):
        names[:] = [each for each in names if each not in _LEFT_OUT]
        for each in files:
            yield pathlib.Path(directory, each).relative_to(root)


class Tree:
    """Below `build`: the copy in `source`, what is built of it in `build`."""

    def __init__(self, root, build, faults):
        self.root, build = pathlib.Path(root).resolve(), pathlib.Path(build).resolve()
        self.copy, self.build = build / "source", build / "build"
        self.kinds = sorted({suite.partition(":")[0] for each in faults for suite in each.suites})
        self.faults = faults

    def plant(self):
        """Complains of every line that cannot be planted, at once."""
        by_file = {}
        for each in self.faults:
            by_file.setdefault(each.file, []).append(each)
        contents = {pathlib.Path("include/oms_mutant.hpp"): planting.HEADER.encode()}
        for file in _files(self.root):
            contents[file] = (self.root / file).read_bytes()
        mistakes = []
        for file, here in by_file.items():
            if pathlib.Path(file) not in contents:
                mistakes.append(f"{here[0].where}: there is no {file}")
                continue
            try:
                text = (self.root / file).read_text(encoding="utf-8")
                contents[pathlib.Path(file)] = planting.plant(text, here).encode()
            except planting.Mistake as e:
                mistakes.append(str(e))
        if mistakes:
            raise planting.Mistake("\n".join(mistakes))
        for file, content in contents.items():
            _write(self.copy / file, content)
        for file in list(_files(self.copy)):
            if file not in contents:
                (self.copy / file).unlink()

    def make(self):
        """Not optimised and without warnings: nobody reads what is built here."""
        subprocess.run(["cmake", "--no-warn-unused-cli", "-S", self.copy, "-B", self.build, "-D", "CMAKE_BUILD_TYPE=Debug",
                        "-D", "CMAKE_CXX_FLAGS=-w", "-D", "CMAKE_CXX_FLAGS_DEBUG=-O0 -D_GLIBCXX_ASSERTIONS",
                        "-D", f"OMS_TEST_KINDS={';'.join(self.kinds)}", "-D", "OMS_BUILD_EXAMPLES=OFF"],
                       check=True, stdout=subprocess.DEVNULL)
        targets = [f"{each}_tests" for each in self.kinds]
        subprocess.run(["cmake", "--build", self.build, "--parallel", str(os.cpu_count()), "--target", *targets],
                       check=True, stdout=subprocess.DEVNULL)

    def program(self, kind):
        return self.build / "test" / f"{kind}_tests"
