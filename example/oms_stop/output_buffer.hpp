// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_OUTPUT_BUFFER_HPP
#define OMS_STOP_OUTPUT_BUFFER_HPP

#include "output.hpp"

#include <streambuf>
#include <string_view>

namespace oms_stop {

/// An output behind a stream: what may be long is written as it is made.
class output_buffer : public std::streambuf {
public:
    explicit output_buffer(output& to) : to_(to) {}

private:
    std::streamsize xsputn(char const* text, std::streamsize size) override {
        to_.write(std::string_view(text, static_cast<std::size_t>(size)));
        return size;
    }
    int_type overflow(int_type c) override {
        char const one = traits_type::to_char_type(c);
        if (!traits_type::eq_int_type(c, traits_type::eof())) to_.write(std::string_view(&one, 1));
        return traits_type::not_eof(c);
    }

    output& to_;
};

}  // namespace oms_stop

#endif
