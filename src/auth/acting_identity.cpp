// SPDX-License-Identifier: BSL-1.0
#include "auth/acting_identity.hpp"

#include "auth/credential_check.hpp"
#include "policy/clock_skew.hpp"
#include "policy/durations.hpp"
#include "wire/http_date.hpp"
#include "wire/request.hpp"

#include <oms/config.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace oms::auth {

namespace {

constexpr std::size_t max_regions = 64;

std::shared_ptr<credentials_provider> needed(std::shared_ptr<credentials_provider> who) {
    if (!who) throw config_error("acting", "there is none: give a source of the account that may act for the other");
    return who;
}

}  // namespace

acting_identity::acting_identity(std::shared_ptr<credentials_provider> who, std::string project_id)
    : who_(needed(std::move(who))), label_(who_->label()), project_id_(std::move(project_id)) {}

bool acting_identity::good(kept const& k, moment now) noexcept {
    auto const& end = k.value->value.expires_at;
    return !end || now.wall < *end;
}

bool acting_identity::fresh(kept const& k, moment now) noexcept {
    return good(k, now) && (now.wall < k.renew_at || now.steady < k.not_before);
}

bool acting_identity::at_hand(source_request const& job) const {
    auto const now = job.now();
    std::lock_guard const lock(mutex_);
    auto const found = kept_.find(job.region);
    return now && found != kept_.end() && fresh(found->second, *now);
}

void acting_identity::get(source_request_ptr const& job, handler done) {
    auto const now = job->now();
    if (!now) return job->end(errc::cancelled, {}, {});
    credential_ptr known;
    {
        std::lock_guard const lock(mutex_);
        auto const found = kept_.find(job->region);
        if (found != kept_.end() && fresh(found->second, *now)) known = found->second.value;
    }
    if (known) return done(std::move(known), {});
    job->ask(*who_, project_id_,
             [this, job, done = std::move(done)](error_code code, credential value, std::string reason) {
                 got(job, done, code, std::move(value), std::move(reason));
             });
}

void acting_identity::got(source_request_ptr const& job, handler const& done, error_code code, credential value,
                          std::string reason) {
    auto const now = job->now();
    if (!now) return job->end(errc::cancelled, {}, {});
    failure no{*now, {code, std::move(reason)}, durations::log_in_pause};
    credential_ptr given;
    auto const fault = code ? std::nullopt : fault_of(value);
    auto const end = value.expires_at;
    if (fault) {
        no.why = {errc::credentials_invalid, std::string(fault->part) + ' ' + fault->reason()};
    } else if (!code && end && *end <= now->wall) {
        no.why = {errc::credentials_unavailable, "it has expired"};
    } else if (!code && was_refused(value, now->steady)) {
        no.why = {errc::credentials_rejected, "it gives again what IAM rejected"};
        no.pause = durations::closed_credential;
    } else if (!code) {
        given = hold(std::move(value), no.why.code);
    }
    {
        std::lock_guard const lock(mutex_);
        if (given) {
            kept next{given, wall_time::max(), {}};
            if (end)
                next.renew_at = *end - std::min<wall_time::duration>(durations::early_margin, (*end - now->wall) / 4);
            if (kept_.size() >= max_regions) kept_.clear();
            kept_.insert_or_assign(job->region, std::move(next));
        } else if (auto const old = kept_.find(job->region); old != kept_.end() && good(old->second, *now)) {
            old->second.not_before = now->steady + durations::early_pause;  // it serves on
            given = old->second.value;
        }
    }
    if (given) return done(std::move(given), {});
    if (no.why.reason.empty()) no.why.reason = no.why.code.message();
    no.why.reason = "acting as " + label_ + ": " + no.why.reason;
    done(nullptr, std::move(no));
}

bool acting_identity::was_refused(credential const& value, steady_time now) const {
    std::lock_guard const lock(mutex_);
    return refused_ && now < refused_until_ && refused_->value == value;
}

std::chrono::sys_seconds acting_identity::prove(fetch_request& r, std::string_view path, std::string_view query,
                                                active_credential const& by, source_request const& job) {
    std::string_view const token = by.value.token.reveal();
    // At the greatest that it can become: growing would leave copies behind.
    r.head.reserve(r.head.size() + token.size() + (by.signer ? by.signer->headers_size() : 0) + 64);
    if (!by.signer) {
        wire::append_header(r.head, "X-Auth-Token", token);
        return {};
    }
    std::lock_guard const lock(mutex_);  // the signer is for one at a time
    auto const now = job.now().value_or(job.asked);
    auto const time = std::chrono::floor<std::chrono::seconds>(now.wall) + ahead_;
    by.signer->append_headers(r.head, {"POST", path, query, r.to.host_header, {}, r.body}, time);
    return time;
}

void acting_identity::rejected(credential_ptr const& by, std::chrono::sys_seconds signed_with,
                               fetch_result const& got) {
    auto const local = std::chrono::floor<std::chrono::seconds>(got.at.wall);
    auto const theirs = by->signer ? wire::parse_http_date(got.date, got.at.wall) : std::nullopt;
    {
        std::lock_guard const lock(mutex_);
        if (theirs) {
            auto const verdict = policy::judge_clock(local, signed_with, *theirs);
            if (verdict.finding == policy::clock_finding::mended) {
                ahead_ = verdict.ahead;
                return;
            }
        }
        std::erase_if(kept_, [&](auto const& each) { return each.second.value->value == by->value; });
        refused_ = by;
        refused_until_ = got.at.steady + durations::closed_credential;
    }
    who_->invalidate(by->value);
}

}  // namespace oms::auth
