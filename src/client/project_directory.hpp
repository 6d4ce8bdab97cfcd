// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_PROJECT_DIRECTORY_HPP
#define OMS_CLIENT_PROJECT_DIRECTORY_HPP

// Names of projects -> their ids, as IAM tells: asked once, shared by all that wait, and remembered.

#include "client/call_rules.hpp"

#include <oms/client.hpp>

#include <boost/asio/any_completion_handler.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace oms::detail {

class client_core;
class project_lookup;

class project_directory : public std::enable_shared_from_this<project_directory> {
public:
    using handler_type = boost::asio::any_completion_handler<void(error_code, project_info)>;

    /// @param own  The caller's options, or null. With them IAM is asked for this caller alone, and what it answers to
    ///             credentials of his own is not remembered.
    void find(client_core& core, handler_type handler, std::string name, call_rules_ptr own);

private:
    friend class project_lookup;
    static constexpr std::size_t max_known = 1000;

    std::mutex mutex_;
    std::map<std::string, project_info, std::less<>> known_;
    // Owned by the call that asks, so that they end with the client.
    std::map<std::string, std::weak_ptr<project_lookup>, std::less<>> asked_;
};

}  // namespace oms::detail

#endif
