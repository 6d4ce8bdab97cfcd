// SPDX-License-Identifier: BSL-1.0
// Defaults and constructors of the simulator's values.

#include <oms/testing/simulator.hpp>

#include <utility>

namespace oms::testing {

kind_options::answer::answer() = default;

kind_options::answer::answer(unsigned status_, std::string service_code_, std::string service_message_)
    : status(status_), service_code(std::move(service_code_)), service_message(std::move(service_message_)) {}

kind_options::kind_options()
    : stop_of_stopped(400, "OMS.0066", "The task is not running and cannot be paused."),
      start_of_started(400, "OMS.0065", "The task has been started."),
      unknown_task(400, "OMS.1009", "No resources found.") {}

simulator_options::simulator_options() = default;

access_key::access_key() = default;

access_key::access_key(std::string id_, std::string secret_, std::string security_token_)
    : id(std::move(id_)), secret(std::move(secret_)), security_token(std::move(security_token_)) {}

key_counts::key_counts() = default;

mismatch_counts::mismatch_counts() = default;

iam_user::iam_user() = default;

iam_user::iam_user(std::string name_, std::string password_, std::string domain_)
    : name(std::move(name_)), password(std::move(password_)), domain(std::move(domain_)) {}

agency::agency() = default;

agency::agency(std::string name_, std::string domain_, std::vector<std::string> trusted_)
    : name(std::move(name_)), domain(std::move(domain_)), trusted(std::move(trusted_)) {}

iam_counts::iam_counts() = default;

metadata_counts::metadata_counts() = default;

ledger_entry::ledger_entry() = default;

request_matcher::request_matcher() = default;

namespace match {

request_matcher any() {
    return {};
}

request_matcher project(std::string id) {
    request_matcher picked;
    picked.project_id = std::move(id);
    return picked;
}

request_matcher task(task_ref reference) {
    request_matcher picked;
    picked.task = std::move(reference);
    return picked;
}

request_matcher path(std::string prefix) {
    request_matcher picked;
    picked.path_prefix = std::move(prefix);
    return picked;
}

}  // namespace match

}  // namespace oms::testing
