// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_MEMORY_DIAL_HPP
#define OMS_TESTING_MEMORY_DIAL_HPP

// A connection in memory that is being opened, by the steps of a real one.

#include "testing/memory_pipe.hpp"
#include "transport/dialer.hpp"

#include <cstdint>
#include <memory>

namespace oms::testing {

class memory_world;

class memory_dial final : public transport::dial, public std::enable_shared_from_this<memory_dial> {
public:
    memory_dial(std::shared_ptr<memory_world> world, bool secure, std::uint64_t id, transport::dial_target target,
                std::shared_ptr<transport::dial_user> user);
    ~memory_dial() override;

    void start() { then(&memory_dial::resolve); }
    void abandon() noexcept override;

private:
    void then(void (memory_dial::*step)());
    void resolve();
    void connect();
    void shake(error_code ec);
    void fail(error_code code, error_code cause);
    void finish(transport::dial_result result);

    std::shared_ptr<memory_world> const world_;
    bool const secure_;
    std::uint64_t const id_;
    transport::dial_target const target_;
    std::shared_ptr<transport::dial_user> user_;  // null: nobody listens any more
    std::shared_ptr<memory_pipe> pipe_;
    bool connected_ = false;
};

}  // namespace oms::testing

#endif
