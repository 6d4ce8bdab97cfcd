// SPDX-License-Identifier: BSL-1.0
//
// Calls to which anything may happen at any time: what each comes to is held
// against what the words mean, and every way of the table is gone.
#include "call/call_fsm.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::call;

namespace {

using ev = event::kind;
using how = policy::failure::kind;

constexpr std::uint64_t walks = 60'000;
constexpr unsigned longest = 60;

// What is so, whatever the machine believes.
struct truth {
    bool sent = false;
    bool open = false;
    bool done = false;     // a 2xx
    bool already = false;  // the service's word, and it is so
    bool confirms = false;

    outcome expected(operation const& asked) const {
        if (done) return asked.success;
        if (!asked.acts()) return outcome::not_sent;
        if (already) return asked.already;
        return open ? outcome::unknown : sent ? outcome::refused : outcome::not_sent;
    }
};

class walk {
public:
    walk(std::uint64_t seed, std::set<std::string>& gone) : dice_(seed), gone_(gone) {
        rules_.max_attempts = static_cast<unsigned>(1 + pick(5));
        rules_.resend_open = pick(4) != 0;
        with_.rules = &rules_;
        with_.retry.left = 1h;
        with_.retry.refreshable = chance();
        with_.already_is_success = chance();
        with_.judges = pick(3) == 0;
        with_.parks = pick(3) == 0;
        with_.finish_unsent = chance();
        auto const kind = static_cast<task_kind>(pick(3));
        std::array<operation const*, 3> const all{&stop_operation(kind), &start_operation(kind), &show_operation(kind)};
        asked_ = all[pick(4) % 3];
        machine_.emplace(*asked_, kind);
    }

    // The first thing that is wrong; empty: nothing.
    std::string go() {
        for (unsigned steps = 0; machine_->now() != state::done; ++steps) {
            if (steps == longest) give_up_ = true;
            if (steps > longest + 20) return "it does not end";
            state const from = machine_->now();
            event const e = next();
            with_.retry.random = dice_();
            with_.over = pick(10) == 0;
            with_.probes = pick(4) == 0;
            with_.shutting_down = give_up_ || pick(50) == 0;
            action const a = machine_->resume(e, with_);
            gone_.insert(std::string(to_string(from)) + " -" + std::string(to_string(e.what)) + "-> " +
                         std::string(to_string(machine_->now())));
            std::string const wrong = judge(from, e, a);
            if (!wrong.empty())
                return wrong + " at " + std::string(to_string(e.what)) + " in " + std::string(to_string(from));
        }
        return {};
    }

private:
    std::size_t pick(std::size_t of) { return static_cast<std::size_t>(dice_() % of); }
    bool chance() { return pick(2) == 0; }

    // Something that may happen here.
    event next() {
        if (give_up_) return ending();
        std::vector<ev> here;
        for (transition const& t : transitions()) {
            if (t.on == ev::verdict && !failed_.code) continue;  // nothing was asked
            if (t.from == machine_->now() && (here.empty() || here.back() != t.on)) here.push_back(t.on);
        }
        ev const what = pick(4) != 0 ? onward() : here[pick(here.size())];
        switch (what) {
            case ev::reply:
            case ev::header:
                return answered(what);
            case ev::lost:
                return lost();
            case ev::verdict: {
                event e(what, failed_);
                e.verdict = static_cast<retry_verdict>(pick(3));
                return e;
            }
            case ev::cancel: {
                event e(what);
                e.total = chance();
                return e;
            }
            case ev::no_memory: {
                event e(what);
                bool const on_connection = machine_->now() == state::exchange || machine_->now() == state::abandoning;
                if (on_connection && chance()) {
                    e.sent = progress::handed_over;
                    e.failure.how = how::reply;
                    e.failure.reads = !asked_->acts();
                    e.failure.status = chance() ? 403 : 503;
                }
                return e;
            }
            default:
                return {what, errc::credentials_rejected};
        }
    }

    // What mostly happens; without it most walks would end before a second attempt.
    ev onward() {
        constexpr std::array<ev, 3> ends{ev::reply, ev::header, ev::lost};
        switch (machine_->now()) {
            case state::created:
                return ev::begin;
            case state::credential:
                return ev::credential;
            case state::queued:
                return ev::turn;
            case state::exchange:
                return ends[pick(3)];
            case state::abandoning:
                return ends[1 + pick(2)];
            case state::judging:
                return ev::verdict;
            case state::backoff:
            case state::done:
                break;
        }
        return ev::time;
    }

    event ending() {
        switch (machine_->now()) {
            case state::created:
                return {ev::give_up, errc::cancelled};
            case state::abandoning:
                return lost();
            default:
                return ev::shut_down;
        }
    }

    event answered(ev what) {
        event e(what);
        if (what == ev::header) e.code = errc::connection_lost;
        if (machine_->confirms()) {
            constexpr std::array<meaning, 3> shown{meaning::shown_so, meaning::shown_ended, meaning::shown_other};
            e.said = shown[pick(3)];
            return e;
        }
        constexpr std::array<unsigned, 8> statuses{200, 400, 401, 403, 404, 408, 429, 503};
        unsigned const status = statuses[pick(statuses.size())];
        if (status == 200) {
            e.said = meaning::done;
            return e;
        }
        e.failure.how = how::reply;
        e.failure.status = status;
        e.failure.reads = !asked_->acts();
        e.failure.code = error_code(static_cast<int>(status), http_category());
        if (what == ev::reply) e.code = e.failure.code;
        bool const word = status == 400 && asked_->acts() && pick(3) != 0;
        if (word) e.said = meaning::already;
        if (status == 404) e.said = meaning::about_task;
        return e;
    }

    event lost() {
        event e(ev::lost);
        bool const in_queue = machine_->now() == state::queued;
        e.sent = in_queue ? progress::unsent : static_cast<progress>(pick(3));
        e.failure.how = e.sent == progress::handed_over ? how::lost : how::unsent;
        e.failure.unprocessed = e.sent == progress::unprocessed;
        e.failure.code = in_queue ? errc::connect_failed : errc::connection_lost;
        e.failure.stale = !in_queue && pick(3) == 0;
        e.failure.reads = !asked_->acts();
        return e;
    }

    // Follows what happened by the meaning of the words, and holds the action against it.
    std::string judge(state from, event const& e, action const& a) {
        bool const heard = e.what == ev::reply || e.what == ev::header;
        if (e.what == ev::lost && e.sent == progress::handed_over && !truth_.confirms) truth_.sent = truth_.open = true;
        if (heard && !truth_.confirms) {
            truth_.sent = true;
            if (e.said == meaning::done) {
                truth_.done = asked_->acts() || e.what == ev::reply;
                truth_.open = truth_.open && !truth_.done;
            }
            if (e.failure.status >= 500) truth_.open = true;
            if (e.said == meaning::about_task) truth_.open = false;
            // A body that was cut is not taken at its word where the call is to end anyway.
            bool const ends = ended_by_ == ev::cancel || ended_by_ == ev::shut_down;
            bool const taken = from == state::exchange || !(ends || with_.over);
            if (e.said == meaning::already && taken && asked_->confirmed_by == confirmation::reply)
                truth_.already = true;
        } else if (heard) {
            if (e.said == meaning::shown_so) truth_.already = true;
            if (e.said == meaning::shown_ended) truth_.open = false;
        }
        if (e.what == ev::no_memory && e.sent == progress::handed_over && !truth_.confirms) {
            truth_.sent = true;
            truth_.open = truth_.open || e.failure.status == 503;
        }
        if (a.what == action::kind::abandon) ended_by_ = e.what;
        if (a.what == action::kind::judge) failed_ = *a.failure;
        if (a.what == action::kind::show_task) truth_.confirms = true;
        if (a.what == action::kind::send && machine_->asks().acts() != (asked_->acts() && !truth_.confirms))
            return "another operation is sent";
        if (from == state::exchange && machine_->now() == state::queued) return "no credential was asked for";
        if (a.what != action::kind::complete) return {};
        if (a.result != truth_.expected(*asked_)) {
            return "it ends as " + std::string(to_string(a.result)) + ", not " +
                   std::string(to_string(truth_.expected(*asked_)));
        }
        bool const success = truth_.done || (truth_.already && !a.code);
        if (!a.code != success) return "success and outcome differ";
        if (machine_->attempts() > 0 || a.result == outcome::not_sent) return {};
        return "nothing was attempted";
    }

    std::mt19937_64 dice_;
    std::set<std::string>& gone_;
    retry_options rules_;
    view with_;
    operation const* asked_ = nullptr;
    std::optional<call_fsm> machine_;
    policy::failure failed_;
    truth truth_;
    ev ended_by_ = ev::time;  // of the exchange that is being abandoned
    bool give_up_ = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(call_walks)

BOOST_AUTO_TEST_CASE(no_outcome_is_wrong_and_every_way_is_gone) {
    std::set<std::string> gone;
    for (std::uint64_t seed = 0; seed < walks; ++seed) {
        std::string const wrong = walk(seed, gone).go();
        BOOST_REQUIRE_MESSAGE(wrong.empty(), "walk " << seed << ": " << wrong);
    }
    for (transition const& t : transitions()) {
        std::string const way =
            std::string(to_string(t.from)) + " -" + std::string(to_string(t.on)) + "-> " + std::string(to_string(t.to));
        BOOST_TEST(gone.contains(way), way);
    }
    BOOST_TEST_MESSAGE(walks << " calls, " << gone.size() << " ways");
}

BOOST_AUTO_TEST_SUITE_END()
