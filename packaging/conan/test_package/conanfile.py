# SPDX-License-Identifier: BSL-1.0
"""What `conan create` builds against the package and runs: the consumers of the suite."""

import os

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, cmake_layout


class Consumer(ConanFile):
    settings = "os", "arch", "compiler", "build_type"
    generators = "CMakeDeps", "CMakeToolchain"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        cmake_layout(self)

    def build(self):
        cmake = CMake(self)
        cmake.configure(build_script_folder=os.path.join(os.pardir, os.pardir, os.pardir, "test", "package", "installed"))
        cmake.build()

    def test(self):
        if can_run(self):
            for program in ("consumer", "simulator_consumer"):
                self.run(os.path.join(self.cpp.build.bindir, program), env="conanrun")
