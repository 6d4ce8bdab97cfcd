// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_SECRET_FILE_HPP
#define OMS_AUTH_SECRET_FILE_HPP

#include "wire/validate.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace oms::auth {

/// Reads a small file, up to 1 MiB, without leaving copies of it behind; the
/// result is the caller's to wipe. Nothing: it cannot be read, is larger, or is
/// no regular file: a pipe would hold the caller until somebody writes. Only
/// `/dev/null` reads empty.
/// @throws std::bad_alloc
inline std::optional<std::string> read_secret_file(std::string const& path) {
    constexpr std::size_t limit = 1024 * 1024;
    std::error_code ec;
    if (path != "/dev/null" && !std::filesystem::is_regular_file(path, ec)) return std::nullopt;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen(path.c_str(), "rbe"), std::fclose);
    if (!file && errno == ENOMEM) throw std::bad_alloc();
    if (!file || std::setvbuf(file.get(), nullptr, _IONBF, 0) != 0) return std::nullopt;
    if (std::fseek(file.get(), 0, SEEK_END) != 0) return std::nullopt;
    long const size = std::ftell(file.get());
    if (size < 0 || static_cast<std::size_t>(size) > limit) return std::nullopt;
    std::rewind(file.get());
    std::string text(static_cast<std::size_t>(size), '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get()) != 0) return std::nullopt;
    return text;
}

/// A file by its name, for people. What is no absolute path may well be the secret itself, put in the path's place by
/// mistake: then only where it comes from is told.
inline std::string name_of_file(std::string const& path, std::string const& from) {
    bool const is_path = path.starts_with('/') && wire::valid_header_value(path);
    return is_path ? path : "the file that " + from + " names";
}

}  // namespace oms::auth

#endif
