// SPDX-License-Identifier: BSL-1.0
#include <oms/config.hpp>
#include <oms/resolver.hpp>

#include <utility>

namespace oms {

config_error::config_error(std::string field, std::string const& reason)
    : boost::system::system_error(make_error_code(errc::invalid_config), field + ": " + reason),
      field_(std::make_shared<std::string const>(std::move(field))) {}

config_error::~config_error() = default;
std::string const& config_error::field() const noexcept {
    return *field_;
}

tls_options::tls_options() = default;
proxy_options::proxy_options() = default;
pool_options::pool_options() = default;
timeout_options::timeout_options() = default;
failed_try::failed_try() noexcept = default;
retry_options::retry_options() : not_running_codes{"OMS.0066"} {}
throttle_options::throttle_options() = default;
limit_options::limit_options() = default;
client_config::client_config() = default;

host_resolver::~host_resolver() = default;

}  // namespace oms
