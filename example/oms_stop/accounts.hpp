// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_ACCOUNTS_HPP
#define OMS_STOP_ACCOUNTS_HPP

// Whose credentials serve which projects, as files say it. No secret stands in
// a file of accounts: each says where its credentials come from.

#include <oms/credentials.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oms_stop {

/// A section of a file of accounts.
struct account {
    std::string name;
    std::string source;        ///< One of `account_sources()`.
    std::string file;          ///< Of `profile` (may be empty), `token-file`, and of `iam`: with the password.
    std::string variable;      ///< Of `token` and `iam`: the environment variable that holds the secret.
    std::string domain, user;  ///< Of `iam`: who logs in. The first of an agency, too: whose it is.
    std::string agency;        ///< Its name.
    std::string acting;        ///< Of an agency: the account that acts for the other.
    std::string endpoint;      ///< Of `iam`, `metadata` and an agency; may be empty.
    std::vector<std::string>
        projects;  ///< `[region/]project`; `*`: all that no other account names; none: it only acts.
};

/// Where an account's credentials may come from, and what that is.
struct account_source {
    char const* name;
    char const* help;   ///< A sentence.
    char const* keys;   ///< The keys that it takes besides, separated by spaces.
    char const* needs;  ///< Those that it needs.
};
std::span<account_source const> account_sources();

/// An account's place among them, by its name.
std::size_t place_of(std::vector<account> const& accounts, std::string_view name);

/// A project without the region in front.
std::string_view bare_project(std::string_view text) noexcept;

/// Reads a file of accounts: sections `[name]`, lines `key = value`, comments after `#` or `;`.
/// @throws usage_error  names the line that is wrong.
std::vector<account> read_accounts(std::string_view text, std::string const& file_name);

/// Reads lines `project token`.
/// @throws usage_error  names the line that is wrong, without its text.
std::map<std::string, oms::secret> read_token_file(std::string_view text, std::string const& file_name);

/// Which account serves a project.
class account_index {
public:
    /// @throws usage_error  where two accounts claim the same project.
    explicit account_index(std::vector<account> const& accounts);

    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    /// The account's place in the list; `none` where no account covers the project.
    std::size_t find(std::string const& project) const;

private:
    std::map<std::string, std::size_t, std::less<>> by_project_;
    std::size_t others_ = none;
};

}  // namespace oms_stop

#endif
