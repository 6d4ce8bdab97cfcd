// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_CREDENTIAL_SCRIPT_HPP
#define OMS_TEST_IO_CREDENTIAL_SCRIPT_HPP

// A provider that does what a test tells it, and remembers what it was asked.

#include "io/harness/world.hpp"

#include <oms/credentials.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace oms::scripted {

class scripted_provider final : public credentials_provider {
public:
    using duration = virtual_time::duration;

    explicit scripted_provider(world& w) noexcept : w_(w) {}

    void async_get(credential_request request, credential_handler handler) override;
    void invalidate(credential const& rejected) noexcept override { invalidated.emplace_back(rejected.token.reveal()); }
    std::string label() const override { return "script"; }

    duration takes = std::chrono::milliseconds(100);  ///< Until the answer comes.
    duration lasts = std::chrono::hours(24);          ///< What it gives, from the answer on.
    bool answers = true;                              ///< Else it waits until it is cancelled.
    error_code fails;                                 ///< With which it answers.
    /// In place of `token-<number>`.
    std::function<credential(std::size_t number, std::string const& project_id)> gives;

    std::vector<std::string> asked;  ///< Projects, in order.
    std::size_t open = 0;
    std::size_t most_open = 0;
    std::size_t cancelled = 0;
    std::vector<std::string> invalidated;

private:
    world& w_;
};

/// Gives the world's client such a provider.
std::shared_ptr<scripted_provider> script_credentials(world& w);

/// The tokens of all requests that reached the service, in order.
std::vector<std::string> tokens_sent(world const& w);

}  // namespace oms::scripted

#endif
