// SPDX-License-Identifier: BSL-1.0
#include "testing/keys.hpp"

#include "testing/names.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <utility>

namespace oms::testing {

namespace {

constexpr std::chrono::minutes date_window(15);

std::string_view find_header(std::span<header_view const> headers, std::string_view name) noexcept {
    auto const found =
        std::ranges::find_if(headers, [&](header_view const& each) { return boost::beast::iequals(each.name, name); });
    return found == headers.end() ? std::string_view() : found->value;
}

}  // namespace

access_key temporary_key(std::uint64_t number) {
    access_key key("HST" + hex_id(number).substr(0, 17), "hstSk" + hex_id(~number));
    key.security_token = "hstToken.";
    for (std::uint64_t i = 0; i < 16; ++i) {
        append_hex_id(~(number * 1000 + i), key.security_token);
    }
    return key;
}

key_ring::key_ring(std::size_t bad_to_lock, std::chrono::nanoseconds lock_for, service_clock const& clock)
    : bad_to_lock_(bad_to_lock), lock_for_(lock_for), clock_(clock) {}

key_ring::record& key_ring::record_of(std::string_view id) {
    std::lock_guard const lock(mutex_);
    auto found = records_.find(id);
    if (found == records_.end()) found = records_.try_emplace(std::string(id)).first;
    return found->second;
}

void key_ring::add(access_key key, std::chrono::sys_seconds end) {
    auto& to = record_of(key.id);
    auto made = std::make_shared<access_key const>(std::move(key));
    std::lock_guard const lock(to.mutex);
    to.key = std::move(made);
    to.end = end;
    to.bad_in_row = 0;
    to.locked_until = {};
}

void key_ring::remove(std::string_view id) {
    auto& from = record_of(id);
    std::lock_guard const lock(from.mutex);
    from.key = nullptr;
}

std::optional<access_key> key_ring::find(std::string_view id) const {
    std::lock_guard const lock(mutex_);
    auto const found = records_.find(id);
    if (found == records_.end()) return std::nullopt;
    std::lock_guard const inner(found->second.mutex);
    return found->second.key ? std::optional(*found->second.key) : std::nullopt;
}

key_verdict key_ring::check(signed_request const& request, std::string_view project, std::chrono::sys_seconds now) {
    auto const claim = parse_claim(find_header(request.headers, "Authorization"));
    if (!claim) return key_verdict::malformed;
    auto& of = record_of(claim->access_key);
    std::shared_ptr<access_key const> key;
    {
        std::lock_guard const lock(of.mutex);
        ++of.counts.requests;
        if (!of.key || now >= of.end) return key_verdict::unknown;
        if (clock_.steady() < of.locked_until) {
            ++of.counts.while_locked;
            return key_verdict::locked;
        }
        key = of.key;
    }
    auto const verdict = judge(*key, *claim, request, project, now);
    count(of, verdict);
    return verdict;
}

key_verdict key_ring::judge(access_key const& key, signature_claim const& claim, signed_request const& request,
                            std::string_view project, std::chrono::sys_seconds now) const {
    if (find_header(request.headers, "X-Security-Token") != key.security_token) return key_verdict::unknown;
    auto const date = parse_sdk_date(find_header(request.headers, "X-Sdk-Date"));
    if (!date || now - *date > date_window || *date - now > date_window) return key_verdict::out_of_time;
    if (!is_signed_with(key.secret, claim, request)) return key_verdict::wrong_signature;
    bool const allowed =
        project.empty() || key.projects.empty() || std::ranges::find(key.projects, project) != key.projects.end();
    return allowed ? key_verdict::good : key_verdict::other_project;
}

void key_ring::count(record& of, key_verdict verdict) {
    std::lock_guard const lock(of.mutex);
    switch (verdict) {
        case key_verdict::good:
            ++of.counts.accepted;
            of.bad_in_row = 0;
            break;
        case key_verdict::out_of_time:
            ++of.counts.out_of_time;
            break;
        case key_verdict::other_project:
            ++of.counts.other_project;
            of.bad_in_row = 0;
            break;
        case key_verdict::wrong_signature:
            ++of.counts.bad_signatures;
            if (++of.bad_in_row < bad_to_lock_) break;
            of.bad_in_row = 0;
            ++of.counts.locks;
            of.locked_until = clock_.steady() + lock_for_;
            break;
        case key_verdict::malformed:
        case key_verdict::unknown:
        case key_verdict::locked:
            break;
    }
}

key_counts key_ring::counts(std::string_view id) const {
    std::lock_guard const lock(mutex_);
    auto const found = records_.find(id);
    if (found == records_.end()) return {};
    std::lock_guard const inner(found->second.mutex);
    return found->second.counts;
}

std::size_t key_ring::bad_signatures() const {
    std::lock_guard const lock(mutex_);
    std::size_t sum = 0;
    for (auto const& [id, each] : records_) {
        std::lock_guard const inner(each.mutex);
        sum += each.counts.bad_signatures;
    }
    return sum;
}

}  // namespace oms::testing
