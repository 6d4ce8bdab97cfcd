// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_SERVICE_HPP
#define OMS_TESTING_SERVICE_HPP

// The service behind the gateway: stop, start, show and list.

#include "testing/reply.hpp"
#include "testing/route.hpp"
#include "testing/world.hpp"

#include <oms/testing/simulator.hpp>

#include <array>
#include <string_view>

namespace oms::testing {

class service {
public:
    explicit service(simulator_options const& options);

    /// @return whether a task was stopped or started by it.
    bool execute(route const& where, std::string_view body, world& tasks, reply& out) const;

private:
    bool stop(route const& where, world& tasks, reply& out) const;
    bool start(route const& where, std::string_view body, world& tasks, reply& out) const;
    void show(route const& where, world& tasks, reply& out) const;
    void list(route const& where, world const& tasks, reply& out) const;

    std::array<kind_options, 3> kinds_;
};

}  // namespace oms::testing

#endif
