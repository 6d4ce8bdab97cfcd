// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_MEMORY_WORLD_HPP
#define OMS_TESTING_MEMORY_WORLD_HPP

// What the clients of an execution context have in place of the network and of
// real time: ports in memory, and a time that a test moves.

#include "testing/memory_pipe.hpp"
#include "testing/timeline.hpp"
#include "transport/surroundings.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

namespace oms::testing {

class memory_world final : public transport::surroundings, public std::enable_shared_from_this<memory_world> {
public:
    using accept_function = std::function<void(std::shared_ptr<memory_pipe>)>;

    static constexpr std::string_view host = "localhost";
    static constexpr std::string_view address = "127.0.0.1";

    explicit memory_world(boost::asio::io_context& context) : context_(&context) {}

    std::shared_ptr<timeline> const& time() const noexcept { return time_; }

    /// Does what is to be done, unless it would be later than `until`.
    void run(timeline::time_point until, std::function<bool()> const& done);
    /// By a turn of the event loop; nothing where the context is gone.
    template <class F>
    void post(F&& f) {
        if (context_ != nullptr) boost::asio::post(*context_, std::forward<F>(f));
    }

    /// @param port  0: the next one that is free. @return the port
    /// @throws boost::system::system_error  somebody has it.
    std::uint16_t listen(std::uint16_t port, accept_function accept);
    void refuse(std::uint16_t port, bool refused) { listeners_.at(port).refused = refused; }
    void unlisten(std::uint16_t port) noexcept { listeners_.erase(port); }
    /// False: refused.
    bool connect(std::uint16_t port, std::shared_ptr<memory_pipe> by);

    void add(memory_pipe& p) { pipes_.insert(&p); }
    void remove(memory_pipe& p) noexcept { pipes_.erase(&p); }

    std::unique_ptr<transport::clock> make_clock() override { return time_->make_clock(); }
    std::shared_ptr<transport::dialer> make_dialer(bool secure) override;
    void leave_context() noexcept override;

private:
    struct listener {
        accept_function accept;
        bool refused = false;
    };

    boost::asio::io_context* context_;  // null: gone
    std::shared_ptr<timeline> const time_ = std::make_shared<timeline>();
    std::map<std::uint16_t, listener> listeners_;
    std::set<memory_pipe*> pipes_;
};

}  // namespace oms::testing

#endif
