// SPDX-License-Identifier: BSL-1.0
#include "auth/shared_key.hpp"

#include "policy/durations.hpp"

#include <new>

namespace oms::auth {

void shared_key_source::async_get(credential_request request, credential_handler handler) {
    if (std::string reason = lacks(); !reason.empty()) {
        return handler.fail(errc::credentials_unavailable, std::move(reason));
    }
    auto const job = source_request::make(std::move(request), std::move(handler),
                                          [self = shared_from_this()](source_request& e) { self->ended(e); });
    if (!job) return;
    try {
        ask(job);
    } catch (std::bad_alloc const&) {
        job->end(errc::out_of_memory, {}, {});
    }
}

void shared_key_source::ask(source_request_ptr const& job) {
    std::unique_lock lock(mutex_);
    moment const now = job->asked;
    bool const again = rejected_ && now.steady - renewed_ >= durations::shared_key_kept;
    bool const recent = now.steady < fetched_ + durations::shared_key_kept;
    if (recent && !again && valid(now.wall)) {
        credential const known = kept_;
        lock.unlock();
        return job->post_end({}, known, {});
    }
    if (now.steady < failed_until_) {
        auto const [code, reason] = failure_;
        lock.unlock();
        return job->post_end(code, {}, reason);
    }
    if (again) renewed_ = now.steady;
    flight_.waiting.push_back(job);
    if (flight_.open()) return;
    flight_.ask(job->turn = ++turns_);
    lock.unlock();
    if (!lead(job)) ended(*job);
}

bool shared_key_source::valid(wall_time now) const {
    return kept_.expires_at && now < *kept_.expires_at;
}

void shared_key_source::invalidate(credential const& rejected) noexcept {
    std::lock_guard const lock(mutex_);
    if (kept_ == rejected) rejected_ = true;
}

// False: it has ended in the meantime.
bool shared_key_source::lead(source_request_ptr const& job) {
    return job->post([self = shared_from_this(), job] { self->fetch(job); });
}

// Where one that leads ends without an answer for all, the next does.
void shared_key_source::ended(source_request& job) {
    source_request_ptr next = take_over(job);
    while (next) {
        try {
            if (lead(next)) return;
        } catch (std::bad_alloc const&) {
            return next->end(errc::out_of_memory, {}, {});  // and the one behind it leads
        }
        next = take_over(*next);
    }
}

source_request_ptr shared_key_source::take_over(source_request& from) {
    std::lock_guard const lock(mutex_);
    if (!flight_.open() || flight_.asked() != from.turn) return nullptr;
    auto& waiting = flight_.waiting;
    while (!waiting.empty()) {
        auto next = waiting.front().lock();
        if (next && next.get() != &from) {
            flight_.ask(next->turn = ++turns_);
            return next;
        }
        waiting.erase(waiting.begin());
    }
    flight_.give_up();
    return nullptr;
}

// The answer is for all that wait.
void shared_key_source::land(source_request_ptr const& leader, moment at, error_code code, credential value,
                             std::string reason, std::chrono::seconds pause) {
    std::vector<std::weak_ptr<source_request>> all;
    {
        std::lock_guard const lock(mutex_);
        if (code && !rejected_ && valid(at.wall)) {  // it serves on, and is asked for again a little later
            fetched_ = at.steady - durations::shared_key_kept + durations::shared_key_failed;
            value = kept_;
            code = {};
        } else if (code == errc::out_of_memory) {  // says nothing of who was asked
        } else if (code) {
            failed_until_ = at.steady + pause;
            failure_ = {code, reason};
        } else {
            credential whole = value;  // before it takes the place of another: half of each would be a wrong key
            if (!(kept_ == value)) rejected_ = false;
            kept_ = std::move(whole);
            fetched_ = at.steady;
        }
        flight_.land(leader->turn, all);
    }
    for (auto const& each : all) {
        auto const job = each.lock();
        if (!job || job == leader) continue;
        try {
            job->post_end(code, value, reason);
        } catch (std::bad_alloc const&) {  // the others have theirs all the same
            job->end(errc::out_of_memory, {}, {});
        }
    }
    leader->end(code, std::move(value), std::move(reason));
}

}  // namespace oms::auth
