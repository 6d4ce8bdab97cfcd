// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_EVENT_STREAM_HPP
#define STOP_SERVICE_EVENT_STREAM_HPP

// Results of a job as server-sent events, those that are there and those that come.
//
// A stream is a cursor over the store: it sends what stands there behind the last one that the listener has. So no
// result is told that could be lost afterwards, none is missed however late the listener comes or comes back, and a
// listener that reads slowly costs no memory.

#include "group_commit.hpp"
#include "job_runner.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace stop_service {

/// Who listens at the moment, and how many may.
class listeners {
public:
    explicit listeners(std::size_t most) noexcept : most_(most) {}
    std::size_t count() const noexcept { return count_; }

    /// One of them, for as long as it lives.
    class place {
    public:
        /// @throws request_error  503: there is none left.
        explicit place(listeners& all);
        place(place const&) = delete;
        place& operator=(place const&) = delete;
        ~place() { --all_.count_; }

    private:
        listeners& all_;
    };

private:
    std::size_t most_;
    std::size_t count_ = 0;
};

class event_stream {
public:
    event_stream(boost::beast::tcp_stream& stream, group_commit& store, job_runner& runner)
        : stream_(stream), store_(store), runner_(runner) {}

    /// Sends the events of a job until its end, the service's, or the listener's. The connection is of no further use.
    /// @param after  The number of the last result that the listener has; 0: none.
    /// @throws request_error  404: there is no such job. Nothing was sent then.
    boost::asio::awaitable<void> run(std::string job_id, std::uint64_t after);

private:
    struct look;

    boost::asio::awaitable<void> read(std::string const& job_id, std::uint64_t after, look& into);
    boost::asio::awaitable<bool> send(std::string const& text);

    boost::beast::tcp_stream& stream_;
    group_commit& store_;
    job_runner& runner_;
};

}  // namespace stop_service

#endif
