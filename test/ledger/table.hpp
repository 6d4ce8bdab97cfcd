// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_LEDGER_TABLE_HPP
#define OMS_TEST_LEDGER_TABLE_HPP

// What the program prints.

#include "ledger/balance.hpp"
#include "ledger/chaos_proxy.hpp"
#include "ledger/service_faults.hpp"

#include <iosfwd>

namespace oms::ledger_test {

void print_faults(std::ostream& out, service_faults const& service, chaos_proxy const& proxy);
void print_outcomes(std::ostream& out, account const& told);
void print_balance(std::ostream& out, balance const& result);
/// The first of those that are wrong, with all that is known of them.
void describe_findings(std::ostream& out, run_options const& options, std::vector<planned_stop> const& plan,
                       account const& told, balance const& result);

}  // namespace oms::ledger_test

#endif
