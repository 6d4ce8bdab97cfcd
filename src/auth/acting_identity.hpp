// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_ACTING_IDENTITY_HPP
#define OMS_AUTH_ACTING_IDENTITY_HPP

// Who asks IAM for something: the credential of another source, kept while it is good.

#include "auth/credential_book.hpp"
#include "auth/iam_refusal.hpp"
#include "auth/source_request.hpp"

#include <oms/credentials.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace oms::auth {

class acting_identity {
public:
    /// @param who         The source.
    /// @param project_id  That it is asked for; empty: none.
    /// @throws config_error  there is no source
    acting_identity(std::shared_ptr<credentials_provider> who, std::string project_id);

    /// Whether `get` has one without asking.
    bool at_hand(source_request const& job) const;

    /// Why there is none.
    struct failure {
        moment at;
        iam_refusal why;
        std::chrono::seconds pause{};  ///< How long it holds.
    };
    /// A credential, or null and why.
    using handler = std::function<void(credential_ptr, failure)>;
    /// For a request to IAM in the region of `job`: on its strand, at once or later, unless `job` ends before. `done`
    /// keeps this alive.
    void get(source_request_ptr const& job, handler done);

    /// Completes the head of a POST to IAM by what says who asks. The body is there already.
    /// @return  The time that it is signed with.
    std::chrono::sys_seconds prove(fetch_request& r, std::string_view path, std::string_view query,
                                   active_credential const& by, source_request const& job);

    /// IAM answered such a request 401: the next is signed by another time, where that may do, or has another
    /// credential.
    void rejected(credential_ptr const& by, std::chrono::sys_seconds signed_with, fetch_result const& got);

    /// A request is tried so often: as it is, by another time, and by another credential.
    static constexpr unsigned max_tries = 3;

private:
    struct kept {
        credential_ptr value;
        wall_time renew_at = wall_time::max();  // then it is asked for at the next use
        steady_time not_before{};               // but not earlier
    };

    static bool good(kept const& k, moment now) noexcept;
    static bool fresh(kept const& k, moment now) noexcept;
    void got(source_request_ptr const& job, handler const& done, error_code code, credential value, std::string reason);
    bool was_refused(credential const& value, steady_time now) const;

    std::shared_ptr<credentials_provider> const who_;
    std::string const label_;
    std::string const project_id_;
    mutable std::mutex mutex_;
    std::map<std::string, kept, std::less<>> kept_;  // by region
    credential_ptr refused_;
    steady_time refused_until_{};
    std::chrono::seconds ahead_{0};  // IAM's clock, of this machine's
};

}  // namespace oms::auth

#endif
