// SPDX-License-Identifier: BSL-1.0
#include "transport/name_cache.hpp"

#include "policy/durations.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace oms::transport {

// What a resolver is asked. It may keep the question longer than there is
// anybody who wants to know, and answer it twice: only the first answer counts.
struct name_cache::question {
    std::string host;
    time_point asked;
    std::uint64_t number;
};

name_cache::name_cache(boost::asio::any_io_executor const& executor, std::shared_ptr<host_resolver> resolver)
    : custom_(std::move(resolver)) {
    if (!custom_) system_.emplace(executor);
}

// Of a resolver that never answers, those who gave up must not gather here.
void name_cache::entry::wait(waiter w) {
    auto& waiting = flight.waiting;
    if (waiting.size() == waiting.capacity()) {
        std::erase_if(waiting, [](waiter const& each) { return each.who.expired(); });
    }
    waiting.push_back(std::move(w));
}

void name_cache::resolve(std::string const& host, time_point now, std::weak_ptr<void const> who, handler done) {
    // Not every system's tables have it, and no resolver may be asked (RFC 6761, section 6.3).
    std::string_view name = host;
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name == "localhost" || name.ends_with(".localhost")) {
        return done({}, {}, {boost::asio::ip::address_v4::loopback(), boost::asio::ip::address_v6::loopback()});
    }
    address_list known;
    // Made first: a question that is noted and never asked would be the last one of its host.
    auto const made = std::make_shared<question>(question{host, now, 0});
    std::shared_ptr<question const> q;
    {
        std::lock_guard const lock(mutex_);
        entry& e = entries_[host];
        bool const fresh = !e.distrusted && now - e.learnt < durations::addresses_fresh_for;
        // A name server that is away makes the system wait longer than any caller would.
        bool const slow = e.flight.open() && now - e.asked >= durations::look_up_slow_after &&
                          now - e.learnt < durations::addresses_stale_for;
        if (!e.addresses.empty() && (fresh || slow)) {
            known = e.addresses;
        } else {
            e.wait({std::move(who), std::move(done)});
        }
        bool const open = e.flight.open();
        bool const forgotten = open && custom_ && now - e.asked_last >= e.patience;  // the system's always answers
        if (forgotten || (!open && known.empty())) {
            e.flight.ask(made->number = ++questions_);
            e.asked_last = now;
            if (open) {
                e.patience = std::min<std::chrono::steady_clock::duration>(e.patience * 2,
                                                                           durations::look_up_forgotten_after_at_most);
            } else {
                e.asked = now;
            }
            q = made;
        }
    }
    // NOLINTNEXTLINE(bugprone-use-after-move): it is still here where the answer is known
    if (!known.empty()) done({}, {}, known);
    if (q) ask(q);
}

// Where it cannot be asked, the question has its answer, for all that wait.
void name_cache::ask(std::shared_ptr<question const> const& q) {
    if (custom_) {
        // Answers, too, where the resolver throws, or forgets whom it has to tell.
        struct asked {
            std::weak_ptr<name_cache> cache;
            std::shared_ptr<question const> q;

            asked(std::weak_ptr<name_cache> c, std::shared_ptr<question const> of) noexcept
                : cache(std::move(c)), q(std::move(of)) {}
            asked(asked const&) = delete;
            asked& operator=(asked const&) = delete;
            ~asked() { answer(errc::resolve_failed, {}); }

            void answer(error_code ec, address_list addresses) const {
                if (auto const c = cache.lock()) c->answer(*q, ec, std::move(addresses));
            }
        };
        auto const open = std::make_shared<asked>(weak_from_this(), q);
        try {
            custom_->async_resolve(
                q->host, [open](error_code ec, address_list addresses) { open->answer(ec, std::move(addresses)); });
        } catch (...) {  // the question answers itself
        }
        return;
    }
    try {
        std::lock_guard const lock(mutex_);  // the resolver is one object for all threads
        system_->async_resolve(
            q->host, "", boost::asio::ip::tcp::resolver::address_configured,
            [self = shared_from_this(), q](error_code ec, boost::asio::ip::tcp::resolver::results_type const& found) {
                address_list addresses;
                try {
                    for (auto const& each : found)
                        addresses.push_back(each.endpoint().address());
                } catch (std::bad_alloc const&) {
                    ec = errc::out_of_memory;
                }
                self->answer(*q, ec, std::move(addresses));
            });
    } catch (std::bad_alloc const&) {
        answer(*q, errc::out_of_memory, {});
    } catch (boost::system::system_error const& e) {  // no thread for it
        answer(*q, e.code(), {});
    }
}

void name_cache::answer(question const& q, error_code ec, address_list addresses) {
    if (!ec && addresses.empty()) ec = errc::host_not_found;
    std::lock_guard const telling(telling_);
    std::vector<waiter> waiting;  // goes before the lock: until then the context is sure to be there
    if (closed_) return;
    error_code code;
    {
        std::lock_guard const lock(mutex_);
        auto const found = entries_.find(q.host);
        if (found == entries_.end()) return;
        entry& e = found->second;
        if (!(ec ? e.flight.fail(q.number, waiting) : e.flight.land(q.number, waiting))) return;
        e.patience = durations::look_up_forgotten_after;
        bool const unknown = ec == errc::host_not_found || ec == boost::asio::error::host_not_found;
        bool const serves_on =
            ec && !unknown && !e.addresses.empty() && q.asked - e.learnt < durations::addresses_stale_for;
        try {
            if (serves_on) {
                addresses = e.addresses;
            } else if (!ec) {
                e.addresses = addresses;
                e.learnt = q.asked;
                e.distrusted = false;
            }
        } catch (std::bad_alloc const&) {
            ec = errc::out_of_memory;
        }
        if (ec && (!serves_on || ec == errc::out_of_memory)) {
            code = unknown                     ? errc::host_not_found
                   : ec == errc::out_of_memory ? errc::out_of_memory
                                               : errc::resolve_failed;
            entries_.erase(found);
        }
    }
    for (waiter const& each : waiting) {
        if (closed_) return;  // by one of them
        try {
            each.tell(code, ec, addresses);
        } catch (std::bad_alloc const&) {  // its own time limit tells it; the others are told all the same
        }
    }
}

void name_cache::distrust(std::string const& host) noexcept {
    std::lock_guard const lock(mutex_);
    auto const found = entries_.find(host);
    if (found != entries_.end()) found->second.distrusted = true;
}

void name_cache::close() noexcept {
    decltype(entries_) forgotten;
    std::lock_guard const telling(telling_);
    closed_ = true;
    std::lock_guard const lock(mutex_);
    forgotten.swap(entries_);
}

}  // namespace oms::transport
