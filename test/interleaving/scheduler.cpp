// SPDX-License-Identifier: BSL-1.0
#include "interleaving/scheduler.hpp"

#include "interleaving/turn.hpp"

#include <semaphore.h>

#include <exception>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

namespace oms::interleaved {

namespace {

constexpr std::size_t steps_without_end = 200'000;
constexpr char other_ways[] = "the threads do not do the same when they are run in the same order";

// One of several that may go on.
struct choice {
    std::size_t taken;
    std::size_t among;
};

// An order: what was chosen wherever there was a choice.
class path {
public:
    /// The next choice: as it was before, or the first of these.
    std::optional<std::size_t> next(std::size_t among) {
        if (at_ == choices_.size()) choices_.push_back({0, among});
        choice const& c = choices_[at_++];
        if (c.among != among) return std::nullopt;
        return c.taken;
    }
    /// It was gone to its end.
    bool followed() const { return at_ == choices_.size(); }
    /// The order after this one, where choices that come last change first.
    bool advance() {
        at_ = 0;
        while (!choices_.empty() && choices_.back().taken + 1 == choices_.back().among)
            choices_.pop_back();
        if (choices_.empty()) return false;
        ++choices_.back().taken;
        return true;
    }
    std::string text() const {
        std::string all;
        for (choice const& c : choices_)
            all += (all.empty() ? "" : " ") + std::to_string(c.taken) + "/" + std::to_string(c.among);
        return all;
    }

private:
    std::vector<choice> choices_;
    std::size_t at_ = 0;
};

class baton {
public:
    baton() { ::sem_init(&semaphore_, 0, 0); }
    baton(baton const&) = delete;
    baton& operator=(baton const&) = delete;
    ~baton() { ::sem_destroy(&semaphore_); }

    void give() { ::sem_post(&semaphore_); }
    void await() {
        while (::sem_wait(&semaphore_) != 0) {
        }
    }

private:
    sem_t semaphore_;
};

thread_local constinit turn* current = nullptr;

// One order of one scene. Whoever has the baton alone touches anything of it.
class performance {
public:
    performance(path& order, std::size_t preemptions) : order_(order), left_(preemptions) {}

    /// What is wrong with it; empty: nothing.
    std::string play(scene& of) {
        auto bodies = of.threads();
        for (auto& body : bodies)
            players_.push_back(std::make_unique<player>(*this, std::move(body)));
        for (auto& p : players_)
            p->thread = std::thread([&p = *p] { p.run(); });
        pass_on(nullptr);
        ended_.await();
        if (!stuck()) {
            for (auto& p : players_)
                p->thread.join();
        }
        if (!order_.followed()) fail(other_ways);
        return wrong_;
    }
    /// Threads are left that can never go on.
    bool stuck() const noexcept { return stuck_; }

private:
    struct player final : turn {
        player(performance& p, std::function<void()> b) : in(p), body(std::move(b)) {}

        void run() {
            my_turn.await();
            current = this;
            try {
                body();
            } catch (std::exception const& e) {
                in.fail(std::string("a thread threw: ") + e.what());
            } catch (...) {
                in.fail("a thread threw");
            }
            current = nullptr;
            done = true;
            in.pass_on(this);
        }

        void yield() override { in.pass_on(this); }
        void lock(void* mutex) override {
            wanted = mutex;
            in.pass_on(this);
            in.take(*this);
        }
        bool try_lock(void* mutex) override {
            in.pass_on(this);
            return in.owners_.emplace(mutex, this).second;
        }
        void unlock(void* mutex) override {
            in.owners_.erase(mutex);
            in.pass_on(this);
        }
        void wait(void* condition, void* mutex) override {
            in.pass_on(this);  // it has decided to, and not yet begun
            in.owners_.erase(mutex);
            awaited = condition;
            wanted = mutex;
            in.pass_on(this);
            in.take(*this);
        }
        void notify(void* condition, bool all) override {
            in.pass_on(this);
            for (auto& other : in.players_) {
                if (other->awaited != condition) continue;
                other->awaited = nullptr;
                if (!all) return;
            }
        }

        bool can_go_on() const {
            return !done && awaited == nullptr && (wanted == nullptr || !in.owners_.contains(wanted));
        }

        performance& in;
        std::function<void()> const body;
        std::thread thread;
        baton my_turn;
        bool done = false;
        void* wanted = nullptr;   // a mutex
        void* awaited = nullptr;  // a condition variable, and `wanted` then
    };

    void take(player& p) { owners_[std::exchange(p.wanted, nullptr)] = &p; }

    void fail(std::string why) {
        if (wrong_.empty()) wrong_ = std::move(why);
    }

    // Somebody goes on: this thread, where it can, or another one. Returns when it is this one's turn again.
    void pass_on(player* from) {
        if (++steps_ > steps_without_end) {
            fail("it goes on for ever");
            return end(from);
        }
        bool const goes_on = from != nullptr && from->can_go_on();
        std::vector<player*> others;
        for (auto& each : players_) {
            if (each.get() != from && each->can_go_on()) others.push_back(each.get());
        }
        if (goes_on && (left_ == 0 || others.empty())) return;
        player* const next = others.empty() ? nullptr : pick(goes_on ? from : nullptr, others);
        if (next == nullptr) return end(from);
        if (next == from) return;
        if (goes_on) --left_;
        next->my_turn.give();
        if (from != nullptr && !from->done) from->my_turn.await();
    }

    // Null: they are not the same that could go on when this order was begun.
    player* pick(player* from, std::vector<player*> const& others) {
        std::size_t const here = from != nullptr ? 1 : 0;
        if (here + others.size() == 1) return others.front();
        auto const taken = order_.next(here + others.size());
        if (!taken) {
            fail(other_ways);
            return nullptr;
        }
        return *taken < here ? from : others[*taken - here];
    }

    // Nobody goes on, as all have ended, or none can.
    void end(player* from) {
        std::string waiting;
        bool asleep = false;
        for (std::size_t i = 0; i < players_.size(); ++i) {
            if (players_[i]->done) continue;
            stuck_ = true;
            asleep = asleep || players_[i]->awaited != nullptr;
            waiting += ' ' + std::to_string(i);
        }
        if (stuck_) fail((asleep ? "nobody wakes threads that wait:" : "threads wait for each other:") + waiting);
        ended_.give();
        if (from != nullptr && !from->done) from->my_turn.await();  // for ever
    }

    path& order_;
    std::size_t left_;  // preemptions
    std::vector<std::unique_ptr<player>> players_;
    std::unordered_map<void*, player*> owners_;  // of mutexes
    std::size_t steps_ = 0;
    std::string wrong_;
    bool stuck_ = false;
    baton ended_;
};

}  // namespace

turn* turn::mine() noexcept {
    return current;
}

void yield() {
    if (turn* const mine = turn::mine()) mine->yield();
}

findings try_orders(std::function<std::unique_ptr<scene>()> const& make, bounds const& within) {
    findings found;
    path order;
    do {
        auto tried = make();
        auto one = std::make_unique<performance>(order, within.preemptions);
        found.wrong = one->play(*tried);
        ++found.orders;
        if (one->stuck()) {  // its threads are there for ever, and so is what they use
            static_cast<void>(tried.release());
            static_cast<void>(one.release());
        } else if (found.wrong.empty()) {
            found.wrong = tried->verdict();
        }
        if (!found.wrong.empty()) {
            found.wrong += " (" + order.text() + ")";
            return found;
        }
        found.all = !order.advance();
    } while (!found.all && found.orders < within.orders);
    return found;
}

}  // namespace oms::interleaved
