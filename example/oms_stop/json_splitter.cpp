// SPDX-License-Identifier: BSL-1.0
#include "json_splitter.hpp"

namespace oms_stop {

namespace {

constexpr std::size_t longest_object = 1U << 20;

}  // namespace

// Outside of its objects; whether the character has a place there.
bool json_splitter::between(char c) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') return true;
    if (closed_) return false;
    if (!open_) return open_ = c == '[';
    if (c == ']') return closed_ = true;
    if (c != '{') return c == ',';
    begun_at_ = line_;
    depth_ = 1;
    object_ += c;
    return true;
}

// Whether an object is complete now.
bool json_splitter::take(char c) {
    if (fault_ != nullptr) return false;
    if (c == '\n') ++line_;
    if (depth_ == 0) {
        if (!between(c)) fault_ = closed_ ? "something follows the array" : "an array holds an object for each task";
        return false;
    }
    if (object_.size() == longest_object) {
        fault_ = "an object is longer than 1 MiB";
        return false;
    }
    object_ += c;
    if (quoted_) {
        bool const ends = c == '"' && !escaped_;
        escaped_ = c == '\\' && !escaped_;
        quoted_ = !ends;
        return false;
    }
    if (c == '"') quoted_ = true;
    if (c == '{' || c == '[') ++depth_;
    if (c == '}' || c == ']') --depth_;
    return depth_ == 0;
}

std::string json_splitter::fault() const {
    if (fault_ != nullptr) return fault_;
    return closed_ ? "" : "the array has no end: the file was cut";
}

}  // namespace oms_stop
