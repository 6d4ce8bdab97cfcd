// SPDX-License-Identifier: BSL-1.0
#include "testing/timeline.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <optional>

namespace oms::testing {

namespace {

class timeline_clock final : public transport::clock {
public:
    explicit timeline_clock(std::shared_ptr<timeline> of) : of_(std::move(of)) {}
    ~timeline_clock() override { timeline_clock::forget(); }

    timeline::time_point now() const noexcept override { return of_->now(); }
    std::chrono::system_clock::time_point wall() const noexcept override { return of_->wall(); }

    void wake_at(timeline::time_point when, std::weak_ptr<transport::sleeper> who) override {
        forget();
        order_ = of_->plan(when, [who = std::move(who)] {
            if (auto const woken = who.lock()) woken->on_wake();
        });
    }
    void forget() noexcept override {
        if (order_) of_->forget(*order_);
        order_.reset();
    }
    void leave_context() noexcept override { forget(); }

private:
    std::shared_ptr<timeline> const of_;
    std::optional<timeline::event> order_;
};

}  // namespace

std::chrono::system_clock::time_point timeline::wall() const noexcept {
    return wall_begin_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(elapsed());
}

timeline::event timeline::plan(time_point when, std::function<void()> f) {
    event const made(std::max(when, now_), next_++);
    if (!ended_) events_.emplace(made, std::move(f));
    return made;
}

void timeline::forget(event const& of) noexcept {
    auto const gone = events_.extract(of);  // it may be the last to keep something, which forgets other events
}

void timeline::end() noexcept {
    ended_ = true;
    auto const gone = std::exchange(events_, {});
}

bool timeline::step(boost::asio::io_context& context, time_point until) {
    context.restart();
    if (context.poll_one() > 0) return true;
    if (events_.empty() || events_.begin()->first.first > until) return false;
    event const due = events_.begin()->first;
    now_ = std::max(now_, due.first);
    // In the context, as every handler; one that is forgotten until then does not run.
    boost::asio::post(context, [self = shared_from_this(), due] { self->run(due); });
    context.restart();
    context.poll_one();
    return true;
}

void timeline::run(event const& due) {
    auto taken = events_.extract(due);
    if (taken) taken.mapped()();
}

void timeline::pass_to(time_point when) noexcept {
    now_ = std::max(now_, when);
}

std::unique_ptr<transport::clock> timeline::make_clock() {
    return std::make_unique<timeline_clock>(shared_from_this());
}

}  // namespace oms::testing
