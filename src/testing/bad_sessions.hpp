// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_BAD_SESSIONS_HPP
#define OMS_TESTING_BAD_SESSIONS_HPP

// Handshakes that come to nothing.

#include "testing/session.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace oms::testing {

// Never gets as far as a request.
class bad_session : public session {
public:
    void send(std::string_view) override {}
    void send_close_notify() override {}
    std::string_view output() const override { return output_; }
    void clear_output() override { output_.clear(); }
    bool established() const override { return false; }
    bool resumed() const override { return false; }

protected:
    std::string output_;
};

// Answers whatever comes first with a fatal alert.
class alert_session final : public bad_session {
public:
    state receive(std::string_view, std::string&) override {
        // A record of TLS 1.2: an alert, two bytes long, fatal, handshake_failure.
        if (!told_) output_.append("\x15\x03\x03\x00\x02\x02\x28", 7);
        told_ = true;
        return state::closed;
    }

private:
    bool told_ = false;
};

// Ends after so many bytes of another one's.
class cut_session final : public bad_session {
public:
    cut_session(std::unique_ptr<session> whole, std::size_t bytes) : whole_(std::move(whole)), left_(bytes) {}

    state receive(std::string_view bytes, std::string&) override {
        std::string unread;
        auto const come = whole_->receive(bytes, unread);
        auto const piece = whole_->output().substr(0, left_);
        output_.append(piece);
        left_ -= piece.size();
        whole_->clear_output();
        // What was announced as cut ends there at the latest.
        return left_ == 0 || come != state::handshaking ? state::closed : state::handshaking;
    }

private:
    std::unique_ptr<session> const whole_;
    std::size_t left_;
};

}  // namespace oms::testing

#endif
