// SPDX-License-Identifier: BSL-1.0
#include "auth/credential_book.hpp"

#include "auth/fixed_credentials.hpp"
#include "wire/validate.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <new>
#include <utility>

namespace oms::auth {

namespace {

struct free_md_context {
    void operator()(EVP_MD_CTX* p) const noexcept { EVP_MD_CTX_free(p); }
};
using openssl_md_context = std::unique_ptr<EVP_MD_CTX, free_md_context>;

bool expired(held_credential const& held, wall_time now) {
    return held.value.expires_at && *held.value.expires_at <= now;
}

// Names a proof without holding it.
std::string digest_of(credential const& value) {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    openssl_md_context const context(EVP_MD_CTX_new());
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
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

held_credential::held_credential(credential v) : value(std::move(v)), digest(digest_of(value)) {
    if (value.type == credential::kind::key_pair) {
        signer = std::make_unique<wire::signer>(
            wire::sign_algorithm::sdk_hmac_sha256,
            wire::signing_keys{value.access_key, value.secret_key.reveal(), value.security_token.reveal()});
    }
}

source::source(std::shared_ptr<credentials_provider> p, std::string l) : provider(std::move(p)), label(std::move(l)) {}

error_code check(credential const& value) noexcept {
    bool ok = false;
    switch (value.type) {
        case credential::kind::token:
            ok = wire::valid_token(value.token.reveal());
            break;
        case credential::kind::key_pair:
            ok = wire::valid_token(value.access_key) && !value.secret_key.empty() &&
                 (value.security_token.empty() || wire::valid_header_value(value.security_token.reveal()));
            break;
        case credential::kind::none:
            break;
    }
    return ok ? error_code() : errc::credentials_invalid;
}

source_ptr credential_book::source_of(std::shared_ptr<credentials_provider> const& provider, std::string label) {
    for (auto at = sources_.rbegin(); at != sources_.rend(); ++at) {
        if ((*at)->provider == provider) return *at;
    }
    auto made = std::make_shared<source>(provider, std::move(label));
    if (auto const* known = dynamic_cast<fixed_credentials const*>(provider.get())) {
        made->fixed_bad = check(known->value());
        if (!made->fixed_bad) made->fixed = std::make_shared<held_credential>(known->value());
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

guard_ptr credential_book::guard(held_credential& held, void const* endpoint, steady_time now) {
    void const* const where = held.value.type == credential::kind::token ? endpoint : nullptr;
    for (auto const& [at, known] : held.guards) {
        if (at == where) return known;
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
    return known;
}

found_credential credential_book::find(source& from, std::string const& project_id, wall_time now,
                                       credential_waiter& waiter) {
    if (from.fixed_bad) return {nullptr, from.fixed_bad, false};
    if (from.fixed) {
        std::string const& only = from.fixed->value.project_id;
        if (!only.empty() && only != project_id) return {nullptr, errc::credentials_wrong_project, false};
        return {from.fixed, {}, false};
    }
    auto& slot = from.slots[project_id];
    if (slot.current && !expired(*slot.current, now)) return {slot.current, {}, false};
    slot.current.reset();
    slot.waiting.push_back(waiter);
    return {nullptr, {}, !std::exchange(slot.asking, true)};
}

waiter_list credential_book::arrived(source& from, std::string const& project_id, wall_time now, error_code& code,
                                     credential value) {
    auto& slot = from.slots[project_id];
    slot.asking = false;
    if (!code) code = check(value);
    // One that is over already would be asked for again at once, for ever.
    if (!code && value.expires_at && *value.expires_at <= now) code = errc::credentials_unavailable;
    if (!code && !value.project_id.empty() && value.project_id != project_id) code = errc::credentials_wrong_project;
    waiter_list waiting;
    waiting.swap(slot.waiting);
    if (!code) {
        slot.current = std::make_shared<held_credential>(std::move(value));
    } else {
        from.slots.erase(project_id);
    }
    if (from.slots.size() > max_projects) {
        auto const unused = std::find_if(from.slots.begin(), from.slots.end(), [&](auto const& each) {
            return !each.second.asking && each.first != project_id && each.second.current.use_count() <= 1;
        });
        if (unused != from.slots.end()) from.slots.erase(unused);
    }
    return waiting;
}

void credential_book::invalidate(source& from, std::string const& project_id,
                                 held_credential const& rejected) noexcept {
    auto const found = from.slots.find(project_id);
    if (found != from.slots.end() && found->second.current.get() == &rejected) found->second.current.reset();
}

}  // namespace oms::auth
