// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_AUTHENTICATOR_HPP
#define OMS_TESTING_AUTHENTICATOR_HPP

// Who may pass: tokens and signatures, and whether they are for the project
// that a request is about.

#include "testing/clock.hpp"
#include "testing/keys.hpp"
#include "testing/reply.hpp"
#include "testing/request.hpp"
#include "testing/tokens.hpp"

#include <oms/testing/simulator.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms::testing {

// A request and the id of its reply.
struct received_request {
    request_head const& head;
    std::string_view body;
    std::string_view request_id;
};

class authenticator {
public:
    authenticator(simulator_options const& options, service_clock const& clock);

    /// Whether the request may pass; else the reply says why not.
    /// @param project  That it is about.
    bool admit(received_request const& who, std::string_view project, reply& out);

    /// Whose request it is, without a project that it is about.
    /// @param user  Who logged in for the token, or the key's id; empty where nobody did.
    /// @return the projects that may be used, empty for every one; nothing where
    ///         it is nobody's, and the reply says why.
    std::optional<std::vector<std::string>> projects_of(received_request const& who, std::string& user, reply& out);

    token_office& tokens() noexcept { return *tokens_; }
    /// For what outlives the service.
    std::shared_ptr<token_office> const& shared_tokens() const noexcept { return tokens_; }
    key_ring& keys() noexcept { return keys_; }
    mismatch_counts mismatches() const;

private:
    void refuse_token(received_request const& who, token_verdict verdict, reply& out);
    bool admit_signature(received_request const& who, std::string_view project, reply& out);

    service_clock const& clock_;
    std::shared_ptr<token_office> const tokens_;
    key_ring keys_;
    std::atomic<std::size_t> other_token_ = 0, other_header_ = 0, other_key_ = 0;
};

}  // namespace oms::testing

#endif
