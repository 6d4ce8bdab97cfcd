// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_TIMELINE_HPP
#define OMS_TESTING_TIMELINE_HPP

// Time that stands still while anything is ready to run, and then jumps to
// what is next. All of it belongs to the thread that runs the context.

#include "transport/clock.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace oms::testing {

class timeline : public std::enable_shared_from_this<timeline> {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;
    using event = std::pair<time_point, std::uint64_t>;  // what is planned, by its time

    time_point now() const noexcept { return now_; }
    duration elapsed() const noexcept { return now() - begin_; }
    std::chrono::system_clock::time_point wall() const noexcept;

    /// `f` runs in the context once it is `when`.
    event plan(time_point when, std::function<void()> f);
    void forget(event const& of) noexcept;
    /// Forgets all. Nothing can be planned any more.
    void end() noexcept;

    /// One handler that is ready, or else the next event, if it is not after `until`. Whether there was one.
    bool step(boost::asio::io_context& context, time_point until);
    /// Time passes, with nothing to do.
    void pass_to(time_point when) noexcept;

    std::unique_ptr<transport::clock> make_clock();

private:
    void run(event const& due);

    time_point const begin_ = std::chrono::steady_clock::now();
    std::chrono::system_clock::time_point const wall_begin_ = std::chrono::system_clock::now();
    time_point now_ = begin_;
    std::uint64_t next_ = 0;
    bool ended_ = false;
    std::map<event, std::function<void()>> events_;
};

}  // namespace oms::testing

#endif
