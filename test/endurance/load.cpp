// SPDX-License-Identifier: BSL-1.0
#include "endurance/load.hpp"

#include <oms/error.hpp>
#include <oms/task.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>

#include <utility>

namespace oms::endurance_test {

namespace asio = boost::asio;

class load::caller {
public:
    caller(load& of, asio::io_context& context) : load_(of), pause_(context), patience_(context) {}

    // Each begins at another moment, so that their stops do not come in waves.
    void begin_after(std::chrono::microseconds d) {
        pause_.expires_after(d);
        pause_.async_wait([this](error_code ec) {
            if (!ec) next();
        });
    }

private:
    void next() {
        if (load_.ends_) return;
        pending_ = true;
        load_.client_.async_stop(sync_task(load_.project_, std::to_string(1'000'000'000'000'000'000U + load_.begun_++)),
                                 asio::bind_cancellation_slot(
                                     signal_.slot(), [this](error_code ec, stop_result const& r) { ended(ec, r); }));
        if (!load_.dice_.one_in(load_.options_.one_cancelled_in)) return;
        patience_.expires_after(load_.dice_.milliseconds(3));
        patience_.async_wait([this](error_code ec) {
            if (!ec && pending_) signal_.emit(asio::cancellation_type::terminal);
        });
    }
    void ended(error_code ec, stop_result const& r) {
        pending_ = false;
        patience_.cancel();
        ++load_.stops_;
        if (ec) ++load_.failures_;
        if (r.outcome == outcome::unknown) ++load_.unknown_;
        begin_after(load_.options_.between);
    }

    load& load_;
    asio::steady_timer pause_;
    asio::steady_timer patience_;
    asio::cancellation_signal signal_;
    bool pending_ = false;
};

load::load(asio::io_context& context, client& by, std::string project, load_options const& options)
    : client_(by), project_(std::move(project)), options_(options), dice_(options.seed) {
    for (std::size_t i = 0; i < options_.callers; ++i)
        callers_.emplace_back(*this, context);
}

load::~load() = default;

void load::begin() {
    std::chrono::microseconds at{0};
    for (caller& each : callers_) {
        each.begin_after(at);
        at += std::chrono::microseconds(options_.between) / options_.callers;
    }
}

}  // namespace oms::endurance_test
