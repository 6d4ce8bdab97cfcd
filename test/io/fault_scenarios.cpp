// SPDX-License-Identifier: BSL-1.0
#include "io/fault_scenarios.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace oms::scripted {

namespace {

answer reply(std::string bytes, ending end = ending::none) {
    answer a;
    a.bytes = std::move(bytes);
    a.end = end;
    return a;
}

// The tries of `t0` get these answers, the last one again and again.
std::function<void(world&)> answers(std::vector<answer> each) {
    return [each = std::move(each)](world& w) {
        w.net.server = [each, n = std::size_t{0}](request const& r) mutable {
            if (r.target.find("/t0/") == std::string::npos) return reply(reply_text(200));
            return each[std::min(n++, each.size() - 1)];
        };
    };
}

answer byte_by_byte(answer a) {
    for (std::size_t i = 1; i < a.bytes.size(); ++i)
        a.cuts.push_back(i);
    return a;
}

std::string chunked() {
    return "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
}

answer blocked(answer a) {
    a.blocks_at = 20;
    a.blocks_for = 1s;
    return a;
}

answer late(answer a, virtual_time::duration d) {
    a.delay = d;
    return a;
}

// Hands out a new token after each that was rejected, a turn of the event loop later.
class renewing_provider final : public credentials_provider {
public:
    explicit renewing_provider(boost::asio::io_context& io) : io_(io) {}

    void async_get(credential_request, credential_handler handler) override {
        auto const shared = std::make_shared<credential_handler>(std::move(handler));
        boost::asio::post(io_, [shared, token = "token-" + std::to_string(serial_)] {
            (*shared)({}, credential::from_token(token));
        });
    }
    void invalidate(credential const&) noexcept override { ++serial_; }

private:
    boost::asio::io_context& io_;
    int serial_ = 0;
};

std::vector<dial_step> slow_dial(std::size_t) {
    return {{phase::resolve, 1s}, {phase::connect, 1s}, {phase::proxy, 1s}, {phase::handshake, 1s}};
}

std::function<void(world&)> both(std::function<void(world&)> a, std::function<void(world&)> b) {
    return [a = std::move(a), b = std::move(b)](world& w) {
        a(w);
        b(w);
    };
}

fault takes(error_code code, std::size_t count) {
    return {code, count};
}

}  // namespace

std::vector<scenario> const& scenarios() {
    answer const ok = reply(reply_text(200));
    answer const busy = reply(reply_text(503));
    answer const not_running = reply(error_text(400, "OMS.0066"));
    static std::vector<scenario> const list{
        {"answered", answers({ok}), false, true},
        {"answered on a used connection", answers({ok}), true, true},
        {"busy, then answered", answers({busy, ok}), false, true},
        {"stale, then answered", answers({reply({}, ending::clean), ok}), true, true},
        {"not running", answers({not_running}), false, true},
        {"blocked while sending", answers({blocked(ok)}), false, true},
        {"lost, then not running", answers({reply("HTTP/1.1 2", ending::reset), not_running}), false, true},
        {"lost, then not found", answers({reply({}, ending::unclean), reply(error_text(400, "OMS.1009"))}), false,
         true},
        {"byte by byte", answers({byte_by_byte(reply(reply_text(200, "body")))}), false, false},
        {"chunked, byte by byte", answers({byte_by_byte(reply(chunked()))}), false, false},
        {"failure, byte by byte", answers({byte_by_byte(busy), byte_by_byte(not_running)}), false, false},
        {"until the end of the connection",
         answers({byte_by_byte(reply("HTTP/1.1 200 OK\r\n\r\nabcdef", ending::clean))}), false, false},
        {"throttled, then answered",
         answers({reply(error_text(429, "APIGW.0308", "text", "Retry-After: 2\r\n")), late(ok, 1s)}), false, true},
        {"slow dial", both(answers({ok}), [](world& w) { w.net.dials = slow_dial; }), false, true},
        {"renewed credential",
         both(answers({reply(error_text(401, "APIGW.0307")), ok}),
              [](world& w) { w.config.credentials = std::make_shared<renewing_provider>(*w.io); }),
         false, true},
        {"strict", both(answers({busy, ok}), [](world& w) { w.config.retry.resend_open = false; }), true, true},
    };
    return list;
}

std::vector<fault> const& faults_of(operation what) {
    namespace error = boost::asio::error;
    static std::vector<fault> const dial{takes({}, 0),  // it stalls
                                         takes(errc::host_not_found, 0),
                                         takes(errc::resolve_failed, 0),
                                         takes(errc::connect_failed, 0),
                                         takes(errc::proxy_failed, 0),
                                         takes(errc::proxy_auth_required, 0),
                                         takes(errc::handshake_failed, 0),
                                         takes(errc::handshake_truncated, 0),
                                         takes(errc::peer_not_tls, 0),
                                         takes(errc::certificate_untrusted, 0)};
    static std::vector<fault> const write{takes(error::connection_reset, 0),   takes(error::connection_reset, 1),
                                          takes(error::connection_reset, all), takes(error::broken_pipe, 0),
                                          takes(error::timed_out, 30),         takes(error::would_block, 0),
                                          takes(error::would_block, 9)};
    static std::vector<fault> const flush{takes(error::connection_reset, 0), takes(error::broken_pipe, 3),
                                          takes(error::would_block, 0), takes(error::would_block, 4)};
    static std::vector<fault> const wait{takes({}, 0),  // it ends for nothing
                                         takes(error::operation_aborted, 0), takes(error::connection_reset, 0),
                                         takes(error::bad_descriptor, 0)};
    static std::vector<fault> const read{takes(error::connection_reset, 0), takes(error::timed_out, 0),
                                         takes(error::eof, 0), takes(errc::connection_closed, 0),
                                         takes(error::would_block, 0)};
    switch (what) {
        case operation::dial:
            return dial;
        case operation::write:
            return write;
        case operation::flush:
            return flush;
        case operation::wait:
            return wait;
        case operation::read:
            break;
    }
    return read;
}

}  // namespace oms::scripted
