// SPDX-License-Identifier: BSL-1.0
#include "system/temporary_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace oms::test {

temporary_directory::temporary_directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "oms-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::system_error(errno, std::generic_category(), pattern);
    path_ = pattern;
}

temporary_directory::~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string temporary_directory::read(std::string_view name) const {
    return read_file(file(name));
}

std::string temporary_directory::write(std::string_view name, std::string_view text) const {
    std::string path = file(name);
    std::ofstream stream(path, std::ios::binary);
    stream << text << std::flush;
    if (!stream) throw std::runtime_error("cannot write " + path);
    return path;
}

std::string read_file(std::string const& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace oms::test
