// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_CONNECT_FAULT_HPP
#define OMS_TESTING_CONNECT_FAULT_HPP

/// @file
/// What is to go wrong with connections, before there is a request.

#include <oms/detail/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

namespace oms::testing {

/// What is wrong with a certificate.
enum class bad_certificate : std::uint8_t {
    expired,        ///< It ended a minute ago.
    not_yet_valid,  ///< It begins in an hour.
    foreign,        ///< Another root signed it.
    self_signed,    ///< It signed itself.
    other_host,     ///< It is for `other.invalid`.
};

struct connect_rule;
class connect_table;

/// A fault of connections under construction; in force from the end of the full expression, for those that are accepted
/// from then on.
///
/// As with `fault`, the oldest rule that holds wins, conditions count what no older rule took, and a rule without
/// effect is refused by `std::invalid_argument`, with where, what and what to do. Of several actions only `delay` goes
/// with another one.
class OMS_DECL connect_fault {
public:
    connect_fault(connect_fault&&) noexcept;
    connect_fault& operator=(connect_fault&&) = delete;
    /// @throws std::invalid_argument  the rule is without effect
    ~connect_fault() noexcept(false);

    // Conditions.
    connect_fault& times(std::size_t count);  ///< Only so often; above 0.
    connect_fault& nth(std::size_t number);   ///< Only the n-th connection, from 1. Instead of `after` and `times`.
    connect_fault& after(std::size_t count);  ///< Not the first ones.
    connect_fault& share(double part);        ///< Only this part, spread evenly: above 0, at most 1.

    // Actions.
    connect_fault& delay(std::chrono::nanoseconds duration);  ///< Silent for so long, then as usual; above 0.
    connect_fault& reset();                                   ///< TCP reset as soon as it is accepted.
    connect_fault& close();                                   ///< An orderly end as soon as it is accepted.
    connect_fault& stall();                                   ///< Reads, and never says a byte.
    connect_fault& fail_handshake();                          ///< A fatal TLS alert, `handshake_failure`.
    connect_fault& cut_handshake(std::size_t bytes);          ///< Closes after so many bytes of it, or at its end.
    connect_fault& certificate(bad_certificate which);        ///< Shows this one.
    connect_fault& pass();                                    ///< Nothing: younger rules do not see the connection.

private:
    friend class simulator;
    connect_fault(std::shared_ptr<connect_table> table, std::list<connect_rule> rule);

    std::shared_ptr<connect_table> table_;
    std::list<connect_rule> rule_;  // the one; a list, so that it can be put in force without failing
    int exceptions_;                // in flight when the rule was begun
};

}  // namespace oms::testing

#endif
