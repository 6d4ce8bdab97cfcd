// SPDX-License-Identifier: BSL-1.0
#include "io/harness/virtual_time.hpp"

#include "io/harness/scarce_memory.hpp"

#include <boost/asio/post.hpp>

namespace oms::scripted {

using time_point = virtual_time::time_point;

class virtual_clock final : public transport::clock {
public:
    explicit virtual_clock(virtual_time& of) noexcept : of_(of) {}
    ~virtual_clock() override { forget(); }

    time_point now() const noexcept override {
        of_.on_look();
        return of_.now();
    }
    std::chrono::system_clock::time_point wall() const noexcept override { return of_.wall(); }

    void wake_at(time_point when, std::weak_ptr<transport::sleeper> who) override {
        scarce_memory::aside const ours;
        forget();
        order_ = {std::max(when, of_.now()), of_.next_++};
        ++of_.armed_;
        of_.events_.emplace(*order_, [this, who = std::move(who)] {
            order_.reset();
            --of_.armed_;
            if (auto const woken = who.lock()) woken->on_wake();
        });
        of_.on_order(when);
    }

    void forget() noexcept override {
        if (!order_) return;
        of_.events_.erase(*order_);
        order_.reset();
        --of_.armed_;
    }

    void leave_context() noexcept override { forget(); }

private:
    virtual_time& of_;
    std::optional<virtual_time::key> order_;
};

std::unique_ptr<transport::clock> virtual_time::make_clock() {
    return std::make_unique<virtual_clock>(*this);
}

std::chrono::system_clock::time_point virtual_time::wall() const noexcept {
    using namespace std::chrono;
    return sys_days(year(2026) / 1 / 1) + duration_cast<system_clock::duration>(elapsed()) + wall_shift_;
}

bool virtual_time::step(boost::asio::io_context& io, time_point until) {
    io.restart();
    if (io.poll_one() > 0) return true;
    if (events_.empty() || events_.begin()->first.first > until) return false;
    now_ = std::max(now_, events_.begin()->first.first);
    // What is planned runs on the context like everything else; one that is forgotten until then does not run.
    {
        scarce_memory::aside const ours;
        boost::asio::post(io, [this, due = events_.begin()->first] {
            auto found = events_.extract(due);
            if (!found.empty()) found.mapped()();
        });
    }
    io.restart();
    io.poll_one();
    return true;
}

void virtual_time::run(boost::asio::io_context& io, time_point until) {
    while (step(io, until)) {
    }
    if (until != time_point::max()) now_ = std::max(now_, until);
}

}  // namespace oms::scripted
