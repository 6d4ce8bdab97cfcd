// SPDX-License-Identifier: BSL-1.0
#include "transport/strand.hpp"

namespace oms::transport {

using boost::asio::any_io_executor;

// What an executor is given: it may be called, be dropped later, or be dropped at once, whether or not that is an
// error.
struct strand_queue::sending {
    strand_queue const* of;
    bool dropped = false;
    sending* before;

    static thread_local constinit sending* last;

    explicit sending(strand_queue const& line) noexcept : of(&line), before(last) { last = this; }
    sending(sending const&) = delete;
    sending& operator=(sending const&) = delete;
    ~sending() { last = before; }
};

thread_local constinit strand_queue::sending* strand_queue::sending::last = nullptr;

class strand_queue::way {
public:
    way(std::shared_ptr<strand_queue> line, any_io_executor by) noexcept : line_(std::move(line)), by_(std::move(by)) {}
    way(way&&) noexcept = default;
    way& operator=(way&&) = delete;
    ~way() {
        if (line_) line_->lost();
    }
    void operator()() {
        auto const line = std::exchange(line_, nullptr);
        line->run(by_);
    }

private:
    std::shared_ptr<strand_queue> line_;
    any_io_executor by_;
};

void strand_queue::add(std::unique_ptr<turn> t, any_io_executor const& by) {
    turn& added = *t;
    {
        std::lock_guard const lock(mutex_);
        waiting_.push_back(*t.release());
        if (inside_ != std::thread::id() || on_its_way_) return;
        on_its_way_ = true;
        sending_by_ = std::this_thread::get_id();
    }
    try {
        send(by);
    } catch (...) {
        // Nobody has taken it: while one is being sent, nobody goes in. What others have added meanwhile waits for the
        // next.
        std::unique_ptr<turn> const gone(&added);
        std::lock_guard const lock(mutex_);
        on_its_way_ = false;
        sending_by_ = {};
        waiting_.erase(waiting_.iterator_to(added));
        throw;
    }
}

// With `on_its_way_` and `sending_by_` set.
void strand_queue::send(any_io_executor const& by) {
    bool dropped = false;
    {
        sending now(*this);
        boost::asio::require(by, boost::asio::execution::blocking.never).execute(way(shared_from_this(), by));
        dropped = now.dropped;
    }
    {
        std::lock_guard const lock(mutex_);
        if (sending_by_ == std::this_thread::get_id()) sending_by_ = {};
    }
    if (dropped) lost();
}

// The executor runs nothing any more.
void strand_queue::lost() noexcept {
    for (sending* s = sending::last; s != nullptr; s = s->before) {
        if (s->of != this) continue;
        s->dropped = true;  // or it threw
        return;
    }
    {
        std::lock_guard const lock(mutex_);
        on_its_way_ = false;
    }
    drop_all();
}

void strand_queue::drop_all() noexcept {
    turns_waiting all;
    {
        std::lock_guard const lock(mutex_);
        all.swap(waiting_);
    }
    all.clear_and_dispose([](turn* t) { delete t; });
}

void strand_queue::run(any_io_executor const& by) {
    {
        std::lock_guard const lock(mutex_);
        on_its_way_ = false;
        sending_by_ = {};
        if (inside_ != std::thread::id()) return;  // it takes all that waits
        inside_ = std::this_thread::get_id();
    }
    struct exit {
        strand_queue& of;
        any_io_executor const& by;
        ~exit() { of.leave(by); }
    } const at_end{*this, by};
    go_on();
}

void strand_queue::go_on() {
    while (auto const t = next())
        t->take();
}

// Null: there is none, and this thread is no more inside unless it stays.
std::unique_ptr<strand_queue::turn> strand_queue::next(bool stays) noexcept {
    std::lock_guard const lock(mutex_);
    if (waiting_.empty()) {
        if (!stays) inside_ = {};
        return nullptr;
    }
    std::unique_ptr<turn> t(&waiting_.front());
    waiting_.pop_front();
    return t;
}

// Also where a function threw: the others have their turn later.
void strand_queue::leave(any_io_executor const& by) noexcept {
    {
        std::lock_guard const lock(mutex_);
        if (inside_ != std::this_thread::get_id()) return;
        inside_ = {};
        if (waiting_.empty() || on_its_way_) return;
        on_its_way_ = true;
        sending_by_ = std::this_thread::get_id();
    }
    try {
        send(by);
    } catch (...) {  // no memory: they wait for the next
        std::lock_guard const lock(mutex_);
        on_its_way_ = false;
        sending_by_ = {};
    }
}

strand_queue::at_once::at_once(strand_queue& of, any_io_executor const& by) noexcept : of_(of), by_(by) {
    auto const self = std::this_thread::get_id();
    {
        std::lock_guard const lock(of_.mutex_);
        is_ours_ = of_.inside_ == self;
        if (is_ours_ || of_.inside_ != std::thread::id() || of_.sending_by_ != std::thread::id()) return;
        of_.inside_ = self;
        is_ours_ = is_first_ = true;
    }
    while (auto const t = of_.next(true)) {
        try {
            t->take();
        } catch (...) {  // no fault of the one that comes
            if (!thrown_) thrown_ = std::current_exception();
        }
    }
}

void strand_queue::at_once::go_on() {
    if (is_first_) of_.go_on();
    if (thrown_) std::rethrow_exception(thrown_);
}

strand_queue::at_once::~at_once() {
    if (is_first_) of_.leave(by_);
}

}  // namespace oms::transport
