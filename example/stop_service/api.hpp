// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_API_HPP
#define STOP_SERVICE_API_HPP

// What each request is answered; events have a stream of their own.

#include "event_stream.hpp"
#include "group_commit.hpp"
#include "job_runner.hpp"
#include "options.hpp"

#include <oms/client.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace stop_service {

using request = boost::beast::http::request<boost::beast::http::string_body>;
using response = boost::beast::http::response<boost::beast::http::string_body>;

/// Of a list, in bytes.
inline constexpr std::uint64_t longest_body = 4 * 1024 * 1024;

class api {
public:
    api(oms::client const& client, group_commit& store, job_runner& runner, options const& o)
        : client_(client), store_(store), runner_(runner), options_(o), listeners_(o.max_listeners) {}
    api(api const&) = delete;
    api& operator=(api const&) = delete;

    /// Never throws but `std::bad_alloc`: what goes wrong is an answer.
    boost::asio::awaitable<response> answer(request const& asked);

    /// The job whose events are asked for, if they are.
    static std::optional<std::string> job_of_events(request const& asked);
    /// Where that was refused, the answer; else it was served, and the connection is over.
    boost::asio::awaitable<std::optional<response>> serve_events(boost::beast::tcp_stream& stream, request const& asked,
                                                                 std::string job_id);

    job_runner const& runner() const noexcept { return runner_; }

private:
    void check(request const& asked) const;
    boost::asio::awaitable<response> route(request const& asked);
    boost::asio::awaitable<response> accept(request const& asked);
    boost::asio::awaitable<response> tell_jobs();
    boost::asio::awaitable<response> tell_job(std::string id);
    boost::asio::awaitable<response> tell_health();
    response tell_metrics() const;

    oms::client const& client_;
    group_commit& store_;
    job_runner& runner_;
    options const& options_;
    listeners listeners_;
};

/// The answer to a request that is not served.
response refusal(unsigned status, std::string_view why);
/// The same for what was thrown.
response refusal(std::exception_ptr const& thrown);

}  // namespace stop_service

#endif
