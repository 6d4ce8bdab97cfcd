// SPDX-License-Identifier: BSL-1.0
#include "text_source.hpp"

#include "failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace oms_stop {

namespace {

constexpr std::size_t block_size = 65536;
constexpr std::size_t longest_line = 1U << 20;

[[noreturn]] void cannot_read(std::string const& name) {
    throw usage_error("cannot read " + name + ": " + std::generic_category().message(errno));
}

void append_utf8(std::string& to, char32_t code) {
    auto const tail = [&](unsigned shift) { to += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) {
        to += static_cast<char>(code);
    } else if (code < 0x800) {
        to += static_cast<char>(0xC0 | code >> 6);
        tail(0);
    } else if (code < 0x10000) {
        to += static_cast<char>(0xE0 | code >> 12);
        tail(6);
        tail(0);
    } else {
        to += static_cast<char>(0xF0 | code >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

bool is_high(unsigned unit) noexcept {
    return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low(unsigned unit) noexcept {
    return unit >= 0xDC00 && unit < 0xE000;
}

}  // namespace

text_source::text_source(std::string const& path) : name_(path == "-" ? "standard input" : path) {
    file_ = path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) cannot_read(name_);
}

text_source::text_source(in_memory of) : raw_(std::move(of.text)) {
    digest_.add(raw_);
}

text_source::~text_source() {
    if (file_ >= 0) ::close(file_);
}

// Whether there are bytes.
bool text_source::fill() {
    if (file_ < 0) return !raw_.empty();
    raw_.resize(block_size);
    ssize_t size = 0;
    do {
        size = ::read(file_, raw_.data(), raw_.size());
    } while (size < 0 && errno == EINTR);
    if (size < 0) cannot_read(name_);
    raw_.resize(static_cast<std::size_t>(size));
    digest_.add(raw_);
    return size > 0;
}

void text_source::find_mark() {
    std::string_view const text = raw_;
    std::size_t mark = 0;
    if (text.starts_with("\xEF\xBB\xBF")) {
        mark = 3;
    } else if (text.starts_with("\xFF\xFE")) {
        mark = 2;
        encoding_ = encoding::utf16_low_first;
    } else if (text.starts_with("\xFE\xFF")) {
        mark = 2;
        encoding_ = encoding::utf16_high_first;
    }
    raw_.erase(0, mark);
}

void text_source::convert() {
    carry_ += raw_;
    text_.clear();
    std::size_t const low_at = encoding_ == encoding::utf16_low_first ? 0 : 1;
    auto const unit = [&](std::size_t at) {
        return static_cast<unsigned>(static_cast<unsigned char>(carry_[at + low_at])) |
               static_cast<unsigned>(static_cast<unsigned char>(carry_[at + 1 - low_at])) << 8;
    };
    std::size_t at = 0;
    for (; at + 2 <= carry_.size(); at += 2) {
        char32_t code = unit(at);
        if (is_high(static_cast<unsigned>(code))) {
            if (at + 4 > carry_.size()) break;
            unsigned const second = unit(at + 2);
            if (is_low(second)) {
                code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
                at += 2;
            }
        }
        append_utf8(text_, code >= 0xD800 && code < 0xE000 ? U'\uFFFD' : code);
    }
    carry_.erase(0, at);
}

std::string_view text_source::next() {
    while (true) {
        if (!fill()) return {};
        if (!std::exchange(begun_, true)) find_mark();
        if (encoding_ == encoding::utf8) {
            std::swap(text_, raw_);
        } else {
            convert();
        }
        raw_.clear();
        if (!text_.empty()) return text_;
    }
}

bool line_splitter::next() {
    kept_.clear();
    while (true) {
        if (block_.empty()) block_ = source_.next();
        if (block_.empty()) {
            line_ = kept_;
            whole_ = false;
            if (kept_.empty()) return false;
            ++number_;
            return true;
        }
        std::size_t const end = block_.find('\n');
        std::string_view const piece = block_.substr(0, end);
        block_.remove_prefix(end == std::string_view::npos ? block_.size() : end + 1);
        if (kept_.size() + piece.size() > longest_line) {
            throw usage_error(source_.name() + ":" + std::to_string(number_ + 1) + ": this line is longer than 1 MiB");
        }
        if (end != std::string_view::npos && kept_.empty()) {
            line_ = piece;
        } else {
            kept_.append(piece);
            line_ = kept_;
        }
        if (end == std::string_view::npos) continue;
        whole_ = true;
        ++number_;
        return true;
    }
}

std::string read_text(std::string const& path) {
    text_source source(path);
    std::string text;
    for (auto block = source.next(); !block.empty(); block = source.next())
        text += block;
    return text;
}

}  // namespace oms_stop
