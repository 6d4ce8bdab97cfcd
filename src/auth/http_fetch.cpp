// SPDX-License-Identifier: BSL-1.0
#include "auth/http_fetch.hpp"

#include "policy/dial_fault.hpp"
#include "policy/timeout_code.hpp"
#include "transport/http1_connection.hpp"
#include "wire/digest.hpp"
#include "wire/ip_address.hpp"

#include <oms/observer.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    /// @param route  Of the proxy that it goes by; null: directly.
    one_fetch(boost::asio::any_io_executor strand, std::unique_ptr<transport::clock> time,
              std::shared_ptr<transport::proxy_route const> route, fetch_request request, fetch_handler handler)
        : strand_(std::move(strand)),
          time_(std::move(time)),
          route_(std::move(route)),
          request_(std::move(request)),
          handler_(std::move(handler)) {}
    ~one_fetch() override { wipe(); }

    void start(std::shared_ptr<transport::dialer> by) {
        target_.host = request_.to.host;
        target_.port = request_.to.port;
        target_.literal = request_.to.literal;
        target_.peer = peer();
        by_ = std::move(by);
        begun_ = time_->now();
        dial();
    }

    void abandon() noexcept override {
        handler_ = nullptr;
        end();
    }

    // What still runs in the context goes with it, uncalled.
    void leave_context() noexcept override {
        handler_ = nullptr;
        {
            std::lock_guard const lock(mutex_);
            time_.reset();
        }
        dial_.reset();
        by_.reset();
        exchange_.reset();
        strand_ = {};
        wipe();
    }

private:
    std::string peer() const { return wire::host_and_port(request_.to.host, request_.to.port); }

    using time_point = std::chrono::steady_clock::time_point;

    static time_point later(time_point t, duration d) noexcept {
        return d > time_point::max() - t ? time_point::max() : t + d;
    }
    void wait_until(time_point when) {
        until_ = std::min(when, later(begun_, request_.limit));
        if (until_ != time_point::max()) wake_at(until_);
    }

    void dial() {
        dial_until_ = later(time_->now(), request_.connect_limit);
        wait_until(std::min(dial_until_, later(time_->now(), request_.address_limit)));
        dial_ = by_->start(++dial_number_, target_, shared_from_this());
    }

    // Another address of the host may do where these did not.
    bool dial_another(std::vector<std::string> const& known, std::vector<std::string> const& gone_to) {
        auto& last = target_.last;
        auto const is_last = [&](std::string const& a) { return std::find(last.begin(), last.end(), a) != last.end(); };
        for (std::string const& each : gone_to) {
            if (!is_last(each)) last.push_back(each);
        }
        if (gone_to.empty() || std::all_of(known.begin(), known.end(), is_last)) return false;
        dial();
        return true;
    }

    void wake_at(time_point when) {
        std::lock_guard const lock(mutex_);
        if (time_) time_->wake_at(when, weak_from_this());
    }

    // What came from elsewhere, until it is dealt with on the strand.
    struct news {
        struct addresses {
            std::uint64_t number = 0;  // of the dial
            std::vector<std::string> known, under_way;
        };
        struct end {
            std::uint64_t number = 0;
            transport::dial_result result;
        };
        bool time = false;
        error_code failed;
        std::optional<addresses> where;
        std::optional<end> dialed;
        std::optional<fetch_result> replied;
    };

    // From any thread. Where there is no memory for a turn on the strand, the time brings one, soon.
    template <class Note>
    void tell(Note&& note) noexcept {
        {
            std::lock_guard const lock(mutex_);
            note(news_);
            if (std::exchange(told_, true)) return;
        }
        try {
            boost::asio::post(strand_, [self = shared_from_this()] { self->attend(); });
        } catch (...) {
            std::lock_guard const lock(mutex_);
            told_ = false;
            try {
                if (time_) time_->wake_at(time_->now() + durations::tried_again_after, weak_from_this());
            } catch (...) {  // who waits for it has a time limit
            }
        }
    }

    void attend() {
        news what;
        {
            std::lock_guard const lock(mutex_);
            told_ = false;
            what = std::exchange(news_, {});
        }
        if (!handler_) return;
        try {
            if (what.where && what.where->number == dial_number_) {
                known_ = std::move(what.where->known);
                under_way_ = std::move(what.where->under_way);
            }
            if (what.dialed && what.dialed->number == dial_number_) dialed(what.dialed->result);
            if (!handler_) return;
            if (what.replied) return finish(std::move(*what.replied));
            if (what.failed) return fail(what.failed);
            if (!what.time) return;
            if (time_->now() >= until_) return time_out();
            if (until_ != time_point::max()) wake_at(until_);
        } catch (std::bad_alloc const&) {
            if (!handler_) throw;
            fetch_result none;
            none.code = errc::out_of_memory;
            finish(std::move(none));
        }
    }

    void on_wake() override {
        tell([](news& n) { n.time = true; });
    }

    void time_out() {
        if (dial_ && time_->now() < later(begun_, request_.limit)) {
            auto const before = dial_;
            if (dial_another(known_, under_way_)) return before->abandon();
            if (time_->now() < dial_until_) return wait_until(dial_until_);  // there is no other
        }
        error_code const code = dial_ ? policy::dial_timeout_in(phase_, route_ != nullptr) : policy::timeout_in(phase_);
        std::string const by = dial_ && route_ ? " by the proxy " + route_->proxy.peer : std::string();
        fail(code, peer() + by + ": " + code.message());
    }

    void on_dial_phase(std::uint64_t, phase begun) override { phase_ = begun; }

    void on_dial_addresses(std::uint64_t number, std::vector<std::string> const& known,
                           std::vector<std::string> const& under_way) override {
        try {
            news::addresses where{number, known, under_way};
            tell([&](news& n) { n.where = std::move(where); });
        } catch (std::bad_alloc const&) {  // a time-out tells of no address then
        }
    }

    void on_dialed(std::uint64_t number, transport::dial_result result) override {
        tell([&](news& n) { n.dialed.emplace(news::end{number, std::move(result)}); });
    }

    void dialed(transport::dial_result& result) {
        dial_.reset();
        if (result.code) {
            std::vector<std::string> gone_to;
            gone_to.reserve(result.attempts.size());
            for (auto const& each : result.attempts)
                gone_to.push_back(each.address);
            auto const fault = policy::fault_of(result.code, result.cause, result.alert);
            if (fault < policy::dial_fault::unknown && dial_another(result.known, gone_to)) return;
            return fail(result.code, std::move(result.text));
        }
        phase_ = phase::first_byte;
        wait_until(later(time_->now(), request_.reply_limit));
        auto const link =
            std::make_shared<transport::http1_connection>(std::move(result.connected), shared_from_this());
        exchange_ = link->offer();
        link->watch();
        auto& next = *exchange_;
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
        if (!next.start()) fail(errc::connection_closed);
    }

    void on_reply(transport::exchange&, transport::reply const& r) override {
        try {
            fetch_result result;
            result.status = r.status;
            result.subject_token = secret(std::string(r.subject_token));
            result.body = secret(std::string(r.body));
            result.date = r.date;
            if (r.body_truncated) {
                result.code = errc::body_too_large;
                result.text = peer() + ": " + result.code.message();
            }
            tell([&](news& n) { n.replied = std::move(result); });
        } catch (std::bad_alloc const&) {
            tell_failure(errc::out_of_memory);
        }
    }
    void on_exchange_failed(transport::exchange&, transport::exchange_failure const& f) override {
        tell_failure(f.code);
    }
    void on_drained(transport::connection&) override {}  // it is of no more use
    void on_idle_closed(transport::connection&, error_code const& why) override { tell_failure(why); }
    void tell_failure(error_code code) noexcept {
        tell([&](news& n) { n.failed = code; });
    }

    void fail(error_code code, std::string text = {}) {
        fetch_result result;
        result.code = code;
        try {
            result.text = text.empty() ? peer() + ": " + code.message() : std::move(text);
        } catch (std::bad_alloc const&) {  // the code says it, too
        }
        finish(std::move(result));
    }

    void finish(fetch_result result) {
        auto const handler = std::exchange(handler_, nullptr);
        if (handler) result.at = {time_->wall(), time_->now()};
        end();
        if (handler) handler(std::move(result));
    }

    void end() noexcept {
        {
            std::lock_guard const lock(mutex_);
            time_->forget();
        }
        if (auto const dial = std::exchange(dial_, nullptr)) dial->abandon();
        if (auto const asked = std::exchange(exchange_, nullptr)) asked->abandon();  // it and this hold each other
        wipe();
    }

    void wipe() noexcept {
        wire::wipe(request_.head);
        wire::wipe(request_.body);
    }

    boost::asio::any_io_executor strand_;
    std::mutex mutex_;  // no other is taken under it but those of Asio
    news news_;
    bool told_ = false;  // a turn on the strand is on its way
    std::unique_ptr<transport::clock> time_;
    std::shared_ptr<transport::proxy_route const> const route_;
    fetch_request request_;
    fetch_handler handler_;  // null: it has ended
    std::atomic<phase> phase_{phase::resolve};
    time_point begun_{};
    time_point until_{};
    time_point dial_until_{};
    transport::dial_target target_;  // what failed so far is last
    std::uint64_t dial_number_ = 0;
    // Where the present dial is.
    std::vector<std::string> known_;
    std::vector<std::string> under_way_;
    std::shared_ptr<transport::dialer> by_;
    std::shared_ptr<transport::dial> dial_;
    std::shared_ptr<transport::exchange> exchange_;
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
    bool const proxied = request.secure && by_.proxy && !by_.proxy->except.covers(request.to.host, request.to.port);
    auto const made = std::make_shared<one_fetch>(strand, by_.make_clock(), proxied ? by_.proxy : nullptr,
                                                  std::move(request), std::move(handler));
    made->start(by);
    return made;
}

void http_fetcher::leave_context() noexcept {
    ways by;
    std::unique_ptr<transport::clock> time;
    std::lock_guard const lock(mutex_);
    by = std::exchange(by_, {});
    time = std::move(time_);
}

}  // namespace oms::auth
