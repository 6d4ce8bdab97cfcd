// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_ENDURANCE_LOAD_HPP
#define OMS_TEST_ENDURANCE_LOAD_HPP

// Callers that stop one task after the other, at a steady pace, and now and then change their mind.

#include "io/harness/dice.hpp"

#include <oms/client.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace oms::endurance_test {

struct load_options {
    std::size_t callers = 64;
    std::chrono::milliseconds between{20};  ///< A caller's stops, from one's end to the next.
    std::size_t one_cancelled_in = 50;
    std::uint64_t seed = 1;
};

class load {
public:
    load(boost::asio::io_context& context, client& by, std::string project, load_options const& options);
    ~load();
    load(load const&) = delete;
    load& operator=(load const&) = delete;

    void begin();
    /// No further stops; those under way end.
    void end() noexcept { ends_ = true; }

    std::uint64_t stops() const noexcept { return stops_; }
    std::uint64_t failures() const noexcept { return failures_; }
    std::uint64_t unknown() const noexcept { return unknown_; }

private:
    class caller;

    client& client_;
    std::string const project_;
    load_options const options_;
    scripted::dice dice_;
    bool ends_ = false;
    std::uint64_t begun_ = 0, stops_ = 0, failures_ = 0, unknown_ = 0;
    std::deque<caller> callers_;
};

}  // namespace oms::endurance_test

#endif
