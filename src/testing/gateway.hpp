// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_GATEWAY_HPP
#define OMS_TESTING_GATEWAY_HPP

// The front door: looks for faults, checks who asks, lets the service answer,
// and writes all of it down.

#include "testing/arrivals.hpp"
#include "testing/authenticator.hpp"
#include "testing/clock.hpp"
#include "testing/faults.hpp"
#include "testing/iam.hpp"
#include "testing/ledger.hpp"
#include "testing/metadata.hpp"
#include "testing/reply.hpp"
#include "testing/request.hpp"
#include "testing/route.hpp"
#include "testing/service.hpp"
#include "testing/world.hpp"

#include <oms/testing/simulator.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms::testing {

// A place with a port of its own: a region of the service, or another service.
struct region {
    unsigned index = 0;
    service_kind service = service_kind::oms;
    std::string name;
    world tasks;
};

// What a thread keeps from request to request, so that strings are allocated once.
struct desk {
    explicit desk(ledger_part& part) : ledger(part) {}

    ledger_part& ledger;
    date_cache date;
    oms::testing::route route;
    oms::testing::reply reply;
    std::string request_id;
};

// What the connection is to do.
struct delivery {
    bool as_fields = false;              // over HTTP/2; said by who asks
    field_list fields;                   // of the head; empty: `bytes` have it all
    std::string bytes;                   // no more than are to be sent; behind fields the whole body
    bool head_only = false;              // likewise
    std::size_t send = fault_plan::all;  // likewise: bytes of frames
    std::uint32_t reset_code = 0;        // of a stream
    std::chrono::nanoseconds delay{0};
    std::shared_ptr<reply_gate> gate;            // null: not held
    std::size_t piece = fault_plan::all;         // bytes sent at a time
    std::chrono::nanoseconds between_pieces{0};  // likewise
    oms::testing::ending ending = oms::testing::ending::keep;
    bool close_notify = true;
    bool whole = true;  // else the reply was cut
    std::optional<std::chrono::nanoseconds> close_when_idle;
    std::size_t ledger_index = ledger_part::not_kept;

    bool at_once() const noexcept { return !gate && delay.count() == 0 && piece >= bytes.size(); }
    bool empty() const noexcept { return fields.empty() ? bytes.empty() : send == 0; }
};

class gateway {
public:
    /// @param time  Null: the machine's.
    /// @throws std::invalid_argument  an option is out of range; names it.
    gateway(simulator_options const& options, std::shared_ptr<timeline const> time);

    /// Answers a request.
    /// @param connection   Which connection, from 1.
    /// @param replies      Of this connection, this one included.
    void exchange(region& where, request_head const& head, std::string_view body, std::size_t connection,
                  std::size_t replies, desk& d, delivery& out);
    /// Answers what is no request, or too large a one; the connection ends with it.
    void refuse(region& where, unsigned status, std::size_t connection, desk& d, delivery& out);

    simulator_options const& options() const noexcept { return options_; }
    /// The regions, then IAM, then the metadata service.
    std::deque<region>& places() noexcept { return places_; }
    region& place(service_kind service);
    /// Without a name: the first.
    bool has_region(std::string_view name) const;
    /// @throws std::invalid_argument  no such region.
    region& find_region(std::string_view name);
    ledger_book& ledger() noexcept { return ledger_; }
    /// Of requests that are in the ledger.
    oms::testing::arrivals& arrivals() noexcept { return arrivals_; }
    std::shared_ptr<fault_table> const& faults() const noexcept { return faults_; }
    oms::testing::authenticator& authenticator() noexcept { return authenticator_; }
    service_clock& clock() noexcept { return clock_; }
    oms::testing::iam& iam() noexcept { return iam_; }
    oms::testing::metadata& metadata() noexcept { return metadata_; }

private:
    void populate();
    bool answer(region& where, request_head const& head, std::string_view body, desk& d);
    void deliver(fault_plan const& plan, std::size_t replies, desk& d, delivery& out) const;

    simulator_options const options_;
    std::deque<region> places_;
    service const service_;
    service_clock clock_;
    oms::testing::authenticator authenticator_;
    oms::testing::iam iam_;
    oms::testing::metadata metadata_;
    std::shared_ptr<fault_table> const faults_ = std::make_shared<fault_table>();
    ledger_book ledger_;
    oms::testing::arrivals arrivals_;
};

}  // namespace oms::testing

#endif
