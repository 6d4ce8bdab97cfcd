// SPDX-License-Identifier: BSL-1.0
#include "accounts.hpp"

#include "failure.hpp"
#include "text_source.hpp"

#include <algorithm>
#include <utility>

namespace oms_stop {

namespace {

[[noreturn]] void wrong(std::string const& file, std::size_t line, std::string const& fault) {
    throw usage_error(file + ":" + std::to_string(line) + ": " + fault);
}

std::string_view trimmed(std::string_view text) noexcept {
    std::size_t const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> result;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find_first_of(", \t"), text.size());
        if (end > 0) result.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

account_source const sources[] = {
    {"default",
     "The first that has one: a log-in by HUAWEICLOUD_SDK_IDP_ID, the environment, the profile, metadata, pod.", "",
     ""},
    {"environment", "HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK and HUAWEICLOUD_SDK_SECURITY_TOKEN.", "", ""},
    {"profile", "The profile ~/.huaweicloud/credentials, or another file of its form.", "file", ""},
    {"iam", "A user's log-in at IAM; the password is in the variable, or in the file.",
     "domain user variable file endpoint", "domain user"},
    {"idp", "A log-in by the token of another identity provider, of HUAWEICLOUD_SDK_IDP_ID.", "", ""},
    {"agency", "The temporary key of another account's agency, which an account that may act for it is given.",
     "agency domain acting endpoint", "agency domain acting"},
    {"agency-token", "The same by a token of each project in place of a key.", "agency domain acting endpoint",
     "agency domain acting"},
    {"metadata", "This machine's own key, from the metadata service of ECS.", "endpoint", ""},
    {"pod", "This pod's own key, from CCE.", "", ""},
    {"token", "A token, which the environment's variable holds.", "variable", "variable"},
    {"token-file", "A file of lines \"project token\".", "file", "file"},
};

account_source const* source_of(std::string_view name) {
    auto const* const found = std::ranges::find(sources, name, &account_source::name);
    return found == std::end(sources) ? nullptr : found;
}

bool has_word(std::string_view words, std::string_view word) {
    auto const list = split_list(words);
    return std::ranges::find(list, word) != list.end();
}

constexpr std::string_view member_names[] = {"file", "variable", "domain", "user", "agency", "acting", "endpoint"};

std::string* member_of(account& a, std::string_view key) {
    std::string* const members[] = {&a.file, &a.variable, &a.domain, &a.user, &a.agency, &a.acting, &a.endpoint};
    auto const* const found = std::ranges::find(member_names, key);
    return found == std::end(member_names) ? nullptr : members[found - std::begin(member_names)];
}

// Takes the lines of the file one by one.
class account_reader {
public:
    explicit account_reader(std::string const& file) : file_(file) {}

    void line(std::size_t number, std::string_view text) {
        if (text.front() == ';') return;
        if (text.front() == '[') return section(number, text);
        std::size_t const equals = text.find('=');
        if (equals == std::string_view::npos) wrong(file_, number, "a line is \"key = value\" or \"[account]\"");
        if (accounts_.empty()) wrong(file_, number, "this stands before the first \"[account]\"");
        set(number, trimmed(text.substr(0, equals)), std::string(trimmed(text.substr(equals + 1))));
    }

    std::vector<account> take() {
        if (accounts_.empty()) throw usage_error(file_ + ": there is no account in it");
        check();
        check_who_acts();
        return std::move(accounts_);
    }

private:
    void section(std::size_t number, std::string_view text) {
        check();
        std::string_view const name =
            text.back() == ']' ? trimmed(text.substr(1, text.size() - 2)) : std::string_view();
        if (name.empty()) wrong(file_, number, "a section is \"[account]\"");
        if (place_of(accounts_, name) != accounts_.size()) {
            wrong(file_, number, "there is an account of this name already");
        }
        accounts_.emplace_back().name = name;
        lines_.push_back({number, 0});
    }

    void set(std::size_t number, std::string_view key, std::string value) {
        account& a = accounts_.back();
        if (value.empty()) wrong(file_, number, "the value is missing");
        if (key == "source") {
            if (source_of(value) == nullptr) {
                std::string names;
                for (account_source const& each : account_sources())
                    names += std::string(names.empty() ? "" : ", ") + each.name;
                wrong(file_, number, "the source is none of " + names);
            }
            a.source = std::move(value);
        } else if (std::string* const to = member_of(a, key)) {
            *to = std::move(value);
            if (key == "acting") lines_.back().acting = number;
        } else if (key == "projects") {
            for (auto& project : split_list(value))
                a.projects.push_back(std::move(project));
        } else if (key == "ak" || key == "sk" || key == "password" || key == "security_token") {
            wrong(file_, number, "no secret belongs here: name a source, for example a profile, that holds it");
        } else {
            std::string names;
            for (std::string_view const each : member_names)
                names += std::string(each == member_names[std::size(member_names) - 1] ? " and " : ", ").append(each);
            wrong(file_, number, "the key is none of source, projects" + names);
        }
    }

    void check() {
        if (accounts_.empty()) return;
        account const& a = accounts_.back();
        auto const need = [&](bool good, char const* fault, std::string_view key = {}) {
            if (!good) wrong(file_, lines_.back().begun, "account \"" + a.name + "\" " + fault + std::string(key));
        };
        need(!a.source.empty(), "names no source");
        account_source const& source = *source_of(a.source);
        for (std::string_view const key : member_names) {
            bool const given = !member_of(accounts_.back(), key)->empty();
            need(!given || has_word(source.keys, key), "has a key that is none of its source's: ", key);
            need(given || !has_word(source.needs, key), "needs a key: ", key);
        }
        need(a.source != "iam" || a.variable.empty() != a.file.empty(),
             "needs a key: variable or file, which holds the password");
    }

    // Whoever acts is another account of the file, and in the end one that is itself; all others have projects.
    void check_who_acts() const {
        std::vector<bool> acts(accounts_.size());
        for (std::size_t i = 0; i < accounts_.size(); ++i) {
            std::string_view const acting = accounts_[i].acting;
            if (acting.empty()) continue;
            std::size_t const by = place_of(accounts_, acting);
            if (by == i) wrong(file_, lines_[i].acting, "acting: an account does not act for itself");
            if (by == accounts_.size()) {
                wrong(file_, lines_[i].acting, "acting: there is no account \"" + std::string(acting) + "\"");
            }
            acts[by] = true;
            std::size_t at = by;
            for (std::size_t steps = 0; !accounts_[at].acting.empty(); ++steps) {
                if (steps == accounts_.size())
                    wrong(file_, lines_[i].acting, "acting: these accounts go round in a circle");
                at = place_of(accounts_, accounts_[at].acting);
                if (at == accounts_.size()) break;  // its own turn tells
            }
        }
        for (std::size_t i = 0; i < accounts_.size(); ++i) {
            account const& a = accounts_[i];
            // A file of tokens would serve all its projects.
            if (!a.projects.empty() || (acts[i] && a.source != "token-file")) continue;
            wrong(file_, lines_[i].begun, "account \"" + a.name + "\" names no projects (\"*\": all others)");
        }
    }

    struct lines {
        std::size_t begun, acting;
    };

    std::string const& file_;
    std::vector<account> accounts_;
    std::vector<lines> lines_;  // of each account
};

}  // namespace

std::span<account_source const> account_sources() {
    return sources;
}

std::size_t place_of(std::vector<account> const& accounts, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(accounts, name, &account::name) - accounts.begin());
}

std::string_view bare_project(std::string_view text) noexcept {
    return text.substr(text.find('/') + 1);  // npos + 1 is 0
}

std::vector<account> read_accounts(std::string_view text, std::string const& file_name) {
    account_reader reader(file_name);
    each_entry(text, [&](std::size_t number, std::string_view line) { reader.line(number, line); });
    return reader.take();
}

std::map<std::string, oms::secret> read_token_file(std::string_view text, std::string const& file_name) {
    std::map<std::string, oms::secret> tokens;
    each_entry(text, [&](std::size_t number, std::string_view line) {
        std::size_t const space = line.find_first_of(" \t");
        std::string_view const token =
            space == std::string_view::npos ? std::string_view() : trimmed(line.substr(space));
        if (token.empty() || token.find_first_of(" \t") != std::string_view::npos) {
            wrong(file_name, number, "a line is \"project token\"");
        }
        if (token.size() > 16384 || !std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; })) {
            wrong(file_name, number, "the token has a character that none has, or is longer than 16384");
        }
        if (!tokens.emplace(line.substr(0, space), oms::secret(std::string(token))).second) {
            wrong(file_name, number, "this project has a token already");
        }
    });
    return tokens;
}

account_index::account_index(std::vector<account> const& accounts) {
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        for (std::string const& project : accounts[i].projects) {
            bool const others = project == "*";
            bool const taken =
                others ? std::exchange(others_, i) != none : !by_project_.emplace(bare_project(project), i).second;
            if (taken) {
                throw usage_error("account \"" + accounts[i].name + "\" claims \"" + project +
                                  "\", which another one has already");
            }
        }
    }
}

std::size_t account_index::find(std::string const& project) const {
    auto const found = by_project_.find(project);
    return found == by_project_.end() ? others_ : found->second;
}

}  // namespace oms_stop
