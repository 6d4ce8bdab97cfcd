// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_PROJECT_TOKENS_HPP
#define OMS_AUTH_PROJECT_TOKENS_HPP

// Sources that log in at IAM for a token of each project.

#include "auth/iam_refusal.hpp"
#include "auth/source_request.hpp"

#include <oms/credentials.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace oms::auth {

/// Whose turn it is to log in, and what is closed to whom after a log-in that failed.
///
/// Where several clients share it, they may be of several contexts: each
/// log-in is one of the client that asked for it, and waits there for its turn.
class project_tokens : public credentials_provider, public std::enable_shared_from_this<project_tokens> {
public:
    void async_get(credential_request request, credential_handler handler) final;
    void invalidate(credential const& rejected) noexcept final;

protected:
    /// Logs in for the project of `job`, on its strand; ends with one of the three below, unless `job` ends before.
    virtual void log_in(source_request_ptr const& job) = 0;
    /// Whether what a log-in for `job` needs is there, so that it need not be got by one before the others.
    virtual bool ready(source_request const& job) const;

    /// IAM's reply.
    /// @param sent  The secrets of the request.
    void land(source_request_ptr const& job, fetch_result& got, std::span<std::string_view const> sent);
    /// IAM was not asked, for a reason that all would share.
    /// @param pause  How long it holds.
    void fail(source_request_ptr const& job, moment at, iam_refusal why, std::chrono::seconds pause);
    /// It is to be tried once more, by one before the others.
    void again(source_request_ptr const& job, moment at);

    /// As many as may now are sent on their way.
    void go_on() noexcept;

    /// How a project is asked for in a log-in's scope: by its id, or where it is looked for by its name.
    static void append_scope(std::string& body, source_request const& job);

private:
    using steady_time = std::chrono::steady_clock::time_point;

    // The last token of a project, so that one which the service rejects is not renewed over and over.
    struct remembered {
        credential value;
        steady_time renewed{};
        bool rejected = false;
        bool is_renewal = false;
    };
    struct closure {
        steady_time until{};
        iam_refusal why;
    };

    bool known_to_fail(source_request& job, steady_time now);
    source_request_ptr next_turn() noexcept;
    bool give_back(source_request& job) noexcept;
    void ended(source_request& job);
    void close(source_request const& job, fetch_result const& got, iam_refusal const& why);
    void remember(std::string const& project, credential const& value, moment now);

    std::mutex mutex_;
    std::deque<std::weak_ptr<source_request>> queue_;
    std::size_t trying_ = 0;
    bool accepted_ = false;
    steady_time last_landed_{};
    closure closed_;
    std::map<std::string, closure, std::less<>> closed_projects_;
    std::map<std::string, remembered, std::less<>> remembered_;
};

}  // namespace oms::auth

#endif
