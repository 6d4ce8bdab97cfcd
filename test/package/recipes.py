# SPDX-License-Identifier: BSL-1.0
"""Holds the recipes of Conan and vcpkg against the tree that they are a part of, and what it installs.

    python3 recipes.py TREE PREFIX WORK CMAKE_ARGUMENT...

Neither program is needed: the recipes are run with stand-ins for what they call, which note what is asked for. Both are
asked to configure the tree, Conan's the copy that it exports. What they say of the libraries has to be so of those that
PREFIX has. What stays untried is what Conan and vcpkg themselves do with it, and their packages of Boost.
"""

import collections
import fnmatch
import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import sys
import types


def need(true, text):
    if not true:
        sys.exit(text)


def configure(source, work, arguments):
    shutil.rmtree(work, ignore_errors=True)
    done = subprocess.run(["cmake", "-S", source, "-B", work, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    need(done.returncode == 0, f"{source} cannot be configured:\n{done.stdout}")
    unused = re.search(r"Manually-specified variables were not used by the project:\s+(.*)", done.stdout)
    need(not unused, f"the tree has no variable {unused and unused[1]}")


# Of Conan.

class Part:
    """What a recipe says of a library, or of all of them."""

    def __init__(self):
        self.properties, self.components = {}, collections.defaultdict(Part)
        self.libs, self.requires, self.defines, self.system_libs = [], [], [], []

    def set_property(self, name, value):
        self.properties[name] = value


class Recipe:
    """The base of recipes."""

    def requires(self, reference, **_):
        name, versions = reference.split("/")
        self.required[name] = versions


class Toolchain:
    last = None

    def __init__(self, _):
        self.cache_variables = {}
        Toolchain.last = self

    def generate(self):
        pass


def copy(_, pattern, src, dst):
    for path in pathlib.Path(src).resolve().rglob("*"):
        name = path.relative_to(pathlib.Path(src).resolve())
        if path.is_file() and fnmatch.fnmatch(str(name), pattern):
            (pathlib.Path(dst) / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, pathlib.Path(dst) / name)


def stand_in_for_conan():
    def module(name, **names):
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(names)

    module("conan", ConanFile=Recipe)
    module("conan.tools")
    module("conan.tools.build", check_min_cppstd=lambda *_: None, can_run=lambda _: False)
    module("conan.tools.cmake", CMake=None, CMakeDeps=Toolchain, CMakeToolchain=Toolchain, cmake_layout=None)
    module("conan.tools.files", copy=copy, load=lambda _, path: pathlib.Path(path).read_text(), rmdir=None)


def conan(tree, prefix, work, arguments):
    """Tries the recipe; the version that it makes."""
    stand_in_for_conan()
    file = tree / "packaging" / "conan" / "conanfile.py"
    spec = importlib.util.spec_from_file_location("conanfile", file)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    recipe = loaded.OmsConan()
    recipe.recipe_folder, recipe.export_sources_folder = str(file.parent), str(work / "exported")
    recipe.required, recipe.cpp_info = {}, Part()
    recipe.options = types.SimpleNamespace(shared=False)

    recipe.set_version()
    shutil.rmtree(work / "exported", ignore_errors=True)
    recipe.export_sources()
    recipe.generate()
    variables = [f"-D{name}={'ON' if value else 'OFF'}" for name, value in Toolchain.last.cache_variables.items()]
    configure(work / "exported", work / "conan", [*arguments, *variables])

    recipe.requirements()
    found = (tree / "cmake" / "oms_dependencies.cmake").read_text()
    for name, pattern in (("boost", r"Boost (\S+) CONFIG"), ("openssl", r"OpenSSL libssl-dev (\S+)\)"),
                          ("yaml-cpp", r"yaml-cpp libyaml-cpp-dev (\S+)\)")):
        least = re.search(pattern, found)[1]
        need(recipe.required[name].startswith(f"[>={least} "), f"{name} is needed from {least} on")

    recipe.package_info()
    targets = "".join(path.read_text() for path in prefix.rglob("omsTargets.cmake"))
    for component in recipe.cpp_info.components.values():
        for library in component.libs:
            need(list(prefix.rglob(f"lib{library}.a")), f"there is no library {library}")
        named = component.properties
        need(f"add_library({named['cmake_target_name']} " in targets, f"there is no target {named['cmake_target_name']}")
        need(list(prefix.rglob(f"{named['pkg_config_name']}.pc")), f"there is no {named['pkg_config_name']}.pc")
    return recipe.version


# Of vcpkg.

STAND_IN_FOR_VCPKG = """
function(vcpkg_cmake_configure)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
    string(JOIN "|" options ${arg_OPTIONS})
    file(APPEND ${WORK}/said "configure ${arg_SOURCE_PATH}|${options}\\n")
endfunction()
function(vcpkg_cmake_config_fixup)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
    file(APPEND ${WORK}/said "config ${arg_CONFIG_PATH}\\n")
endfunction()
function(vcpkg_install_copyright)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
    file(APPEND ${WORK}/said "copyright ${arg_FILE_LIST}\\n")
endfunction()
function(vcpkg_cmake_install)
endfunction()
function(vcpkg_fixup_pkgconfig)
endfunction()
set(PORT oms)
set(CURRENT_PACKAGES_DIR ${WORK}/packages)
include(${PORTFILE})
"""


def vcpkg(tree, prefix, work, arguments):
    """Tries the port; its version."""
    port = tree / "packaging" / "vcpkg" / "ports" / "oms"
    work = work / "vcpkg"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    (work / "run.cmake").write_text(STAND_IN_FOR_VCPKG)
    subprocess.run(["cmake", f"-DWORK={work}", f"-DPORTFILE={port / 'portfile.cmake'}", "-P", work / "run.cmake"],
                   check=True, stdout=subprocess.DEVNULL)
    said = dict(line.split(" ", 1) for line in (work / "said").read_text().splitlines())
    source, *options = said["configure"].split("|")
    need(pathlib.Path(source) == tree, f"the port builds {source}")
    configure(source, work / "build", [*arguments, *options])
    installed = {path.parent.relative_to(path.parents[3]) for path in prefix.rglob("omsConfig.cmake")}
    need(pathlib.PurePath(said["config"]) in installed, f"there is no {said['config']}")
    need(pathlib.Path(said["copyright"]).is_file(), f"there is no {said['copyright']}")

    manifest = json.loads((port / "vcpkg.json").read_text())
    depends = {name if isinstance(name, str) else name["name"] for name in manifest["dependencies"]}
    for path in [*(tree / "include").rglob("*.hpp"), *(tree / "src").rglob("*.[ch]pp")]:
        for name in re.findall(r"#include <boost/([a-z_]+)", path.read_text()):
            need(name == "version" or f"boost-{name}" in depends, f"{path} includes Boost.{name}, which the port has not")
    return manifest["version"]


def main(tree, prefix, work, *arguments):
    tree, prefix, work = (pathlib.Path(path).resolve() for path in (tree, prefix, work))
    by_conan = conan(tree, prefix, work, arguments)
    by_vcpkg = vcpkg(tree, prefix, work, arguments)
    need(by_conan == by_vcpkg, f"Conan's recipe makes {by_conan}, vcpkg's {by_vcpkg}")


if __name__ == "__main__":
    main(*sys.argv[1:])
