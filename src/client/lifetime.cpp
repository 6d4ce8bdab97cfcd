// SPDX-License-Identifier: BSL-1.0
// The client's beginning and end, and the time that wakes it.
#include "auth/residence.hpp"
#include "client/answer.hpp"
#include "client/client_core.hpp"
#include "client/context_watch.hpp"
#include "client/locking.hpp"
#include "client/parcel.hpp"
#include "client/project_directory.hpp"
#include "transport/plain_dialer.hpp"
#include "transport/process_socket.hpp"
#include "transport/tcp_dialer.hpp"
#include "transport/tls_context.hpp"
#include "transport/turns.hpp"

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <algorithm>
#include <utility>

namespace oms::detail {

using oms::endpoint::close_reason;

namespace {

// A network that is away for a moment breaks no connection.
constexpr std::chrono::seconds least_unanswered{10};
constexpr std::chrono::milliseconds soon{10};  // what there was no memory for is tried again

struct cancel_wait_op {
    std::weak_ptr<client_core> core;
    std::uint64_t id;

    void operator()(boost::asio::cancellation_type) const {
        if (auto const c = core.lock()) c->cancel_shutdown(id);
    }
};

struct wait_delivery {
    parcel<shutdown_wait> done;

    using handler_type = client_core::shutdown_handler;
    using allocator_type = boost::asio::associated_allocator<handler_type>::type;
    allocator_type get_allocator() const noexcept { return boost::asio::get_associated_allocator(done->handler); }
    using executor_type = boost::asio::any_completion_executor;
    executor_type get_executor() const noexcept { return done->executor; }

    void operator()() {
        auto wait = done.take();
        if (wait->slot.is_connected()) wait->slot.clear();
        auto handler = std::move(wait->handler);
        error_code const code = wait->code;
        wait.reset();
        std::move(handler)(code);
    }
};

// What an operator should know of a configuration that is taken.
void warn_of(settings const& s, observer& o) {
    warning_event e;
    if (s.config.tls.verification_disabled()) {
        e.code = "verification_disabled";
        e.text = "TLS certificates are not verified: whoever can reach the network can read the credentials.";
        o.on_warning(e);
    }
    auto const& skipped = s.config.proxy.skipped_rules;
    if (s.proxy && !skipped.empty()) {
        // How many, not which: a variable may hold anything, a secret too.
        std::string const text = std::to_string(skipped.size()) +
                                 " of the rules of the environment's no_proxy are not understood, and hosts that they "
                                 "mean are reached by the proxy: see client_config::proxy.skipped_rules";
        e.code = "no_proxy_rules_skipped";
        e.text = text;
        o.on_warning(e);
    }
}

}  // namespace

std::shared_ptr<client_core> client_core::make(boost::asio::any_io_executor executor, client_config config) {
    require_locking(executor);
    settings s(std::move(config));
    services with;
    auto tls = std::make_shared<transport::tls_context>(s.config.tls);
    auto const unanswered = std::max<duration>(s.config.timeouts.attempt, least_unanswered);
    with.time = transport::make_system_clock(executor);
    with.dialer =
        std::make_shared<transport::tcp_dialer>(executor, std::move(tls), s.config.resolver, s.proxy, unanswered);
    auth::http_fetcher::ways ways;
    ways.secure = with.dialer;
    ways.secure_by = [executor, resolver = s.config.resolver, proxy = s.proxy, unanswered](auth::tls_ptr const& trust) {
        return std::make_shared<transport::tcp_dialer>(executor, trust, resolver, proxy, unanswered);
    };
    ways.plain = std::make_shared<transport::plain_dialer>(executor, s.config.resolver);
    ways.proxy = s.proxy;
    ways.make_clock = [executor] { return transport::make_system_clock(executor); };
    ways.watcher = s.config.observer;
    with.http = std::make_shared<auth::http_fetcher>(std::move(ways), s.user_agent);
    return make(std::move(executor), std::move(s), std::move(with));
}

std::shared_ptr<client_core> client_core::make(boost::asio::any_io_executor executor, settings s, services with) {
    auto core = std::make_shared<client_core>(std::move(executor), std::move(s), std::move(with));
    transport::process_socket::watch(core->executor());
    auth::prepare_residence(core->executor());  // it goes after the client, which asks nobody any more then
    watch_context(boost::asio::query(core->executor(), boost::asio::execution::context), core->gate(), core);
    if (observer* const o = core->watcher()) warn_of(core->config(), *o);
    return core;
}

client_core::home::home(boost::asio::any_io_executor e, services&& with)
    : executor(std::move(e)),
      default_executor(executor),
      time(std::move(with.time)),
      dialer(std::move(with.dialer)),
      http(std::move(with.http)) {}

client_core::home::~home() {
    time->leave_context();
    http->evict();
}

client_core::client_core(boost::asio::any_io_executor executor, settings s, services with)
    : settings_(std::move(s)),
      time_(with.time),
      home_(keep_home(std::move(executor), std::move(with))),
      context_(&boost::asio::query(home_.executor, boost::asio::execution::context)),
      paced_(settings_.config.throttle.rate < policy::rate_limiter::no_limit ||
             settings_.config.throttle.per_project_rate < policy::rate_limiter::no_limit),
      book_(settings_.config.throttle),
      source_(book_.source_of(settings_.config.credentials, settings_.config.credentials->label())),
      random_(settings_.config.random_seed ? *settings_.config.random_seed : std::random_device()()),
      projects_(std::make_shared<project_directory>()) {
    times_.admit(drain_timer_);
    times_.admit(again_);
    times_.admit(book_timer_);
    counted_.retries.reserve(16);  // more than there are reasons
}

client_core::home& client_core::keep_home(boost::asio::any_io_executor executor, services&& with) const {
    auto made = std::make_unique<home>(std::move(executor), std::move(with));
    home& result = *made;
    gate_->keep(std::move(made));
    return result;
}

// The last to let go may be a thread of anybody's.
client_core::~client_core() {
    if (auto const in = gate_->enter()) gate_->take_back(home_);
}

std::shared_ptr<transport::context_gate> client_core::gate_into(boost::asio::execution_context& context) {
    std::lock_guard const held(abroad_mutex_);
    std::erase_if(abroad_, [](auto const& each) { return each.second->closed(); });
    for (auto const& [known, gate] : abroad_) {
        if (known == &context) return gate;
    }
    auto made = std::make_shared<transport::context_gate>();
    watch_context(context, made, nullptr);
    abroad_.emplace_back(&context, made);
    return made;
}

boost::asio::any_io_executor client_core::lend_strand() const {
    boost::asio::any_completion_executor const own(
        boost::asio::require(transport::turns(executor()), boost::asio::execution::blocking.never));
    auto& context = boost::asio::query(executor(), boost::asio::execution::context);
    return transport::lent_executor(
        std::make_shared<transport::loan>(gate_, context, std::make_unique<transport::loan::deposit>(own)));
}

boost::asio::any_completion_executor client_core::lend(boost::asio::any_completion_executor const& own) const {
    if (is_foreign(own)) return own;
    auto& context = boost::asio::query(executor(), boost::asio::execution::context);
    auto deposit = std::make_unique<transport::loan::deposit>(own);
    return transport::lent_executor(std::make_shared<transport::loan>(gate_, context, std::move(deposit)));
}

void client_core::arm(lock const&) noexcept {
    if (times_.empty()) {
        if (std::exchange(armed_, time_point::max()) != time_point::max()) time_->forget();
    } else if (times_.next() < armed_) {
        armed_ = times_.next();
        try {
            time_->wake_at(armed_, weak_from_this());
        } catch (...) {  // no memory: the next event tries again
            armed_ = time_point::max();
        }
    }
}

// What an executor did not take is sent again, soon.
void client_core::try_again(lock const& held, bool in) noexcept {
    if (!again_.waiting()) times_.set(again_, later(time_->now(), soon));
    kept_alive_ = shared_from_this();
    if (in) arm(held);
}

// The end of whatever happened: completes what only waited for it, and sets the timer.
void client_core::settle(step& s) noexcept {
    if (again_.waiting()) {
        times_.end(again_);
        s.fx.keep(std::move(kept_alive_));
        s.fx.done(std::move(undelivered_));
        s.fx.give_up(std::move(untold_));
        while (auto w = unsaid_.pop())
            s.fx.complete(std::move(w));
    }
    fail_queued(s);
    if (state_ != state::running) finish_shutdown(s);
    if (calls_.size() == free_.size()) {
        s.fx.keep(std::exchange(busy_, {}));  // until what has ended is on its way
        for (auto const& [region, e] : endpoints_)
            times_.end(*e);
    }
    if (!book_.settled()) {
        times_.set(book_timer_, book_.next_look());
        s.fx.ask(book_.take_begun());
        s.fx.give_up(book_.take_given_up());
    }
    arm(s.held());
}

void client_core::fail_queued(step& s) noexcept {
    if (book_.settled()) return;
    auto in_vain = book_.begin_queued(s.now);
    while (!in_vain.empty()) {
        auto& c = static_cast<call&>(in_vain.front());
        in_vain.pop_front();
        c.at = call::place::none;
        no_memory(s, c);
    }
}

void client_core::on_wake() {
    auth::begun_chain no_longer;  // goes without the lock
    effects fx(*this, completion::inside);
    step s(*this, fx);
    if (state_ == state::abandoned) return;
    armed_ = time_point::max();
    bool again = false;
    while (timed* const t = times_.pop(s.now)) {
        switch (t->what) {
            case timed::kind::call:
                expire(s, static_cast<call&>(*t));
                break;
            case timed::kind::connection:
                expire(s, static_cast<pooled&>(*t));
                break;
            case timed::kind::dial:
                expire(s, static_cast<dialing&>(*t));
                break;
            case timed::kind::endpoint:
                pump(s, static_cast<endpoint&>(*t));
                break;
            case timed::kind::project: {
                auto& p = static_cast<project&>(*t);
                p.of.queue.release(p);
                pump(s, p.of);
                break;
            }
            case timed::kind::bulk:
                if (auto bulk = static_cast<bulk_operation&>(*t).self()) {
                    fx.wake(std::move(bulk));
                }
                break;
            case timed::kind::questions:  // what follows begins them
                break;
            case timed::kind::again:
                no_longer.append(std::move(kept_));
                again = true;
                break;
            case timed::kind::drain:
                end_all(s, errc::shut_down);
                break;
        }
    }
    if (again) times_.set(again_, s.now);  // the rest is what every event does
    s.end();
}

void client_core::end_all(step& s, errc why) noexcept {
    using kind = oms::call::event::kind;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
        if (calls_[i]) drive(s, *calls_[i], why == errc::shut_down ? kind::shut_down : kind::cancel);
    }
    if (why != errc::shut_down) return;
    book_.give_up_all();
    for (auto const& [region, e] : endpoints_) {
        while (!e->connections.empty())
            drop(s, e->connections.back(), close_reason::shut_down, {});
        times_.end(*e);
    }
    drop_dials(s);
    times_.end(drain_timer_);
}

// The first one behind it; they are kept in order. To be let go of without the lock.
std::shared_ptr<bulk_operation> client_core::bulk_after(lock const&, std::uint64_t& number) const noexcept {
    for (auto const& each : bulks_) {
        if (each.number <= number) continue;
        number = each.number;
        if (auto bulk = each.bulk.lock()) return bulk;
    }
    return nullptr;
}

// Those that are there now, one by one and with no lock held: a list of them would take memory.
void client_core::stop_bulks(errc why) noexcept {
    std::uint64_t last = 0;
    std::uint64_t until = 0;
    for (;;) {
        std::shared_ptr<bulk_operation> bulk;
        {
            lock const held(mutex_);
            if (state_ == state::abandoned) return;
            if (until == 0) until = next_id_++;
            bulk = bulk_after(held, last);
        }
        if (!bulk || last > until) return;
        bulk->stop(why);
    }
}

void client_core::cancel_all() noexcept {
    stop_bulks(errc::cancelled);  // before their calls end, or they would start others
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    step s(*this, fx);
    end_all(s, errc::cancelled);
    s.end();
}

void client_core::close() noexcept {
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    step s(*this, fx);
    state_ = state::closed;
    end_all(s, errc::shut_down);
    s.unlock();
    stop_bulks(errc::shut_down);
    fx.run();
}

// The context is going: its handlers are destroyed uncalled, and whatever
// belongs to it must go before it. Destructors of handlers run without the lock.
void client_core::abandon() noexcept {
    decltype(calls_) calls;
    decltype(endpoints_) endpoints;
    decltype(dials_) dials;
    decltype(shutdowns_) waits;
    call_chain undelivered;
    auth::given_up_chain untold;
    auth::begun_chain kept;
    std::shared_ptr<client_core> kept_alive;
    std::vector<enlisted> bulks;
    bool client_gone = false;
    {
        lock const held(mutex_);
        client_gone = state_ == state::closed;
        state_ = state::abandoned;
        bulks.swap(bulks_);
        for (auto const& [region, e] : endpoints_) {
            e->connections.for_each([](pooled& p) {
                p.link->record = nullptr;
                p.user = nullptr;
            });
            e->wants_fresh.clear();
            e->no_dial.clear();
        }
        for (auto const& c : calls_) {
            if (!c) continue;
            if (c->at == call::place::turns) c->to->queue.remove(*c->lane, *c);
            if (c->at == call::place::credential || c->at == call::place::gate) {
                static_cast<auth::credential_waiter&>(*c).unlink();
            }
        }
        times_ = {};
        calls.swap(calls_);
        busy_ = {};
        free_.clear();
        endpoints.swap(endpoints_);
        dials.swap(dials_);
        waits.append(std::move(shutdowns_));
        waits.append(std::move(unsaid_));
        undelivered.append(std::move(undelivered_));
        untold.append(std::move(untold_));
        kept.append(std::move(kept_));
        kept_alive = std::move(kept_alive_);
        own_region_ = nullptr;
        waiting_ = 0;
    }
    for (auto const& each : bulks) {
        if (auto const bulk = each.bulk.lock()) bulk->abandon(client_gone);
    }
    // From now on nothing else changes these.
    for (auto const& from : book_.sources()) {
        for (auto const& each : from->open)
            each->let_go();
    }
}

void client_core::shut_down(shutdown_handler handler, shutdown_options const& options) {
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    auto wait = std::make_unique<shutdown_wait>(std::move(handler));
    wait->executor = boost::asio::prefer(detail::executor_of(wait->handler, default_executor()),
                                         boost::asio::execution::outstanding_work.tracked);
    wait->slot = boost::asio::get_associated_cancellation_slot(wait->handler);
    step s(*this, fx);
    wait->id = next_id_++;
    if (wait->slot.is_connected()) wait->slot.emplace<cancel_wait_op>(weak_from_this(), wait->id);
    bool const first = state_ == state::running;
    shutdowns_.push(std::move(wait));
    duration const drain_for = std::max(options.drain_for, duration::zero());
    time_point const until = later(s.now, drain_for);
    if (first) {
        state_ = state::draining;
        finish_unsent_ = options.finish_unsent;
        drain_until_ = until;
    } else {
        finish_unsent_ = finish_unsent_ && options.finish_unsent;
        drain_until_ = std::min(drain_until_, until);
    }
    for (std::size_t i = 0; i < calls_.size(); ++i) {
        if (!calls_[i] || calls_[i]->connection != nullptr) continue;
        if (finish_unsent_ && !calls_[i]->any_sent()) continue;
        drive(s, *calls_[i], oms::call::event::kind::shut_down);
    }
    for (auto const& [region, e] : endpoints_) {
        e->connections.for_each_free([&](pooled& p) { drop(s, p, close_reason::shut_down, {}); });
    }
    if (drain_until_ <= s.now || calls_.size() == free_.size()) {
        end_all(s, errc::shut_down);
    } else {
        times_.set(drain_timer_, drain_until_);
    }
    s.unlock();
    if (first) stop_bulks(errc::shut_down);
    fx.run();
}

void client_core::cancel_shutdown(std::uint64_t id) {
    auto const in = enter();
    if (!in) return;
    std::unique_ptr<shutdown_wait> found;
    {
        lock const held(mutex_);
        policy::chain<&shutdown_wait::next> others;
        while (auto w = shutdowns_.pop()) {
            if (w->id == id) {
                found = std::move(w);
            } else {
                others.push(std::move(w));
            }
        }
        shutdowns_.append(std::move(others));
    }
    if (!found) return;
    found->code = errc::cancelled;
    deliver(std::move(found));
}

void client_core::deliver(std::unique_ptr<shutdown_wait> w) noexcept {
    parcel<shutdown_wait>::try_send(w, [&](parcel<shutdown_wait> p) {
        auto const to = p->executor;
        send(to, wait_delivery{std::move(p)});
    });
    if (!w) return;
    auto const in = enter();
    lock const held(mutex_);
    if (state_ == state::abandoned) return;
    unsaid_.push(std::move(w));
    try_again(held, static_cast<bool>(in));
}

void client_core::tell_later(auth::question_ptr q) noexcept {
    {
        auto const in = enter();
        lock const held(mutex_);
        if (state_ != state::abandoned) {
            untold_.push(std::move(q));
            return try_again(held, static_cast<bool>(in));
        }
    }
    q->let_go();
}

void client_core::keep_a_while(auth::question_ptr q) noexcept {
    auto const in = enter();
    lock const held(mutex_);
    if (state_ == state::abandoned) return;
    kept_.push(std::move(q));
    try_again(held, static_cast<bool>(in));
}

// Completes the shutdowns that wait, once nothing is left.
void client_core::finish_shutdown(step& s) noexcept {
    if (calls_.size() != free_.size()) return;
    book_.give_up_all();
    for (auto const& [region, e] : endpoints_) {
        while (!e->connections.empty())
            drop(s, e->connections.back(), close_reason::shut_down, {});
    }
    drop_dials(s);
    times_.end(drain_timer_);
    while (auto w = shutdowns_.pop())
        s.fx.complete(std::move(w));
}

void client_core::enlist(std::shared_ptr<bulk_operation> const& bulk) {
    lock const held(mutex_);
    if (state_ == state::abandoned) return;
    std::erase_if(bulks_, [](auto const& each) { return each.bulk.expired(); });
    times_.reserve();
    bulks_.push_back({next_id_++, bulk});
    times_.admit(*bulk);
}

void client_core::leave(bulk_operation& bulk) noexcept {
    lock const held(mutex_);
    if (state_ != state::abandoned) times_.remove(bulk);
}

void client_core::tell_time(bulk_operation& bulk) noexcept {
    {
        lock const held(mutex_);
        bulk.told_soon = false;
    }
    bulk.on_time();
}

void client_core::wake_bulk(bulk_operation& bulk, time_point when) noexcept {
    auto const in = enter();
    lock const held(mutex_);
    if (state_ == state::abandoned || bulk.at == timed::nowhere) return;
    times_.set(bulk, when);
    if (in) arm(held);
}

void client_core::wake_bulk_soon(bulk_operation& bulk) noexcept {
    auto const in = enter();
    lock const held(mutex_);
    if (state_ == state::abandoned || bulk.at == timed::nowhere) return;
    times_.set(bulk, later(time_->now(), soon));
    if (in) arm(held);
}

bool client_core::accepts() const noexcept {
    lock const held(mutex_);
    return state_ == state::running;
}

}  // namespace oms::detail
