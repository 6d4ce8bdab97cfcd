// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SERVICE_CALLER_HPP
#define OMS_TEST_SERVICE_CALLER_HPP

// A blocking caller of the example stop-service: a little HTTP and server-sent events.

#include <boost/asio/ip/tcp.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace oms::test {

/// The service left without an answer.
struct caller_lost : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct http_answer {
    unsigned status = 0;
    std::string head, body;

    std::string header(std::string_view name) const;  ///< Empty where there is none.
    boost::json::value json() const;
};

/// One connection, kept from call to call.
class caller {
public:
    explicit caller(std::uint16_t port) : port_(port) {}

    /// @param more  Lines of the head, each with its end; `Host` is ours unless it is among them.
    /// @throws caller_lost
    http_answer call(std::string const& method, std::string const& target, std::string const& body = {},
                     std::string const& more = {});
    /// @param json  A list.
    http_answer post(std::string const& json) { return call("POST", "/stops", json, content_type); }
    http_answer get(std::string const& target) { return call("GET", target); }

    /// These bytes, and what comes for them.
    http_answer send(std::string const& bytes);

    static constexpr char content_type[] = "Content-Type: application/json\r\n";

private:
    std::uint16_t port_;
    boost::asio::ip::tcp::iostream stream_;
};

struct service_event {
    std::string name;      ///< `result` or `end`.
    std::uint64_t id = 0;  ///< Of a result.
    boost::json::value data;
};

/// The events of a job.
class listener {
public:
    /// @param after  The last event that is here already.
    listener(std::uint16_t port, std::string const& job, std::uint64_t after = 0);

    unsigned status() const noexcept { return status_; }
    /// The next one. Nothing: the stream has ended.
    std::optional<service_event> next();

private:
    bool line(std::string& into);

    boost::asio::ip::tcp::iostream stream_;
    unsigned status_ = 0;
};

}  // namespace oms::test

#endif
