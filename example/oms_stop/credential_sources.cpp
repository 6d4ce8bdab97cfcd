// SPDX-License-Identifier: BSL-1.0
#include "credential_sources.hpp"

#include "failure.hpp"
#include "journal.hpp"

#include <cstdlib>
#include <map>
#include <utility>

namespace oms_stop {

namespace {

using provider_ptr = std::shared_ptr<oms::credentials_provider>;

// The tokens of a file, each for its project alone; `projects` may be none: then they become those of the file.
provider_ptr provider_of_tokens(account& a) {
    std::map<std::string, provider_ptr, std::less<>> providers;
    bool const all = a.projects.empty();
    for (auto const& [project, token] : read_token_file(read_text(a.file), a.file)) {
        if (all) a.projects.push_back(project);
        providers.emplace(project, oms::token_credentials(std::string(token.reveal()), project));
    }
    for (std::string const& project : a.projects) {
        if (project == "*" || providers.contains(project)) continue;
        throw usage_error(a.file + " has no token for project " + project);
    }
    return oms::per_project_credentials(std::move(providers));
}

provider_ptr make_provider(account& a) {
    if (a.source == "environment") return oms::environment_credentials();
    if (a.source == "profile") return oms::profile_credentials(a.file);
    if (a.source == "token-file") return provider_of_tokens(a);
    if (a.source != "token") return oms::default_credentials();
    char const* const token = std::getenv(a.variable.c_str());
    if (token == nullptr || *token == '\0') {
        throw usage_error("account \"" + a.name + "\" has no token: " + a.variable + " is not set");
    }
    return oms::token_credentials(token);
}

account for_all(char const* name, char const* source, char const* variable = "") {
    account a;
    a.name = name;
    a.source = source;
    a.variable = variable;
    a.projects.emplace_back("*");
    return a;
}

}  // namespace

credential_sources::credential_sources(options const& o) {
    if (!o.token_file.empty()) {
        account& a = accounts_.emplace_back();
        a.name = "token-file";
        a.source = "token-file";
        a.file = o.token_file;
    }
    if (!o.accounts.empty()) {
        for (account& a : read_accounts(read_text(o.accounts), o.accounts))
            accounts_.push_back(std::move(a));
    }
    if (accounts_.empty()) {
        char const* const token = std::getenv("OMS_TOKEN");
        bool const has_token = token != nullptr && *token != '\0';
        accounts_.push_back(has_token ? for_all("OMS_TOKEN", "token", "OMS_TOKEN") : for_all("default", "default"));
    }
    for (account& a : accounts_)
        providers_.push_back(make_provider(a));
    index_ = std::make_shared<account_index const>(accounts_);
}

provider_ptr credential_sources::provider() const {
    return oms::per_project_credentials([providers = providers_, index = index_](std::string const& project) {
        std::size_t const found = index->find(project);
        return found == account_index::none ? nullptr : providers[found];
    });
}

std::size_t credential_sources::account_of(std::string const& project) const {
    std::size_t const found = index_->find(project);
    if (found == account_index::none) throw usage_error("no account covers project " + project);
    return found;
}

std::vector<std::string> credential_sources::projects() const {
    std::vector<std::string> result;
    for (account const& a : accounts_) {
        for (std::string const& project : a.projects) {
            if (project != "*") result.push_back(project);
        }
    }
    return result;
}

}  // namespace oms_stop
