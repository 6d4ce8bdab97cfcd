// SPDX-License-Identifier: BSL-1.0
#include "credential_sources.hpp"

#include "failure.hpp"
#include "text_source.hpp"

#include <oms/config.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
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
        if (project == "*" || providers.contains(bare_project(project))) continue;
        throw usage_error(a.file + " has no token for project " + std::string(bare_project(project)));
    }
    return oms::per_project_credentials(std::move(providers));
}

std::string variable_of(account const& a, char const* what) {
    char const* const value = std::getenv(a.variable.c_str());
    if (value == nullptr || *value == '\0') {
        throw usage_error("account \"" + a.name + "\" has no " + what + ": " + a.variable + " is not set");
    }
    return value;
}

// The first line of a file that holds a password.
oms::secret password_of_file(account const& a) {
    oms::secret const text(read_text(a.file));
    std::string_view const line = text.reveal().substr(0, text.reveal().find_first_of("\r\n"));
    if (line.empty())
        throw usage_error("account \"" + a.name + "\" has no password: the first line of " + a.file + " is empty");
    return oms::secret(std::string(line));
}

provider_ptr provider_of_log_in(account const& a) {
    oms::iam_options log_in;
    log_in.endpoint = a.endpoint;
    log_in.domain = a.domain;
    log_in.user = a.user;
    log_in.password = a.file.empty() ? oms::secret(variable_of(a, "password")) : password_of_file(a);
    return oms::iam_token_credentials(std::move(log_in));
}

provider_ptr provider_of_machine(account const& a) {
    oms::metadata_options machine;
    if (!a.endpoint.empty()) machine.endpoint = a.endpoint;
    return oms::metadata_credentials(std::move(machine));
}

// For which project an account that acts for another is asked: by its own, or where it names none by the region.
std::string acting_project_of(account const& acting) {
    auto const named = std::ranges::find_if(acting.projects, [](std::string const& p) { return p != "*"; });
    return named == acting.projects.end() ? std::string() : std::string(bare_project(*named));
}

provider_ptr provider_of_agency(account const& a, account const& acting, provider_ptr by) {
    oms::agency_options of;
    of.agency = a.agency;
    of.domain_name = a.domain;
    of.acting_project = acting_project_of(acting);
    of.endpoint = a.endpoint;
    return a.source == "agency" ? oms::agency_key_credentials(std::move(of), std::move(by))
                                : oms::agency_token_credentials(std::move(of), std::move(by));
}

provider_ptr choose_provider(account& a) {
    if (a.source == "environment") return oms::environment_credentials();
    if (a.source == "profile") return oms::profile_credentials(a.file);
    if (a.source == "iam") return provider_of_log_in(a);
    if (a.source == "idp") return oms::idp_credentials();
    if (a.source == "metadata") return provider_of_machine(a);
    if (a.source == "pod") return oms::pod_identity_credentials();
    if (a.source == "token") return oms::token_credentials(variable_of(a, "token"));
    if (a.source == "token-file") return provider_of_tokens(a);
    return oms::default_credentials();
}

// What is wrong is told with the account's name.
template <class Make>
provider_ptr named(account const& a, Make make) {
    try {
        return make();
    } catch (oms::config_error const& e) {
        throw usage_error("account \"" + a.name + "\": " + e.what());
    }
}

// Makes the provider of an account, and before it that of the account that acts for it. Which end, as they are read.
void make_provider_at(std::size_t i, std::vector<account>& accounts, std::vector<provider_ptr>& providers) {
    account& a = accounts[i];
    if (providers[i]) return;
    if (a.acting.empty()) {
        providers[i] = named(a, [&] { return choose_provider(a); });
        return;
    }
    std::size_t const by = place_of(accounts, a.acting);
    make_provider_at(by, accounts, providers);
    providers[i] = named(a, [&] { return provider_of_agency(a, accounts[by], providers[by]); });
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
        auto const directory = std::filesystem::path(o.accounts).parent_path();
        for (account& a : read_accounts(read_text(o.accounts), o.accounts)) {
            if (!a.file.empty()) a.file = (directory / a.file).string();
            accounts_.push_back(std::move(a));
        }
    }
    if (accounts_.empty()) {
        char const* const token = std::getenv("OMS_TOKEN");
        bool const has_token = token != nullptr && *token != '\0';
        accounts_.push_back(has_token ? for_all("OMS_TOKEN", "token", "OMS_TOKEN") : for_all("default", "default"));
    }
    providers_.resize(accounts_.size());
    for (std::size_t i = 0; i < accounts_.size(); ++i)
        make_provider_at(i, accounts_, providers_);
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
