// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_REPORT_HPP
#define OMS_TEST_IO_HARNESS_REPORT_HPP

// What a sweep over many schedules tells: how many it tried, and the first of
// those that went wrong.

#include "io/harness/world.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <iostream>
#include <string>

namespace oms::scripted {

inline std::string show(error_code const& code) {
    return code ? std::string(code.category().name()) + ":" + std::to_string(code.value()) : "success";
}

inline std::string show(started const& call) {
    return std::to_string(call.completions) + " completions, " + std::to_string(call.result.attempts) + " attempts, " +
           std::string(to_string(call.result.outcome)) + ", " + show(call.code) + " in " +
           std::string(to_string(call.result.phase));
}

class sweep_report {
public:
    explicit sweep_report(std::string name) : name_(std::move(name)) {}
    sweep_report(sweep_report const&) = delete;
    sweep_report& operator=(sweep_report const&) = delete;

    ~sweep_report() {
        total() += tried_;
        std::string const text = name_ + ": " + std::to_string(tried_) + " schedules, " + std::to_string(wrong_) +
                                 " wrong (" + std::to_string(total()) + " schedules so far)";
        std::cout << text << '\n';
        BOOST_TEST_MESSAGE(text);
        BOOST_TEST(wrong_ == 0U, name_ << ": " << wrong_ << " of " << tried_ << " schedules");
    }

    /// One schedule; `explain` is called where it went wrong.
    template <class Explain>
    void add(bool right, Explain&& explain) {
        ++tried_;
        if (right) return;
        if (++wrong_ <= shown) BOOST_ERROR(name_ << ": " << explain());
    }

    std::size_t tried() const noexcept { return tried_; }

private:
    static constexpr std::size_t shown = 5;

    static std::size_t& total() {
        static std::size_t sum = 0;
        return sum;
    }

    std::string const name_;
    std::size_t tried_ = 0;
    std::size_t wrong_ = 0;
};

}  // namespace oms::scripted

#endif
