// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_MEMORY_SERVER_HPP
#define OMS_TESTING_MEMORY_SERVER_HPP

// The service behind ports in memory, in the thread that runs the test's context.

#include "testing/connect_faults.hpp"
#include "testing/connection.hpp"
#include "testing/doors.hpp"
#include "testing/memory_world.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace oms::testing {

class memory_server final : public doors {
public:
    /// @throws boost::system::system_error  a port is taken.
    memory_server(gateway& g, std::shared_ptr<connect_table> connects, std::shared_ptr<memory_world> world);
    ~memory_server() override;

    std::uint16_t port(region const& where) const override { return ports_[where.index]; }
    void refuse(region const& where, bool refused) override { world_->refuse(port(where), refused); }

private:
    void accept(region& where, std::shared_ptr<memory_pipe> const& by);
    void close() noexcept;

    gateway& gateway_;
    std::shared_ptr<connect_table> const connects_;
    std::shared_ptr<memory_world> const world_;
    workplace place_;
    std::vector<std::uint16_t> ports_;
    std::vector<std::weak_ptr<memory_pipe>> pipes_;
};

}  // namespace oms::testing

#endif
