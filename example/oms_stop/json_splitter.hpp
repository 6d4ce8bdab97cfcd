// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_JSON_SPLITTER_HPP
#define OMS_STOP_JSON_SPLITTER_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace oms_stop {

/// Finds the objects of a JSON array in text that comes in blocks, however it is laid out.
class json_splitter {
public:
    /// @param f  Called with each object of the array: the line where it begins, and its text.
    template <class F>
    void add(std::string_view block, F f) {
        for (char const c : block) {
            if (take(c)) {
                f(begun_at_, std::string_view(object_));
                object_.clear();
            }
        }
    }
    /// A sentence about what is wrong; empty where the array was whole, and all that there was.
    std::string fault() const;
    /// The line of the fault, or the last one.
    std::size_t line() const noexcept { return line_; }

private:
    bool take(char c);
    bool between(char c);

    std::string object_;
    std::size_t line_ = 1, begun_at_ = 0, depth_ = 0;
    bool open_ = false, closed_ = false, quoted_ = false, escaped_ = false;
    char const* fault_ = nullptr;
};

}  // namespace oms_stop

#endif
