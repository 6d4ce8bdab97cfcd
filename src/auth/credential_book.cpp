// SPDX-License-Identifier: BSL-1.0
#include "auth/credential_book.hpp"

#include "auth/credential_check.hpp"
#include "auth/fixed_credentials.hpp"
#include "policy/durations.hpp"
#include "wire/digest.hpp"

#include <openssl/evp.h>

#include <boost/assert.hpp>

#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <utility>

namespace oms::auth {

namespace {

struct free_md_context {
    void operator()(EVP_MD_CTX* p) const noexcept { EVP_MD_CTX_free(p); }
};
using openssl_md_context = std::unique_ptr<EVP_MD_CTX, free_md_context>;

bool expired(active_credential const& held, wall_time now) {
    return held.value.expires_at && *held.value.expires_at <= now;
}

wire::sign_algorithm algorithm_of(signing s) noexcept {
    switch (s) {
        case signing::v11_hmac_sha256:
            return wire::sign_algorithm::v11_hmac_sha256;
        case signing::hmac_sm3:
            return wire::sign_algorithm::sdk_hmac_sm3;
        case signing::hmac_sha256:
            break;
    }
    return wire::sign_algorithm::sdk_hmac_sha256;
}

// Names a proof without holding it.
std::string digest_of(credential const& value) {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    openssl_md_context const context(EVP_MD_CTX_new());
    if (!context) throw std::bad_alloc();
    wire::require_digest(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
    for (std::string_view part : {std::string_view(value.access_key), value.token.reveal(), value.secret_key.reveal(),
                                  value.security_token.reveal()}) {
        std::uint64_t const size = part.size();  // keeps neighbours apart
        EVP_DigestUpdate(context.get(), &size, sizeof size);
        EVP_DigestUpdate(context.get(), part.data(), part.size());
    }
    unsigned int size = 0;
    EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), &size);
    digest.resize(size);
    return digest;
}

}  // namespace

credential_guard::credential_guard(throttle_options const& throttle)
    : limiter(policy::rate_limiter::no_limit, throttle.adaptive) {}

active_credential::active_credential(credential v) : value(std::move(v)), digest(digest_of(value)) {
    if (value.type == credential::kind::key_pair) {
        signer = std::make_unique<wire::signer>(
            algorithm_of(value.algorithm),
            wire::signing_keys{value.access_key, value.secret_key.reveal(), value.security_token.reveal()},
            wire::signing_scope{value.signing_region, value.signing_service});
    }
}

credential_ptr hold(credential value, error_code& code) {
    try {
        return std::make_shared<active_credential>(std::move(value));
    } catch (std::runtime_error const&) {
        code = errc::credentials_invalid;
    } catch (std::bad_alloc const&) {
        code = errc::out_of_memory;
    }
    return nullptr;
}

source::source(std::shared_ptr<credentials_provider> p, std::string l) : provider(std::move(p)), label(std::move(l)) {
    open.reserve(credential_book::max_open);
}

source_ptr credential_book::source_of(std::shared_ptr<credentials_provider> const& provider, std::string const& label) {
    for (source_ptr const& each : sources_ | std::views::reverse) {
        if (each->provider == provider) return each;
    }
    auto made = std::make_shared<source>(provider, label);
    if (auto const* known = dynamic_cast<fixed_credentials const*>(provider.get())) {
        made->fixed = hold(known->value(), made->fixed_bad);
        if (made->fixed_bad == errc::out_of_memory) throw std::bad_alloc();
    }
    if (sources_.size() >= max_sources) {
        // The first is the client's own; of the others the oldest that nobody uses makes room.
        auto const unused = std::find_if(sources_.begin() + 1, sources_.end(),
                                         [](source_ptr const& each) { return each.use_count() == 1; });
        if (unused != sources_.end()) sources_.erase(unused);
    }
    sources_.push_back(made);
    return made;
}

void question::let_go() noexcept {
    {
        boost::asio::any_io_executor last;
        std::lock_guard const lock(asked.mutex);
        last = std::exchange(asked.executor, {});
    }
    asked.signal.slot().clear();
}

credential_guard& credential_book::guard(active_credential& held, void const* endpoint, steady_time now) {
    void const* const where = held.value.type == credential::kind::token ? endpoint : nullptr;
    for (auto const& [at, known] : held.guards) {
        if (at == where) return *known;
    }
    if (guards_.size() >= sweep_at_) {
        std::erase_if(guards_,
                      [now](auto const& each) { return each.second.use_count() == 1 && each.second->at_rest(now); });
        sweep_at_ = std::max<std::size_t>(64, 2 * guards_.size());
    }
    std::string name = held.digest;
    name.append(reinterpret_cast<char const*>(&where), sizeof where);
    auto& known = guards_[std::move(name)];
    if (!known) known = std::make_shared<credential_guard>(throttle_);
    held.guards.emplace_back(where, known);
    return *known;
}

// The slot of a project, as the last used. A few of the oldest are looked at
// for each new one: what is over goes, and what is too much.
slot& credential_book::slot_of(source& from, std::string const& project_id, wall_time now) {
    auto const [at, made] = from.slots.try_emplace(project_id);
    slot& s = at->second;
    if (!made) {
        from.recent.splice(from.recent.begin(), from.recent, from.recent.iterator_to(s));
        return s;
    }
    s.project_id = &at->first;
    from.recent.push_front(s);
    auto last = from.recent.end();
    for (int looks = 0; looks < 4 && last != from.recent.begin(); ++looks) {
        slot& old = *--last;
        if (&old == &s) break;
        bool const over = !old.current || expired(*old.current, now);
        if (!old.idle() || !(over || from.slots.size() > max_projects)) continue;
        ++last;
        from.slots.erase(from.slots.find(*old.project_id));
    }
    return s;
}

// Whether nobody waits for it.
bool credential_book::spare(source const& from, question const& q) {
    return q.early && from.slots.at(q.project_id).flight.waiting.empty();
}

bool credential_book::make_room(source& from, steady_time now) {
    if (from.open.size() < max_open) return true;
    // One that nobody waits for, and that takes its time, gives way.
    auto const old = std::find_if(from.open.begin(), from.open.end(), [&](question_ptr const& q) {
        return now - q->begun >= durations::early_patience && spare(from, *q);
    });
    if (old == from.open.end()) return false;
    give_up(from, from.slots.find((*old)->project_id)->second);
    return true;
}

void credential_book::ask(source_ptr const& from, slot& s, std::string const& region, steady_time now, bool early) {
    if (early && from->open.size() >= max_open) return;
    if (!make_room(*from, now)) {
        from->queue.push_back(*s.project_id);
        s.region = region;
        s.queued = true;
        any_queued_ = true;
        return;
    }
    auto q = std::make_shared<question>(++questions_, from, *s.project_id, region, now, early);
    from->open.push_back(q);
    s.early_from = now + durations::early_pause;
    s.flight.ask(q->number);
    begun_.push(std::move(q));
}

// The open question of a slot, among those of its source.
std::vector<question_ptr>::iterator credential_book::open_in(source& from, slot const& s) noexcept {
    return std::find_if(from.open.begin(), from.open.end(),
                        [&](question_ptr const& q) { return q->number == s.flight.asked(); });
}

void credential_book::give_up(source& from, slot& s) noexcept {
    s.queued = false;
    auto const q = open_in(from, s);
    if (q == from.open.end()) return;
    s.flight.give_up();
    given_up_.push(std::move(*q));
    from.open.erase(q);
}

found_credential credential_book::fixed(source const& from, std::string const& project_id) noexcept {
    if (from.fixed_bad) return {nullptr, from.fixed_bad};
    std::string const& only = from.fixed->value.project_id;
    if (!only.empty() && only != project_id) return {nullptr, errc::credentials_wrong_project};
    return {from.fixed, {}};
}

found_credential credential_book::find(source_ptr const& from, std::string const& project_id, std::string const& region,
                                       moment now, credential_waiter& waiter) {
    BOOST_ASSERT(!from->is_fixed());
    slot& s = slot_of(*from, project_id, now.wall);
    if (s.current && !expired(*s.current, now.wall)) {
        bool const soon_over = now.wall >= s.renew_at && now.steady >= s.early_from;
        if (soon_over && s.idle()) {
            try {
                ask(from, s, region, now.steady, true);
            } catch (std::bad_alloc const&) {  // the next use asks
            }
        }
        return {s.current, {}};
    }
    s.current.reset();
    // A renewal beyond its deadline will hardly be answered to those who need it now.
    auto const q = open_in(*from, s);
    if (q != from->open.end() && (*q)->early && now.steady - (*q)->begun >= durations::early_patience) {
        give_up(*from, s);
    }
    if (!s.flight.open() && !s.queued) {
        try {
            ask(from, s, region, now.steady, false);
        } catch (...) {
            if (s.flight.waiting.empty()) from->slots.erase(from->slots.find(project_id));
            throw;
        }
    }
    s.flight.waiting.push_back(waiter);
    return {};
}

void credential_book::leave(source& from, std::string const& project_id, credential_waiter& waiter) noexcept {
    waiter.unlink();
    auto const found = from.slots.find(project_id);
    if (found == from.slots.end() || !found->second.flight.waiting.empty() || found->second.current) return;
    give_up(from, found->second);
    from.slots.erase(found);
}

std::optional<waiter_list> credential_book::arrived(question const& q, moment now, std::uint64_t random,
                                                    error_code& code, credential value) {
    auto const from = q.from.lock();
    if (!from) return std::nullopt;
    auto const found = from->slots.find(q.project_id);
    if (found == from->slots.end()) return std::nullopt;
    slot& s = found->second;
    waiter_list waiting;
    if (!s.flight.land(q.number, waiting)) return std::nullopt;
    std::erase_if(from->open, [&](question_ptr const& each) { return each.get() == &q; });
    if (!code && fault_of(value)) code = errc::credentials_invalid;
    // One that is over already would be asked for again at once, for ever.
    if (!code && value.expires_at && *value.expires_at <= now.wall) code = errc::credentials_unavailable;
    if (!code && !value.project_id.empty() && value.project_id != q.project_id) code = errc::credentials_wrong_project;
    // The same as before with the same end: its age, too, is the same.
    bool const known =
        !code && s.current && s.current->value == value && s.current->value.expires_at == value.expires_at;
    auto const expires_at = value.expires_at;
    credential_ptr next;
    if (!code && !known) {
        next = hold(std::move(value), code);
    }
    if (code) {  // what is still valid stays in use
        if (!s.current) from->slots.erase(found);
        return waiting;
    }
    if (known) return waiting;
    s.renew_at = wall_time::max();
    if (expires_at) {
        wall_time::duration const life = *expires_at - now.wall;
        wall_time::duration const margin = std::min<wall_time::duration>(durations::early_margin, life / 4);
        s.renew_at = *expires_at - margin + margin / 4 * static_cast<int>(random % 1024) / 1024;
    }
    s.current = std::move(next);
    return waiting;
}

void credential_book::give_up_all() noexcept {
    for (auto const& from : sources_) {
        for (auto& [project, s] : from->slots)
            give_up(*from, s);
        from->queue.clear();
    }
    any_queued_ = false;
}

waiter_list credential_book::begin_queued(steady_time now) noexcept {
    waiter_list in_vain;
    if (!any_queued_) return in_vain;
    any_queued_ = false;
    for (auto const& from : sources_) {
        while (!from->queue.empty()) {
            auto const found = from->slots.find(from->queue.front());
            bool const wanted = found != from->slots.end() && found->second.queued;
            if (wanted && !make_room(*from, now)) break;
            from->queue.pop_front();
            if (!wanted) continue;
            found->second.queued = false;
            try {
                ask(from, found->second, found->second.region, now, false);
            } catch (std::bad_alloc const&) {
                in_vain.splice(in_vain.end(), found->second.flight.waiting);
                from->slots.erase(found);
            }
        }
        any_queued_ = any_queued_ || !from->queue.empty();
    }
    return in_vain;
}

bool credential_book::serves(source const& from, std::string const& project_id,
                             active_credential const& held) const noexcept {
    auto const found = from.slots.find(project_id);
    return found != from.slots.end() && found->second.current.get() == &held;
}

steady_time credential_book::next_look() const noexcept {
    steady_time first = steady_time::max();
    if (!any_queued_) return first;
    for (auto const& from : sources_) {
        if (from->queue.empty()) continue;
        for (auto const& q : from->open) {
            if (spare(*from, *q)) first = std::min(first, q->begun + durations::early_patience);
        }
    }
    return first;
}

bool credential_book::invalidate(source& from, std::string const& project_id,
                                 active_credential const& rejected) noexcept {
    auto const found = from.slots.find(project_id);
    if (found == from.slots.end() || found->second.current.get() != &rejected) return false;
    found->second.current.reset();
    return true;
}

}  // namespace oms::auth
