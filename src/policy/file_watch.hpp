// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_FILE_WATCH_HPP
#define OMS_POLICY_FILE_WATCH_HPP

/// @file
/// When files are looked at again, when they are read again, and of which failure somebody is told. Looking and reading
/// are the caller's.

#include "policy/durations.hpp"

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace oms::policy {

/// By what a file is known to be the same as before.
struct file_stamp {
    enum class kind : std::uint8_t { missing, regular, other };

    kind what = kind::missing;
    std::int64_t written = 0;  ///< In nanoseconds.
    std::int64_t changed = 0;  ///< The same of all that the system keeps of it: its permissions, too.
    std::uint64_t size = 0;
    std::uint64_t number = 0;  ///< Another one, where another file took the name.
    std::uint64_t device = 0;

    friend bool operator==(file_stamp const&, file_stamp const&) = default;
};

/// Some files that make sense together only. Some of them may be written later than others, one may be written twice
/// within the tick of its times, and what keeps one from being read may be elsewhere: what is of no use is read again
/// at each look, and told once.
class file_watch {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using stamps = std::vector<file_stamp>;

    /// How a reading has ended.
    enum class end : std::uint8_t {
        used,      ///< What was read is in use.
        unusable,  ///< It is not, as it makes no sense.
        hindered,  ///< That says nothing of the files: memory was missing, or they changed meanwhile.
    };

    file_watch() = default;
    /// @param used  Of the files when they were read.
    explicit file_watch(stamps used) : used_(used), seen_(std::move(used)) {}

    /// Of what is in use.
    stamps const& used() const noexcept { return used_; }

    /// Somebody needs what is in them. True: they are to be looked at.
    bool is_due(time_point now) noexcept {
        if (reading_ || now < next_) return false;
        next_ = now + durations::certificate_look;
        return true;
    }

    /// What was found there. True: they are to be read, and `ended` follows.
    bool found(stamps now) noexcept {
        if (reading_) return false;
        if (now == seen_ && !again_) return false;
        told_ = told_ && now == seen_;
        seen_ = std::move(now);
        return reading_ = true;
    }

    /// The reading has ended. True: somebody is to be told.
    bool ended(end how) noexcept {
        reading_ = false;
        again_ = how != end::used;
        if (how == end::hindered) return false;
        if (how == end::unusable) return !std::exchange(told_, true);
        told_ = false;
        used_ = seen_;  // they are as many as before, which takes no memory
        return true;
    }

private:
    stamps used_;
    stamps seen_;  // when they were read last, of use or not
    time_point next_ = time_point::min();
    bool reading_ = false;
    bool again_ = false;  // also what has not changed
    bool told_ = false;   // that what was seen is of no use
};

}  // namespace oms::policy

#endif
