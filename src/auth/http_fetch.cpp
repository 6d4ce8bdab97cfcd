// SPDX-License-Identifier: BSL-1.0
#include "auth/http_fetch.hpp"

#include "policy/timeout_code.hpp"
#include "transport/connection.hpp"
#include "wire/digest.hpp"

#include <oms/observer.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace oms::auth {

namespace {

constexpr std::size_t header_limit = 64 * 1024;

// What the connection and the dial tell comes from other threads of the
// context, and is dealt with on the strand.
class one_fetch final : public fetch,
                        public transport::dial_user,
                        public transport::connection_owner,
                        public transport::sleeper,
                        public std::enable_shared_from_this<one_fetch> {
public:
    one_fetch(boost::asio::any_io_executor strand, std::unique_ptr<transport::clock> time, fetch_request request,
              fetch_handler handler)
        : strand_(std::move(strand)),
          time_(std::move(time)),
          request_(std::move(request)),
          handler_(std::move(handler)) {}
    ~one_fetch() override { wipe(); }

    void start(std::shared_ptr<transport::dialer> by) {
        transport::dial_target target;
        target.host = request_.to.host;
        target.port = request_.to.port;
        target.literal = request_.to.literal;
        target.peer = peer();
        by_ = std::move(by);
        begun_ = time_->now();
        wait(std::min(request_.connect_limit, request_.limit));
        dial_ = by_->start(0, target, shared_from_this());
    }

    void abandon() noexcept override {
        handler_ = nullptr;
        end();
    }

    // What still runs in the context goes with it, uncalled.
    void evict() noexcept override {
        handler_ = nullptr;
        time_.reset();
        dial_.reset();
        by_.reset();
        link_.reset();
        strand_ = {};
        wipe();
    }

private:
    std::string peer() const {
        bool const ipv6 = request_.to.host.find(':') != std::string::npos;
        return (ipv6 ? "[" + request_.to.host + "]" : request_.to.host) + ":" + std::to_string(request_.to.port);
    }

    // Until so long after the beginning.
    void wait(std::chrono::steady_clock::duration limit) {
        bool const endless = limit > std::chrono::steady_clock::time_point::max() - begun_;
        until_ = endless ? std::chrono::steady_clock::time_point::max() : begun_ + limit;
        if (!endless) time_->wake_at(until_, weak_from_this());
    }

    void on_wake() override {
        boost::asio::post(strand_, [self = shared_from_this()] {
            if (!self->handler_ || self->time_->now() < self->until_) return;
            self->fail(policy::timeout_in(self->phase_));
        });
    }

    void on_dial_phase(std::uint64_t, phase begun) override { phase_ = begun; }

    void on_dialed(std::uint64_t, transport::dial_result result) override {
        auto const shared = std::make_shared<transport::dial_result>(std::move(result));
        boost::asio::post(strand_, [self = shared_from_this(), shared] { self->dialed(*shared); });
    }

    void dialed(transport::dial_result& result) {
        if (!handler_) return;
        dial_.reset();
        if (result.code) return fail(result.code, std::move(result.text));
        phase_ = phase::first_byte;
        auto const since = time_->now() - begun_;
        bool const bounded = request_.reply_limit < request_.limit - std::min(since, request_.limit);
        wait(bounded ? since + request_.reply_limit : request_.limit);
        link_ = std::make_shared<transport::connection>(std::move(result.connected), shared_from_this());
        link_->watch();
        auto& next = link_->next();
        std::string& out = next.request;
        out.reserve(request_.head.size() + request_.body.size() + request_.to.host_header.size() + 64);
        out += request_.head;
        out += "Host: " + request_.to.host_header + "\r\nConnection: close\r\nContent-Length: ";
        out += std::to_string(request_.body.size()) + "\r\n\r\n";
        out += request_.body;
        next.header_limit = header_limit;
        next.body_limit = request_.body_limit;
        next.confidential = true;
        next.lenient = !request_.secure;  // no other reply follows on this connection
        wipe();
        if (!link_->start()) fail(errc::connection_closed);
    }

    void on_reply(transport::connection&, transport::reply const& r) override {
        auto const result = std::make_shared<fetch_result>();
        result->status = r.status;
        result->subject_token = secret(std::string(r.subject_token));
        result->body = secret(std::string(r.body));
        if (r.body_truncated) {
            result->code = errc::body_too_large;
            result->text = peer() + ": " + result->code.message();
        }
        boost::asio::post(strand_, [self = shared_from_this(), result] { self->finish(std::move(*result)); });
    }
    void on_exchange_failed(transport::connection&, transport::exchange_failure const& f) override {
        boost::asio::post(strand_, [self = shared_from_this(), code = f.code] { self->fail(code); });
    }
    void on_drained(transport::connection&) override {}  // it is of no more use
    void on_idle_closed(transport::connection&, error_code const& why) override {
        boost::asio::post(strand_, [self = shared_from_this(), why] { self->fail(why); });
    }

    void fail(error_code code, std::string text = {}) {
        fetch_result result;
        result.code = code;
        result.text = text.empty() ? peer() + ": " + code.message() : std::move(text);
        finish(std::move(result));
    }

    void finish(fetch_result result) {
        auto const handler = std::exchange(handler_, nullptr);
        if (handler) result.at = {time_->wall(), time_->now()};
        end();
        if (handler) handler(std::move(result));
    }

    void end() noexcept {
        time_->forget();
        if (auto const dial = std::exchange(dial_, nullptr)) dial->abandon();
        if (auto const link = std::exchange(link_, nullptr)) link->abandon();  // it and this hold each other
        wipe();
    }

    void wipe() noexcept {
        wire::wipe(request_.head);
        wire::wipe(request_.body);
    }

    boost::asio::any_io_executor strand_;
    std::unique_ptr<transport::clock> time_;
    fetch_request request_;
    fetch_handler handler_;  // null: it has ended
    std::atomic<phase> phase_{phase::resolve};
    std::chrono::steady_clock::time_point begun_{};
    std::chrono::steady_clock::time_point until_{};
    std::shared_ptr<transport::dialer> by_;
    std::shared_ptr<transport::dial> dial_;
    std::shared_ptr<transport::connection> link_;
};

}  // namespace

http_fetcher::http_fetcher(ways by, std::string user_agent)
    : user_agent_(std::move(user_agent)),
      watcher_(std::move(by.watcher)),
      by_(std::move(by)),
      time_(by_.make_clock()) {}

std::optional<moment> http_fetcher::now() const {
    std::lock_guard const lock(mutex_);
    if (!time_) return std::nullopt;
    return moment{time_->wall(), time_->now()};
}

void http_fetcher::warn(std::string_view code, std::string_view text) const {
    if (!watcher_) return;
    warning_event event;
    event.code = code;
    event.text = text;
    watcher_->on_warning(event);
}

std::shared_ptr<fetch> http_fetcher::start(boost::asio::any_io_executor const& strand, fetch_request request,
                                           fetch_handler handler) const {
    auto const by = !request.secure ? by_.plain : request.trust ? by_.secure_by(request.trust) : by_.secure;
    auto const made = std::make_shared<one_fetch>(strand, by_.make_clock(), std::move(request), std::move(handler));
    made->start(by);
    return made;
}

void http_fetcher::evict() noexcept {
    ways by;
    std::unique_ptr<transport::clock> time;
    std::lock_guard const lock(mutex_);
    by = std::exchange(by_, {});
    time = std::move(time_);
}

}  // namespace oms::auth
