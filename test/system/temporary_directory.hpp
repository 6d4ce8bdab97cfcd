// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_TEMPORARY_DIRECTORY_HPP
#define OMS_TEST_SYSTEM_TEMPORARY_DIRECTORY_HPP

#include <filesystem>
#include <string>
#include <string_view>

namespace oms::test {

/// A directory that goes, with all that is in it, when this does.
class temporary_directory {
public:
    /// @throws std::system_error
    temporary_directory();
    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;
    ~temporary_directory();

    /// The path of a file in it.
    std::string file(std::string_view name) const { return (path_ / name).string(); }
    std::string read(std::string_view name) const;
    /// Writes a file and returns its path.
    std::string write(std::string_view name, std::string_view text) const;

private:
    std::filesystem::path path_;
};

/// The content of a file.
/// @throws std::runtime_error
std::string read_file(std::string const& path);

}  // namespace oms::test

#endif
