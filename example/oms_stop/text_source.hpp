// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_TEXT_SOURCE_HPP
#define OMS_STOP_TEXT_SOURCE_HPP

// Files of any length, read block by block.

#include "digest.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace oms_stop {

/// The text of a file as UTF-8, without a mark at its begin; UTF-16 that has a mark is converted.
class text_source {
public:
    /// @param path  `-`: standard input.
    /// @throws usage_error  it cannot be read; says why.
    explicit text_source(std::string const& path);
    /// A text that is there already.
    struct in_memory {
        std::string text;
    };
    explicit text_source(in_memory of);
    text_source(text_source const&) = delete;
    text_source& operator=(text_source const&) = delete;
    ~text_source();

    /// The next block; empty at the end. The one before is gone then.
    /// @throws usage_error
    std::string_view next();

    /// For people.
    std::string const& name() const noexcept { return name_; }
    /// SHA-256 of the file's bytes so far.
    std::string digest() const { return digest_.hex(); }

private:
    enum class encoding { utf8, utf16_low_first, utf16_high_first };

    bool fill();
    void find_mark();
    void convert();

    std::string name_;
    int file_ = -1;
    std::string raw_, text_;
    std::string carry_;  // of UTF-16: bytes that are no whole character yet
    bool begun_ = false;
    encoding encoding_ = encoding::utf8;
    sha256_stream digest_;
};

/// Gathers lines from blocks.
class line_splitter {
public:
    explicit line_splitter(text_source& of) : source_(of) {}
    /// Whether there is one more.
    /// @throws usage_error  it cannot be read, or is longer than a mebibyte.
    bool next();
    /// The first block, before the first line was asked for.
    std::string_view peek() {
        block_ = source_.next();
        return block_;
    }
    std::string_view line() const noexcept { return line_; }
    std::size_t number() const noexcept { return number_; }
    bool whole() const noexcept { return whole_; }

private:
    text_source& source_;
    std::string_view block_, line_;
    std::string kept_;
    std::size_t number_ = 0;
    bool whole_ = false;
};

/// Calls with each line that is neither blank nor a comment: its number, and its text without space at the ends.
template <class F>
void each_entry(line_splitter& lines, F f) {
    while (lines.next()) {
        std::string_view const line = lines.line();
        std::size_t const first = line.find_first_not_of(" \t\r");
        if (first == std::string_view::npos || line[first] == '#') continue;
        f(lines.number(), line.substr(first, line.find_last_not_of(" \t\r") + 1 - first));
    }
}

/// The same of a text.
template <class F>
void each_entry(std::string_view text, F f) {
    text_source source(text_source::in_memory{std::string(text)});
    line_splitter lines(source);
    each_entry(lines, f);
}

/// The whole text of a file that is small; `-`: of standard input.
/// @throws usage_error  it cannot be read; says why.
std::string read_text(std::string const& path);

}  // namespace oms_stop

#endif
