// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_READING_HPP
#define OMS_STOP_READING_HPP

#include "service.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oms_stop {

/// Reads many things, some at a time. One whose endpoint is out of reach is read again until it is in reach, or has
/// been out of reach for as long as `--outage` says. An interrupt, or the end of the run's time, ends all.
class reading {
public:
    /// @param doing  For the progress: `reading`.
    reading(service& of, options const& o, std::string doing);

    /// Receives how one ended. Returns whether that is its result: `false` where it is begun again.
    using end = std::function<bool(oms::error_code)>;
    /// @param endpoint  Of the n-th.
    /// @param start     Begins the n-th; calls `end` once.
    void run(std::size_t count, std::function<std::string(std::size_t)> const& endpoint,
             std::function<void(std::size_t, boost::asio::cancellation_slot, end)> const& start);

private:
    // One that is under way.
    struct place {
        boost::asio::cancellation_signal cancel;
        std::string endpoint;
        bool busy = false;
    };

    bool ended(place& at, std::size_t n, oms::error_code code);
    void begin(std::size_t n);
    void tick();
    void cancel_all();

    service& service_;
    options const& options_;
    progress shown_;
    moving_rate rate_;
    boost::asio::steady_timer timer_;
    std::vector<std::unique_ptr<place>> places_;
    std::deque<std::size_t> again_;                         // those out of reach
    std::shared_ptr<int> alive_ = std::make_shared<int>();  // an expired timer's handler may come after the last end
    std::function<std::string(std::size_t)> endpoint_;
    std::function<void(std::size_t, boost::asio::cancellation_slot, end)> start_;
};

}  // namespace oms_stop

#endif
