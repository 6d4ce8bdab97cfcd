// SPDX-License-Identifier: BSL-1.0
#include "auth/project_tokens.hpp"

#include "auth/temporary_key.hpp"
#include "policy/durations.hpp"
#include "wire/json_string.hpp"
#include "wire/validate.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace oms::auth {

namespace {

constexpr std::size_t at_a_time = 8;
constexpr std::size_t max_remembered = 1024;  // projects

// Where a project is looked for, only its name is known.
std::string key_of(source_request const& job) {
    return job.project_id.empty() ? "/" + job.region : job.project_id;
}

// What IAM gives; else `why` says why it is none.
credential read(fetch_result& got, source_request const& job, std::span<std::string_view const> sent,
                iam_refusal& why) {
    if (got.code || got.status != 201) {
        why = refusal_of(got, sent);
        return {};
    }
    auto const expires = parse_token_expiry(got.body.reveal());
    if (!expires || !wire::valid_token(got.subject_token.reveal())) {
        why = {errc::credentials_unavailable, "IAM's answer holds no token, or no time at which it ends"};
        return {};
    }
    credential value;
    value.type = credential::kind::token;
    value.token = std::move(got.subject_token);
    value.project_id = job.project_id;
    value.expires_at = *expires;
    return value;
}

}  // namespace

void project_tokens::async_get(credential_request request, credential_handler handler) {
    auto const job = source_request::make(std::move(request), std::move(handler),
                                          [self = shared_from_this()](source_request& e) { self->ended(e); });
    if (!job) return;
    try {
        std::lock_guard const lock(mutex_);
        if (known_to_fail(*job, job->asked.steady)) return;
        queue_.push_back(job);
    } catch (std::bad_alloc const&) {
        return job->end(errc::out_of_memory, {}, {});
    }
    go_on();
}

void project_tokens::invalidate(credential const& rejected) noexcept {
    std::lock_guard const lock(mutex_);
    for (auto& [project, r] : remembered_) {
        if (r.value == rejected) r.rejected = true;
    }
}

bool project_tokens::ready(source_request const&) const {
    return true;
}

void project_tokens::append_scope(std::string& body, source_request const& job) {
    // Whoever looks for a project has only its name.
    bool const by_name = job.project_id.empty();
    body += by_name ? R"("scope":{"project":{"name":)" : R"("scope":{"project":{"id":)";
    wire::append_json_string(body, by_name ? job.region : job.project_id);
    body += "}}";
}

// Whether the answer is known without a log-in; then it is on its way.
bool project_tokens::known_to_fail(source_request& job, steady_time now) {
    if (now < closed_.until) {
        job.post_end(closed_.why.code, {}, closed_.why.reason);
        return true;
    }
    if (auto const found = closed_projects_.find(key_of(job)); found != closed_projects_.end()) {
        if (now < found->second.until) {
            job.post_end(found->second.why.code, {}, found->second.why.reason);
            return true;
        }
        closed_projects_.erase(found);
    }
    auto const known = remembered_.find(key_of(job));
    if (known == remembered_.end() || !known->second.rejected || !known->second.is_renewal) return false;
    if (now - known->second.renewed >= durations::renewal_pause) return false;
    job.post_end({}, known->second.value, {});
    return true;
}

void project_tokens::go_on() noexcept {
    source_request_ptr job;
    do {
        try {
            job = next_turn();
            if (job && !job->post([self = shared_from_this(), job] { self->log_in(job); })) ended(*job);
        } catch (std::bad_alloc const&) {
            job->end(errc::out_of_memory, {}, {});
        }
    } while (job);
}

// Null: nobody's.
source_request_ptr project_tokens::next_turn() noexcept {
    for (;;) {
        source_request_ptr job;
        try {
            std::lock_guard const lock(mutex_);
            if (queue_.empty() || trying_ >= at_a_time) return nullptr;
            job = queue_.front().lock();
            if (job && trying_ > 0 && !(accepted_ && ready(*job))) return nullptr;
            queue_.pop_front();
            if (!job || known_to_fail(*job, std::max(job->asked.steady, last_landed_))) continue;
            job->turn = 1;
            ++job->tries;
            ++trying_;
            return job;
        } catch (std::bad_alloc const&) {
            job->end(errc::out_of_memory, {}, {});
        }
    }
}

// Under the lock. False: it has no turn.
bool project_tokens::give_back(source_request& job) noexcept {
    if (std::exchange(job.turn, 0) == 0) return false;
    --trying_;
    return true;
}

// Its turn is over, however it ended: the next take it.
void project_tokens::ended(source_request& job) {
    {
        std::lock_guard const lock(mutex_);
        if (!give_back(job)) return;
    }
    go_on();
}

void project_tokens::again(source_request_ptr const& job, moment at) {
    {
        std::lock_guard const lock(mutex_);
        queue_.push_front(job);
        last_landed_ = at.steady;
        accepted_ = false;
        if (!give_back(*job)) queue_.pop_front();  // it has ended
    }
    go_on();
}

void project_tokens::land(source_request_ptr const& job, fetch_result& got, std::span<std::string_view const> sent) {
    iam_refusal why;
    credential value = read(got, *job, sent, why);
    {
        std::lock_guard const lock(mutex_);
        last_landed_ = got.at.steady;
        if (why.code) {
            close(*job, got, why);
        } else {
            accepted_ = true;
            remember(key_of(*job), value, got.at);
        }
    }
    job->end(why.code, std::move(value), std::move(why.reason));
}

void project_tokens::close(source_request const& job, fetch_result const& got, iam_refusal const& why) {
    if (got.code == errc::out_of_memory) return;  // says nothing of IAM
    steady_time const now = got.at.steady;
    steady_time const soon = now + durations::log_in_pause;
    steady_time const late = now + durations::closed_credential;
    if (got.code || got.status == 429 || got.status == 503) {  // who waits would wait for the same
        if (soon > closed_.until) closed_ = {soon, why};
    } else if (got.status == 401) {
        accepted_ = false;
        closed_ = {late, why};
    } else {
        bool const refused = got.status == 403 || got.status == 404;
        if (closed_projects_.size() >= max_remembered) closed_projects_.clear();
        closed_projects_[key_of(job)] = {refused ? late : soon, why};
    }
}

void project_tokens::fail(source_request_ptr const& job, moment at, iam_refusal why, std::chrono::seconds pause) {
    if (why.code != errc::out_of_memory) {
        std::lock_guard const lock(mutex_);
        last_landed_ = at.steady;
        if (at.steady + pause > closed_.until) closed_ = {at.steady + pause, why};
    }
    job->end(why.code, {}, std::move(why.reason));
}

void project_tokens::remember(std::string const& project, credential const& value, moment now) {
    if (remembered_.size() >= max_remembered && !remembered_.contains(project)) remembered_.clear();
    std::erase_if(remembered_, [&](auto const& each) { return *each.second.value.expires_at <= now.wall; });
    remembered made;  // whole, before it takes the place of another
    made.value = value;
    made.renewed = now.steady;
    auto const known = remembered_.find(project);
    made.is_renewal = known != remembered_.end() && known->second.rejected;
    remembered_.insert_or_assign(project, std::move(made));
}

}  // namespace oms::auth
