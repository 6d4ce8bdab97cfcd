// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_TEXTS_HPP
#define OMS_CLIENT_TEXTS_HPP

// Words for people that go into a result. Where there is no memory for them
// they are missing, and nothing else of the result is.

#include <oms/error.hpp>
#include <oms/task.hpp>

#include <new>
#include <string>
#include <string_view>

namespace oms::detail {

template <class... Parts>
void keep_text(std::string& in, Parts const&... parts) noexcept {
    in.clear();
    try {
        in.reserve((std::string_view(parts).size() + ...));
        (in.append(std::string_view(parts)), ...);
    } catch (std::bad_alloc const&) {
    }
}

inline void keep_message(std::string& in, error_code const& code) noexcept {
    try {
        in = code.message();
    } catch (std::bad_alloc const&) {
    }
}

template <class Tell>
void tell_details(stop_result& in, Tell&& tell) noexcept {
    try {
        tell(in.mutable_details());
    } catch (std::bad_alloc const&) {
    }
}

}  // namespace oms::detail

#endif
