// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_TROFF_HPP
#define OMS_STOP_TROFF_HPP

#include <string>
#include <string_view>

namespace oms_stop {

/// A text of a manual page without what troff would take for its own: backslashes, dashes that are to be found and
/// copied, a dot or quote at the front.
inline std::string troff(std::string_view text) {
    std::string result;
    for (char const c : text) {
        if (c == '\\') {
            result += "\\e";
        } else if (c == '-') {
            result += "\\-";
        } else {
            result += c;
        }
    }
    if (!result.empty() && (result.front() == '.' || result.front() == '\'')) result.insert(0, "\\&");
    return result;
}

}  // namespace oms_stop

#endif
