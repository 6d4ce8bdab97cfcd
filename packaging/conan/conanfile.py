# SPDX-License-Identifier: BSL-1.0
"""The recipe of Conan 2, for the tree that it is a part of: `conan create packaging/conan`."""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir


class OmsConan(ConanFile):
    name = "oms"
    description = "Asynchronous client library for Huawei Cloud's Object Storage Migration Service"
    license = "BSL-1.0"
    topics = ("asio", "huawei-cloud", "migration")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}
    implements = ["auto_shared_fpic"]

    def _tree(self):
        return os.path.join(self.recipe_folder, os.pardir, os.pardir)

    def set_version(self):
        number = int(re.search(r"#define OMS_VERSION (\d+)",
                               load(self, os.path.join(self._tree(), "include", "oms", "version.hpp")))[1])
        self.version = f"{number // 10000}.{number // 100 % 100}.{number % 100}"

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*", "example/*"):
            copy(self, pattern, src=self._tree(), dst=self.export_sources_folder)

    def requirements(self):
        # Public headers have Asio's types: who uses the library compiles the same ones.
        self.requires("boost/[>=1.81 <2]", transitive_headers=True)
        self.requires("openssl/[>=3.0 <4]")
        self.requires("yaml-cpp/[>=0.7 <1]")

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["OMS_BUILD_TESTING"] = False
        toolchain.cache_variables["OMS_BUILD_EXAMPLES"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        # Conan writes its own for who consumes the package.
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))
        rmdir(self, os.path.join(self.package_folder, "share"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "oms")
        library = self.cpp_info.components["oms"]
        library.set_property("cmake_target_name", "oms::oms")
        library.set_property("pkg_config_name", "oms")
        library.libs = ["oms"]
        library.requires = ["boost::headers", "boost::json", "openssl::openssl", "yaml-cpp::yaml-cpp"]
        library.system_libs = ["pthread"]
        if not self.options.shared:
            library.defines = ["OMS_STATIC"]

        simulator = self.cpp_info.components["testing"]
        simulator.set_property("cmake_target_name", "oms::testing")
        simulator.set_property("pkg_config_name", "oms-testing")
        simulator.libs = ["oms_testing"]
        simulator.requires = ["oms", "boost::json", "openssl::openssl"]
