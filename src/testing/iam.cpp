// SPDX-License-Identifier: BSL-1.0
#include "testing/iam.hpp"

#include "testing/iso_time.hpp"
#include "testing/json_path.hpp"
#include "testing/query.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace oms::testing {

namespace {

namespace json = boost::json;

// IAM's own form of an error.
void fail(reply& out, unsigned status, std::string_view title, std::string_view message) {
    out.status = status;
    out.body = json::serialize(
        json::object{{"error", json::object{{"code", status}, {"message", message}, {"title", title}}}});
}

bool holds(std::vector<std::string> const& projects, std::string_view id) {
    return projects.empty() || std::ranges::find(projects, id) != projects.end();
}

// Null: it is no JSON.
json::value parse_body(std::string_view body) {
    boost::system::error_code ec;
    auto root = json::parse(json::string_view(body.data(), body.size()), ec);
    return ec ? json::value() : root;
}

bool is_by(json::value const& root, std::string_view method) {
    auto const* const methods = find(root, {"auth", "identity", "methods"});
    return methods && *methods == json::array{json::string_view(method.data(), method.size())};
}

// What makes an answer as long as the service's.
json::array catalog() {
    json::array entries;
    for (auto const* const name : {"oms", "obs", "ecs", "evs", "vpc", "smn", "kms", "iam"}) {
        json::object endpoint{{"id", name}, {"interface", "public"}, {"region", "*"}, {"url", "https://localhost"}};
        entries.push_back(json::object{{"name", name}, {"type", name}, {"endpoints", json::array{endpoint}}});
    }
    return entries;
}

}  // namespace

iam::iam(simulator_options const& options, service_clock const& clock, authenticator& by)
    : failures_to_lock_(options.log_in_failures_to_lock),
      lock_for_(options.account_lock),
      lifetime_(options.token_lifetime),
      clock_(clock),
      authenticator_(by) {}

void iam::add_user(iam_user user) {
    std::lock_guard const lock(mutex_);
    auto& to = accounts_[user.name];
    to.user = std::move(user);
    to.bad_in_row = 0;
    to.locked_until = {};
}

void iam::add_agency(agency made) {
    std::lock_guard const lock(mutex_);
    agencies_.add(std::move(made));
}

void iam::remove_agency(std::string_view name, std::string_view domain) {
    std::lock_guard const lock(mutex_);
    agencies_.remove(name, domain);
}

void iam::add_project(std::string id, std::string name) {
    std::lock_guard const lock(mutex_);
    projects_[std::move(id)] = std::move(name);
}

void iam::answer(received_request const& who, reply& out) {
    out.headers = "X-IAM-Trace-Id: token_" + std::string(who.request_id) + "\r\n";
    auto const target = who.head.target;
    auto const path = target.substr(0, target.find('?'));
    if (path == "/v3/auth/tokens" && who.head.method == "POST") return log_in(who, out);
    if (path == "/v3.0/OS-CREDENTIAL/securitytokens" && who.head.method == "POST") return give_agency_key(who, out);
    if (path == "/v3/projects" && who.head.method == "GET") return list_projects(who, out);
    fail(out, 404, "Not Found", "The resource could not be found.");
}

std::optional<iam::scope> iam::parse_scope(json::value const& root) {
    scope out{text_at(root, {"auth", "scope", "project", "id"}), text_at(root, {"auth", "scope", "project", "name"})};
    if (out.project_id.has_value() == out.project_name.has_value()) return std::nullopt;
    return out;
}

std::optional<iam::log_in_request> iam::parse(json::value const& root) {
    auto name = text_at(root, {"auth", "identity", "password", "user", "name"});
    auto password = text_at(root, {"auth", "identity", "password", "user", "password"});
    auto domain = text_at(root, {"auth", "identity", "password", "user", "domain", "name"});
    if (!is_by(root, "password") || !name || !password || !domain) return std::nullopt;
    return log_in_request{std::move(*name), std::move(*password), std::move(*domain)};
}

void iam::log_in(received_request const& who, reply& out) {
    auto const body = parse_body(who.body);
    auto const to = parse_scope(body);
    if (to && is_by(body, "assume_role")) return give_agency_token(who, body, *to, out);
    auto const asked = parse(body);
    if (!asked || !to) return fail(out, 400, "Bad Request", "The request body is invalid");
    std::lock_guard const lock(mutex_);
    auto& of = accounts_[asked->user];
    if (!knows(of, *asked, out)) return;
    auto const project = project_for(of.user->projects, *to, out);
    if (!project) {
        ++of.counts.refused;
        return;
    }
    ++of.counts.log_ins;
    give_token({"password", of.user->name, of.user->domain, *project}, who, out);
}

// The agency that whoever asks may act for; else null, and the reply says why.
agency const* iam::agency_for(agency_request const& asked, std::string const& actor, reply& out) {
    auto const* const found = agencies_.find(asked.name, asked.domain);
    if (found && trusts(*found, actor)) return found;
    ++accounts_[actor].counts.agency_refused;
    if (found) {
        fail(out, 403, "Forbidden", "You are not authorized to act for this agency.");
    } else {
        fail(out, 404, "Not Found", "Could not find agency");
    }
    return nullptr;
}

void iam::give_agency_token(received_request const& who, json::value const& body, scope const& to, reply& out) {
    auto const asked = parse_agency_request(body);
    if (!asked) return fail(out, 400, "Bad Request", "The request body is invalid");
    std::string actor;
    if (!authenticator_.projects_of(who, actor, out)) return;
    std::lock_guard const lock(mutex_);
    auto const* const by = agency_for(*asked, actor, out);
    if (!by) return;
    auto const project = project_for(by->projects, to, out);
    if (!project) {
        ++accounts_[actor].counts.refused;
        return;
    }
    ++accounts_[actor].counts.agency_tokens;
    give_token({"assume_role", by->domain + "/" + by->name, by->domain, *project}, who, out);
}

void iam::give_agency_key(received_request const& who, reply& out) {
    auto const body = parse_body(who.body);
    auto const asked = parse_agency_request(body);
    if (!asked || !is_by(body, "assume_role")) return fail(out, 400, "Bad Request", "The request body is invalid");
    std::string actor;
    if (!authenticator_.projects_of(who, actor, out)) return;
    std::lock_guard const lock(mutex_);
    auto const* const by = agency_for(*asked, actor, out);
    if (!by) return;
    ++accounts_[actor].counts.agency_keys;
    auto key = temporary_key(next_key_++);
    key.projects = by->projects;
    auto const end = clock_.now() + asked->lifetime;
    out.status = 201;
    out.body = json::serialize(json::object{{"credential",
                                             {{"access", key.id},
                                              {"secret", key.secret},
                                              {"securitytoken", key.security_token},
                                              {"expires_at", iso_time(end)}}}});
    authenticator_.keys().add(std::move(key), end);
}

// Whether it is the user, and not too late; counts where it is not.
bool iam::knows(account& of, log_in_request const& asked, reply& out) const {
    auto const now = clock_.steady();
    if (now < of.locked_until) {
        ++of.counts.while_locked;
        fail(out, 401, "Unauthorized", "The account is locked.");
        return false;
    }
    if (of.user && of.user->password == asked.password && of.user->domain == asked.domain) {
        of.bad_in_row = 0;
        return true;
    }
    ++of.counts.failures;
    if (++of.bad_in_row >= failures_to_lock_) {
        of.bad_in_row = 0;
        ++of.counts.locks;
        of.locked_until = now + lock_for_;
    }
    fail(out, 401, "Unauthorized", "The username or password is wrong.");
    return false;
}

std::optional<std::string> iam::project_for(std::vector<std::string> const& allowed, scope const& asked,
                                            reply& out) const {
    bool exists = false;
    for (auto const& [id, name] : projects_) {
        if (asked.project_id ? id != *asked.project_id : name != *asked.project_name) continue;
        if (holds(allowed, id)) return id;
        exists = true;
    }
    // Ids that nobody has given a name serve, too.
    if (asked.project_id && !exists && holds(allowed, *asked.project_id)) return asked.project_id;
    if (exists) {
        fail(out, 403, "Forbidden", "You are not authorized to perform the requested action.");
    } else {
        fail(out, 404, "Not Found", "Could not find project");
    }
    return std::nullopt;
}

void iam::give_token(grant const& to, received_request const& who, reply& out) {
    auto const now = clock_.now();
    auto const end = now + lifetime_;
    auto const found = projects_.find(to.project);
    json::object const domain{{"id", to.domain}, {"name", to.domain}};
    json::object token{
        {"expires_at", iso_time(end)},
        {"issued_at", iso_time(now)},
        {"methods", json::array{to.method}},
        {"project",
         {{"id", to.project}, {"name", found == projects_.end() ? to.project : found->second}, {"domain", domain}}},
        {"user", {{"id", to.user}, {"name", to.user}, {"domain", domain}}},
        {"roles", json::array{}},
    };
    bool const with_catalog = who.head.target.find("nocatalog=true") == std::string_view::npos;
    token["catalog"] = with_catalog ? catalog() : json::array{};
    out.status = 201;
    out.headers += "X-Subject-Token: " + authenticator_.tokens().issue(to.project, to.user, end) + "\r\n";
    out.body = json::serialize(json::object{{"token", std::move(token)}});
}

void iam::list_projects(received_request const& who, reply& out) {
    std::string user;
    auto allowed = authenticator_.projects_of(who, user, out);
    if (!allowed) return;
    std::lock_guard const lock(mutex_);
    ++look_ups_;
    if (!user.empty()) {
        auto& by = accounts_[user];
        if (by.user) allowed = by.user->projects;
        ++by.counts.look_ups;
    }
    auto const target = who.head.target;
    auto const question = target.find('?');
    std::optional<std::string> wanted;
    try {
        if (question != std::string_view::npos) wanted = find_parameter(target.substr(question + 1), "name");
    } catch (bad_parameter const&) {
        return fail(out, 400, "Bad Request", "The parameter name is malformed");
    }
    json::array rows;
    for (auto const& [id, name] : projects_) {
        if ((wanted && name != *wanted) || !holds(*allowed, id)) continue;
        rows.push_back(
            json::object{{"id", id}, {"name", name}, {"domain_id", "domain"}, {"enabled", true}, {"is_domain", false}});
    }
    json::object const links{{"self", "https://localhost/v3/projects"}, {"next", nullptr}, {"previous", nullptr}};
    out.body = json::serialize(json::object{{"projects", std::move(rows)}, {"links", links}});
}

iam_counts iam::counts(std::string_view user) const {
    std::lock_guard const lock(mutex_);
    if (!user.empty()) {
        auto const found = accounts_.find(user);
        return found == accounts_.end() ? iam_counts() : found->second.counts;
    }
    iam_counts sum;
    for (auto const& [name, each] : accounts_) {
        sum.log_ins += each.counts.log_ins;
        sum.agency_tokens += each.counts.agency_tokens;
        sum.agency_keys += each.counts.agency_keys;
        sum.agency_refused += each.counts.agency_refused;
        sum.failures += each.counts.failures;
        sum.refused += each.counts.refused;
        sum.locks += each.counts.locks;
        sum.while_locked += each.counts.while_locked;
    }
    sum.look_ups = look_ups_;
    return sum;
}

}  // namespace oms::testing
