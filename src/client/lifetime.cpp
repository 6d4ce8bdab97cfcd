// SPDX-License-Identifier: BSL-1.0
// The client's beginning, and what it keeps and lends of its context.
#include "auth/context_object.hpp"
#include "client/client_core.hpp"
#include "client/context_watch.hpp"
#include "client/locking.hpp"
#include "client/project_directory.hpp"
#include "policy/durations.hpp"
#include "transport/background.hpp"
#include "transport/plain_dialer.hpp"
#include "transport/process_socket.hpp"
#include "transport/strand.hpp"
#include "transport/surroundings.hpp"
#include "transport/tcp_dialer.hpp"
#include "transport/tls_reloader.hpp"

#include <boost/asio/execution/context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace oms::detail {

namespace {

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

transport::tls_source source_of(auth::tls_ptr const& trust, std::shared_ptr<transport::background> const& reads) {
    return [trust, reads] { return trust->current(std::chrono::steady_clock::now(), reads); };
}

// By the same roots as endpoints; but who the client is, and which keys those have, is not the proxy's concern.
tls_options roots_of(tls_options const& own) {
    tls_options roots;
    roots.ca_file = own.ca_file;
    roots.ca_pem = own.ca_pem;
    roots.system_roots = own.system_roots;
    roots.trust_intermediates = own.trust_intermediates;
    if (own.verification_disabled()) roots.dangerously_disable_verification();
    roots.resume_sessions = false;
    return roots;
}

std::shared_ptr<transport::proxy_route const> trusted(settings const& s,
                                                      std::shared_ptr<transport::background> const& reads) {
    if (!s.proxy || s.proxy->proxy.speaks != wire::proxy_url::protocol::https) return s.proxy;
    auto made = std::make_shared<transport::proxy_route>(*s.proxy);
    made->tls = source_of(std::make_shared<transport::tls_reloader>(roots_of(s.config.tls)), reads);
    return made;
}

// To the network, in real time.
auth::http_fetcher::ways ways_from(boost::asio::any_io_executor const& executor, settings const& s,
                                   auth::tls_ptr const& tls) {
    transport::socket_rules const rules{std::max<duration>(s.config.timeouts.attempt, durations::least_unanswered),
                                        s.from};
    auto const reads = transport::make_background(executor, s.config.observer);
    auto const secure_by = [executor, resolver = s.config.resolver, proxy = trusted(s, reads), rules,
                            reads](auth::tls_ptr const& trust) {
        return std::make_shared<transport::tcp_dialer>(executor, source_of(trust, reads), resolver, proxy, rules);
    };
    auth::http_fetcher::ways ways;
    ways.secure = secure_by(tls);
    ways.secure_by = secure_by;
    ways.plain = std::make_shared<transport::plain_dialer>(executor, s.config.resolver);
    ways.make_clock = [executor] { return transport::make_system_clock(executor); };
    return ways;
}

// Into what the context's owner has put in the place of both.
auth::http_fetcher::ways ways_in(std::shared_ptr<transport::surroundings> const& by) {
    auth::http_fetcher::ways ways;
    ways.secure = by->make_dialer(true);
    ways.secure_by = [by](auth::tls_ptr const&) { return by->make_dialer(true); };
    ways.plain = by->make_dialer(false);
    ways.make_clock = [by] { return by->make_clock(); };
    return ways;
}

}  // namespace

std::shared_ptr<client_core> client_core::make(boost::asio::any_io_executor executor, client_config config) {
    require_locking(executor);
    settings s(std::move(config));
    auto tls = std::make_shared<transport::tls_reloader>(s.config.tls);
    auto const other = transport::surroundings_of(executor);
    auth::http_fetcher::ways ways = other ? ways_in(other) : ways_from(executor, s, tls);
    services with;
    with.time = ways.make_clock();
    with.dialer = ways.secure;
    ways.proxy = s.proxy;
    ways.watcher = s.config.observer;
    with.http = std::make_shared<auth::http_fetcher>(std::move(ways), s.user_agent);
    return make(std::move(executor), std::move(s), std::move(with));
}

std::shared_ptr<client_core> client_core::make(boost::asio::any_io_executor executor, settings s, services with) {
    auto core = std::make_shared<client_core>(std::move(executor), std::move(s), std::move(with));
    transport::process_socket::watch(core->executor());
    auth::prepare_context_objects(core->executor());  // it goes after the client, which asks nobody any more then
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
    http->leave_context();
}

client_core::client_core(boost::asio::any_io_executor executor, settings s, services with)
    : settings_(std::move(s)),
      time_(with.time),
      home_(keep_home(std::move(executor), std::move(with))),
      context_(&boost::asio::query(home_.executor, boost::asio::execution::context)),
      engine_(*this, settings_, *time_),
      projects_(std::make_shared<project_directory>()) {}

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
        boost::asio::require(transport::strand(executor()), boost::asio::execution::blocking.never));
    auto& context = boost::asio::query(executor(), boost::asio::execution::context);
    return transport::lent_executor(
        std::make_shared<transport::loan>(gate_, context, std::make_unique<transport::loan::deposit>(own)));
}

boost::asio::any_io_executor client_core::lend(boost::asio::any_completion_executor const& own) const {
    if (is_foreign(own)) return *own.target<transport::lent_executor>();
    auto& context = boost::asio::query(executor(), boost::asio::execution::context);
    auto deposit = std::make_unique<transport::loan::deposit>(own);
    return transport::lent_executor(std::make_shared<transport::loan>(gate_, context, std::move(deposit)));
}

}  // namespace oms::detail
