// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_EFFECTS_HPP
#define OMS_CLIENT_EFFECTS_HPP

// What was decided under the client's lock and is done without it: whatever
// calls out, does I/O, or may call back.
//
// A thread that is none of the context's has a pass of its gate meanwhile, but
// for the time that a user's function takes: what is the context's is left with
// the gate then, and lost where the context has ended in between.

#include "auth/credential_book.hpp"
#include "client/call.hpp"
#include "transport/connection.hpp"
#include "transport/context_gate.hpp"
#include "transport/dialer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace oms {
class observer;
}

namespace oms::detail {

class client_core;

class effects {
public:
    /// Whether completions may run before `run` returns: only where the
    /// executor called us, never inside a user's own call of the library.
    enum class completion : std::uint8_t { inside, later };

    effects(client_core& core, completion when) noexcept;
    /// For a thread that has a pass.
    effects(client_core& core, transport::context_gate::pass in) noexcept;
    effects(effects const&) = delete;
    effects& operator=(effects const&) = delete;

    completion when() const noexcept { return when_; }
    /// False: the context is not there, and nothing may be decided.
    bool in() const noexcept { return when_ == completion::inside || pass_; }

    void start(std::shared_ptr<transport::connection> c) { held_.starts.push_back(std::move(c)); }
    void close(std::shared_ptr<transport::connection> c) { more().closes.push_back(std::move(c)); }
    void abandon(std::shared_ptr<transport::dial> d) { more().abandoned.push_back(std::move(d)); }
    void dial(std::uint64_t id, transport::dial_target target) { more().dials.push_back({id, std::move(target)}); }
    void ask(std::vector<auth::question_ptr> begun) {
        if (!begun.empty()) more().asks = std::move(begun);
    }
    void give_up(std::vector<auth::question_ptr> unwanted) {
        if (!unwanted.empty()) more().unwanted = std::move(unwanted);
    }
    /// A question that was answered: the provider's operation may still need its signal for a moment.
    void keep_alive(auth::question_ptr q) { more().answered = std::move(q); }
    void invalidate(auth::source_ptr from, auth::held_ptr rejected) {
        more().rejected.push_back({std::move(from), std::move(rejected)});
    }
    void done(std::unique_ptr<call> c) {
        if (c->direct) {
            elsewhere_.push_back(std::move(c));
        } else {
            held_.done.push_back(std::move(c));
        }
    }
    void judge(std::function<void()> f) { more().verdicts.push_back(std::move(f)); }
    /// After all completions.
    void at_last(std::function<void()> f) { more().last.push_back(std::move(f)); }

    /// Work that lasts until all is done.
    void keep(boost::asio::any_io_executor work) { held_.work = std::move(work); }

    /// For the observer; `make` is called only where there is one.
    template <class Make>
    void notify(Make&& make);

    /// Does it all; the lock must not be held. What users' handlers throw passes through.
    void run();

private:
    struct wanted_dial {
        std::uint64_t id;
        transport::dial_target target;
    };
    struct rejected_credential {
        auth::source_ptr from;
        auth::held_ptr held;
    };

    // What a stop that goes well has none of.
    struct rare {
        std::vector<std::function<void(observer&)>> events;
        std::vector<std::shared_ptr<transport::connection>> closes;
        std::vector<std::shared_ptr<transport::dial>> abandoned;
        std::vector<wanted_dial> dials;
        std::vector<auth::question_ptr> asks;
        std::vector<auth::question_ptr> unwanted;
        auth::question_ptr answered;
        std::vector<rejected_credential> rejected;
        std::vector<std::function<void()>> verdicts;
        std::vector<std::function<void()>> last;
    };
    // All that may be of the context.
    struct holdings final : transport::context_gate::belonging {
        boost::asio::any_io_executor work;
        boost::container::small_vector<std::shared_ptr<transport::connection>, 1> starts;
        boost::container::small_vector<std::unique_ptr<call>, 1> done;
        std::unique_ptr<rare> other;
        // Of the call whose end is told.
        call::handler_type handler;
        boost::asio::any_completion_executor executor;
        std::shared_ptr<call_receiver> receiver;

        void swap(holdings& h) noexcept;
    };

    rare& more() {
        if (!held_.other) held_.other = std::make_unique<rare>();
        return *held_.other;
    }
    void tell_events();
    void run_rare();
    void ask(auth::question_ptr const& q);
    void tell_end(call& c);
    void come_back(holdings& left) noexcept;
    /// A user's function, which nothing that ends may wait for.
    template <class Function>
    void call_out(Function&& f);

    client_core& core_;
    completion const when_;
    transport::context_gate::pass pass_;  // goes after what needs it
    holdings held_;
    std::vector<std::unique_ptr<call>> elsewhere_;  // nothing in them is of the context
};

}  // namespace oms::detail

#endif
