// SPDX-License-Identifier: BSL-1.0
#include "job.hpp"

#include <algorithm>
#include <random>
#include <string_view>

namespace stop_service {

namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::size_t id_length = 32;

}  // namespace

std::string new_job_id() {
    std::random_device device;  // the system's
    std::string id;
    while (id.size() < id_length) {
        auto word = device();
        for (int i = 0; i < 8; ++i, word >>= 4)
            id += digits[word & 0xF];
    }
    return id;
}

bool is_job_id(std::string_view text) noexcept {
    return text.size() == id_length &&
           std::ranges::all_of(text, [](char c) { return digits.find(c) != std::string_view::npos; });
}

}  // namespace stop_service
