// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_METADATA_HPP
#define OMS_TESTING_METADATA_HPP

// Temporary keys for machines: the metadata service of ECS, and pod identity.

#include "testing/authenticator.hpp"
#include "testing/clock.hpp"
#include "testing/reply.hpp"

#include <oms/testing/simulator.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace oms::testing {

class metadata {
public:
    metadata(simulator_options const& options, service_clock const& clock, authenticator& by);

    void answer(received_request const& who, reply& out);

    /// Ends the key that is handed out; the next one is made when somebody asks.
    void end_key();
    /// Ends all tokens of the service.
    void end_tokens();
    /// That is handed out now.
    access_key key();
    metadata_counts counts() const;

    static constexpr std::string_view pod_path = "/pod-identity/credentials";
    static constexpr std::string_view pod_token = "pod-authorization-token-0123456789";

private:
    void give_token(received_request const& who, reply& out);
    void give_key(received_request const& who, reply& out);
    void give_pod_key(received_request const& who, reply& out);
    void renew_key();

    metadata_token_use const mode_;
    std::chrono::seconds const lifetime_;
    service_clock const& clock_;
    authenticator& authenticator_;
    mutable std::mutex mutex_;
    metadata_counts counts_;
    std::set<std::string, std::less<>> tokens_;
    std::uint64_t next_ = 1;
    access_key key_;
    std::chrono::sys_seconds key_end_{};
};

}  // namespace oms::testing

#endif
