// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_MATCH_HPP
#define OMS_TESTING_MATCH_HPP

/// @file
/// Which requests a rule of the simulator is for.

#include <oms/detail/export.hpp>
#include <oms/task.hpp>

#include <optional>
#include <string>

namespace oms::testing {

/// Picks requests; what is set must match.
struct OMS_DECL request_matcher {
    std::optional<std::string> project_id;  ///< Decoded, of the path.
    std::optional<task_ref> task;           ///< Its region counts where it has one.
    std::string path_prefix;                ///< Of the target, as sent.

    request_matcher();
};

/// The functions that pick requests: `using namespace oms::testing::match;` opens these names and no others.
namespace match {
OMS_DECL request_matcher any();                     ///< Every request, of all services.
OMS_DECL request_matcher project(std::string id);   ///< Those of a project.
OMS_DECL request_matcher task(task_ref reference);  ///< Those that name a task.
OMS_DECL request_matcher path(std::string prefix);  ///< Those whose target begins so: IAM's with `/v3/`.
}  // namespace match

// For who qualifies them by the outer scope.
using match::any;
using match::path;
using match::project;
using match::task;

}  // namespace oms::testing

#endif
