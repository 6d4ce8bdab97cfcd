// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_PROXIED_SESSION_HPP
#define OMS_TEST_IO_HARNESS_PROXIED_SESSION_HPP

// A proxy that speaks TLS, and the server that its tunnels lead to, in one.

#include "testing/session.hpp"
#include "testing/tls_session.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace oms::scripted {

class proxied_session final : public testing::session {
public:
    /// @param reply  Of the proxy to `CONNECT`.
    proxied_session(SSL_CTX& proxy, SSL_CTX& server, std::string reply)
        : proxy_(proxy), server_(server), reply_(std::move(reply)) {}

    state receive(std::string_view bytes, std::string& plain) override {
        std::string text;
        if (proxy_.receive(bytes, text) == state::closed) return state::closed;
        if (!asked_) {
            request_ += text;
            std::size_t const end = request_.find("\r\n\r\n");
            if (end == std::string::npos) return state::handshaking;
            asked_ = true;
            text = request_.substr(end + 4);
            proxy_.send(reply_);
        }
        state const now = server_.receive(text, plain);
        pass_on();
        return now;
    }
    void send(std::string_view plain) override {
        server_.send(plain);
        pass_on();
    }
    void send_close_notify() override {
        server_.send_close_notify();
        pass_on();
        proxy_.send_close_notify();
    }
    std::string_view output() const override { return proxy_.output(); }
    void clear_output() override { proxy_.clear_output(); }
    testing::session& proxy() noexcept { return proxy_; }
    bool established() const override { return server_.established(); }
    bool resumed() const override { return server_.resumed(); }

private:
    void pass_on() {
        proxy_.send(server_.output());
        server_.clear_output();
    }

    testing::tls_session proxy_;
    testing::tls_session server_;
    std::string const reply_;
    std::string request_;
    bool asked_ = false;
};

}  // namespace oms::scripted

#endif
