// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_CREDENTIAL_SOURCES_HPP
#define OMS_STOP_CREDENTIAL_SOURCES_HPP

#include "accounts.hpp"
#include "options.hpp"

#include <memory>
#include <string>
#include <vector>

namespace oms_stop {

/// Where the credentials of each project come from.
class credential_sources {
public:
    /// Reads the files and the environment that the options name.
    /// @throws usage_error
    explicit credential_sources(options const& o);

    std::shared_ptr<oms::credentials_provider> provider() const;
    std::vector<account> const& accounts() const noexcept { return accounts_; }
    oms::credentials_provider& provider_of(std::size_t account) const { return *providers_[account]; }

    /// The account of a project.
    /// @throws usage_error  where no account covers it.
    std::size_t account_of(std::string const& project) const;
    /// Whether each project of the account has a credential of its own.
    bool has_tokens_by_project(std::size_t account) const { return accounts_[account].source == "token-file"; }
    /// All projects that are named, `[region/]project`.
    std::vector<std::string> projects() const;

private:
    std::vector<account> accounts_;
    std::vector<std::shared_ptr<oms::credentials_provider>> providers_;
    std::shared_ptr<account_index const> index_;
};

}  // namespace oms_stop

#endif
