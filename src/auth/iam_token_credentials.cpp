// SPDX-License-Identifier: BSL-1.0
#include "auth/iam_endpoint.hpp"
#include "auth/source_request.hpp"
#include "auth/temporary_key.hpp"
#include "policy/durations.hpp"
#include "wire/hide.hpp"
#include "wire/json_string.hpp"
#include "wire/validate.hpp"

#include <oms/config.hpp>

#include <deque>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace oms {

namespace {

using auth::fetch_result;
using auth::moment;
using auth::source_request;
using auth::source_request_ptr;
using steady_time = std::chrono::steady_clock::time_point;

constexpr std::size_t at_a_time = 8;
constexpr std::size_t max_remembered = 1024;  // projects
constexpr std::size_t words_shown = 256;

// Where several clients share it, they may be of several contexts: each
// log-in is one of the client that asked for it, and waits there for its turn.
class iam_provider final : public credentials_provider, public std::enable_shared_from_this<iam_provider> {
public:
    explicit iam_provider(iam_options options)
        : options_(std::move(options)),
          iam_("iam_options", options_.endpoint, options_.ca_file, options_.ca_pem, options_.timeout) {
        if (options_.user.empty()) throw config_error("iam_options::user", "is empty");
        if (options_.domain.empty()) throw config_error("iam_options::domain", "is empty");
        if (options_.password.empty()) throw config_error("iam_options::password", "is empty");
    }

    void async_get(credential_request request, credential_handler handler) override {
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

    void invalidate(credential const& rejected) noexcept override {
        std::lock_guard const lock(mutex_);
        for (auto& [project, r] : remembered_) {
            if (r.value == rejected) r.rejected = true;
        }
    }

    std::string label() const override { return "IAM log-in of " + options_.user; }

private:
    // The last token of a project, so that one which the service rejects is not renewed over and over.
    struct remembered {
        credential value;
        steady_time renewed{};
        bool rejected = false;
        bool is_renewal = false;
    };
    struct closure {
        steady_time until{};
        error_code code;
        std::string reason;
    };

    // Where a project is looked for, only its name is known.
    static std::string key_of(source_request const& job) {
        return job.project_id.empty() ? "/" + job.region : job.project_id;
    }

    // Whether the answer is known without a log-in; then it is on its way.
    bool known_to_fail(source_request& job, steady_time now) {
        if (now < closed_.until) {
            job.post_end(closed_.code, {}, closed_.reason);
            return true;
        }
        if (auto const found = closed_projects_.find(key_of(job)); found != closed_projects_.end()) {
            if (now < found->second.until) {
                job.post_end(found->second.code, {}, found->second.reason);
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

    // As many as may now are sent on their way.
    void go_on() noexcept {
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
    source_request_ptr next_turn() noexcept {
        for (;;) {
            source_request_ptr job;
            try {
                std::lock_guard const lock(mutex_);
                if (queue_.empty() || trying_ >= (accepted_ ? at_a_time : 1)) return nullptr;
                job = queue_.front().lock();
                queue_.pop_front();
                if (!job || known_to_fail(*job, std::max(job->asked.steady, last_landed_))) continue;
                job->turn = 1;
                ++trying_;
                return job;
            } catch (std::bad_alloc const&) {
                job->end(errc::out_of_memory, {}, {});
            }
        }
    }

    // Its turn is over, however it ended: the next take it.
    void ended(source_request& job) {
        {
            std::lock_guard const lock(mutex_);
            if (std::exchange(job.turn, 0) == 0) return;
            --trying_;
        }
        go_on();
    }

    void log_in(source_request_ptr const& job) {
        auth::fetch_request r = iam_.request(job->region);
        r.head = "POST /v3/auth/tokens?nocatalog=true HTTP/1.1\r\nUser-Agent: " + job->user_agent() +
                 "\r\nContent-Type: application/json;charset=utf8\r\n";
        // At the greatest that it can become: growing would leave copies of the password behind.
        r.body.reserve(6 * (options_.user.size() + options_.domain.size() + options_.password.reveal().size() +
                            job->project_id.size() + job->region.size()) +
                       256);
        r.body += R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":)";
        wire::append_json_string(r.body, options_.user);
        r.body += R"(,"password":)";
        wire::append_json_string(r.body, options_.password.reveal());
        r.body += R"(,"domain":{"name":)";
        wire::append_json_string(r.body, options_.domain);
        // Whoever looks for a project has only its name.
        bool const by_name = job->project_id.empty();
        r.body += by_name ? R"(}}}},"scope":{"project":{"name":)" : R"(}}}},"scope":{"project":{"id":)";
        wire::append_json_string(r.body, by_name ? job->region : job->project_id);
        r.body += "}}}}";
        job->send(std::move(r), [self = shared_from_this(), job](fetch_result got) { self->land(job, got); });
    }

    void land(source_request_ptr const& job, fetch_result& got) {
        steady_time const now = got.at.steady;
        closure outcome;
        credential value = read(got, *job, outcome);
        {
            std::lock_guard const lock(mutex_);
            last_landed_ = now;
            if (!outcome.code) {
                accepted_ = true;
                remember(key_of(*job), value, got.at);
            } else if (got.code == errc::out_of_memory) {                     // says nothing of IAM
            } else if (got.code || got.status == 429 || got.status == 503) {  // who waits would wait for the same
                outcome.until = now + durations::log_in_pause;
                if (outcome.until > closed_.until) closed_ = outcome;
            } else if (got.status == 401) {
                accepted_ = false;
                outcome.until = now + durations::closed_credential;
                closed_ = outcome;
            } else {
                bool const refused = got.status == 403 || got.status == 404;
                if (closed_projects_.size() >= max_remembered) closed_projects_.clear();
                outcome.until =
                    now + (refused ? steady_time::duration(durations::closed_credential) : durations::log_in_pause);
                closed_projects_[key_of(*job)] = outcome;
            }
        }
        job->end(outcome.code, std::move(value), std::move(outcome.reason));
    }

    credential read(fetch_result& got, source_request const& job, closure& outcome) const {
        if (got.code) {
            outcome.code = got.code;
            outcome.reason = std::move(got.text);
            return {};
        }
        if (got.status != 201) {
            stop_result words;
            error_code const said = parse_error_code(got.status, got.body.reveal(), words);
            hide_password(words.service_message);
            outcome.code = got.status == 401 ? error_code(errc::credentials_rejected) : said;
            if (!outcome.code) outcome.code = errc::credentials_unavailable;
            outcome.reason = "IAM answered " + std::to_string(got.status);
            if (!words.service_message.empty()) outcome.reason += ' ' + words.service_message.substr(0, words_shown);
            return {};
        }
        auto const expires = auth::parse_token_expiry(got.body.reveal());
        if (!expires || !wire::valid_token(got.subject_token.reveal())) {
            outcome.code = errc::credentials_unavailable;
            outcome.reason = "IAM's answer holds no token, or no time at which it ends";
            return {};
        }
        credential value;
        value.type = credential::kind::token;
        value.token = std::move(got.subject_token);
        value.project_id = job.project_id;
        value.expires_at = *expires;
        return value;
    }

    // A short one could not be found without what only looks like it: then IAM's words are not told at all.
    void hide_password(std::string& words) const {
        std::string_view const password = options_.password.reveal();
        password.size() < wire::least_hidden ? words.clear() : wire::hide(words, password);
    }

    void remember(std::string const& project, credential const& value, moment now) {
        if (remembered_.size() >= max_remembered && !remembered_.contains(project)) remembered_.clear();
        std::erase_if(remembered_, [&](auto const& each) { return *each.second.value.expires_at <= now.wall; });
        remembered made;  // whole, before it takes the place of another
        made.value = value;
        made.renewed = now.steady;
        auto const known = remembered_.find(project);
        made.is_renewal = known != remembered_.end() && known->second.rejected;
        remembered_.insert_or_assign(project, std::move(made));
    }

    iam_options const options_;
    auth::iam_endpoint const iam_;
    std::mutex mutex_;
    std::deque<std::weak_ptr<source_request>> queue_;
    std::size_t trying_ = 0;
    bool accepted_ = false;
    steady_time last_landed_{};
    closure closed_;
    std::map<std::string, closure, std::less<>> closed_projects_;
    std::map<std::string, remembered, std::less<>> remembered_;
};

}  // namespace

std::shared_ptr<credentials_provider> iam_token_credentials(iam_options options) {
    return std::make_shared<iam_provider>(std::move(options));
}

}  // namespace oms
