// SPDX-License-Identifier: BSL-1.0
#include "client/call_rules.hpp"

#include "client/settings.hpp"

#include <oms/credentials.hpp>

#include <utility>

namespace oms::detail {

call_rules::call_rules(client_config const& of_client, call_options own)
    : options(std::move(own)),
      limits(merge(of_client.timeouts, options.timeouts)),
      retry(merge(of_client.retry, options.retry)),
      wrong_field(check(options.headers)) {
    if (options.credentials) label = options.credentials->label();
    if (!wrong_field.empty()) {
        wrong = errc::invalid_header;
        return;
    }
    range_fault fault = check(limits);
    if (!fault) fault = check(retry);
    if (!fault) return;
    wrong = errc::invalid_option;
    wrong_field = fault.field;
    wrong_how = fault.must;
}

}  // namespace oms::detail
