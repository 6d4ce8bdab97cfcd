// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_DIALS_HPP
#define OMS_CLIENT_DIALS_HPP

// The connections of an endpoint that are being opened, each for a call that waits, and the calls that wait without
// one.

#include "client/call.hpp"
#include "policy/endpoint_health.hpp"
#include "policy/time_queue.hpp"
#include "transport/dialer.hpp"

#include <oms/config.hpp>

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace oms::detail {

class engine;
class step;

/// One connection that is being opened.
struct dialing final : timed {
    dialing(endpoint& e, std::size_t s, std::uint64_t r) noexcept : timed(kind::dial), of(e), site(s), round(r) {}

    std::uint64_t id = 0;
    endpoint& of;
    std::size_t const site;
    std::uint64_t const round;           // of the endpoint's health, when it began
    std::vector<std::string> known;      // the host's addresses
    std::vector<std::string> under_way;  // those of them that it goes to now
    call* sponsor = nullptr;             // the call that it is opened for; null: that one got another
    std::shared_ptr<transport::dial> handle;
    oms::phase now_in = phase::resolve;
    std::unique_ptr<dialing> next;  // while it is on its way to its end
};

class dials {
public:
    dials(engine& of, endpoint& to) noexcept : engine_(of), endpoint_(to) {}

    std::size_t size() const noexcept { return all_.size(); }
    dialing* find(std::uint64_t id) const noexcept;

    /// A call waits for a connection.
    void enlist(call& c) noexcept { without_.push_back(c); }
    /// It waits no more; a dial for it goes on, for nobody.
    void leave(call& c) noexcept;
    /// It has got another connection: its dial is for the next.
    void served(step& s, call& c) noexcept;
    /// Opens connections for those that wait, one at a time where the endpoint could not be reached.
    void begin(step& s) noexcept;
    /// Some call that waits here; null: none does.
    call* any_waiting() noexcept;

    void enter_phase(step& s, dialing& d, phase begun) noexcept;
    void started(dialing& d, std::shared_ptr<transport::dial> handle) noexcept { d.handle = std::move(handle); }
    /// The dial has ended, with a connection or without.
    void ended(step& s, dialing& d, transport::dial_result& result) noexcept;
    /// A phase of it took too long.
    void expire(step& s, dialing& d) noexcept;
    void drop_all(step& s) noexcept;

private:
    using waiting_list = boost::intrusive::list<call, boost::intrusive::base_hook<no_dial_hook>>;

    dialing& begin_one(step& s);
    void find_sponsor(step& s, dialing& d) noexcept;
    timeout_options const& limits_of(dialing const& d) const noexcept;
    std::unique_ptr<dialing> take_out(dialing& d) noexcept;
    void failed(step& s, dialing& d, transport::dial_result& result) noexcept;
    void judge(step& s, dialing& d, transport::dial_result& result);
    void hand_back_others(step& s);

    engine& engine_;
    endpoint& endpoint_;
    std::unordered_map<std::uint64_t, std::unique_ptr<dialing>> all_;
    waiting_list without_;  // have no dial of their own
};

}  // namespace oms::detail

#endif
