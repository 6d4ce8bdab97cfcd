// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_WHERE_HPP
#define OMS_STOP_WHERE_HPP

#include "selected_task.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms_stop {

/// One condition of `--where`: `NAME=VALUE`, `NAME!=VALUE`, `NAME<VALUE`, `NAME>VALUE`.
///
/// A value of `=` and `!=` may have `*` in it, for any text. `last_start` is compared as a time: a day, `2026-01-31`, a
/// moment, `2026-01-31T08:00:00Z`, or an age, `30d`, `12h`: `last_start<30d` started more than 30 days ago.
class where_condition {
public:
    /// @param now    What ages are measured from.
    /// @param fault  Receives a sentence where there is no result.
    static std::optional<where_condition> parse(std::string_view text, utc_time now, std::string& fault);

    /// What is not known meets no condition.
    bool met_by(selected_task const& task) const;

private:
    enum class comparison { equal, unequal, less, greater };

    bool text_met(std::string const& value) const;

    std::string name_;
    comparison how_ = comparison::equal;
    std::string value_;
    utc_time time_;
};

/// All names that a condition may have, for people.
std::string_view where_names() noexcept;

/// Whether all conditions are met.
bool meets(std::vector<where_condition> const& all, selected_task const& task);

}  // namespace oms_stop

#endif
