// SPDX-License-Identifier: BSL-1.0
#include "testing/memory_dial.hpp"

#include "testing/memory_world.hpp"

#include <boost/asio/error.hpp>

#include <string>
#include <utility>
#include <vector>

namespace oms::testing {

memory_dial::memory_dial(std::shared_ptr<memory_world> world, bool secure, std::uint64_t id,
                         transport::dial_target target, std::shared_ptr<transport::dial_user> user)
    : world_(std::move(world)), secure_(secure), id_(id), target_(std::move(target)), user_(std::move(user)) {}

memory_dial::~memory_dial() {
    memory_dial::abandon();
}

void memory_dial::abandon() noexcept {
    user_.reset();
    if (auto const pipe = std::exchange(pipe_, nullptr)) pipe->leave();
}

void memory_dial::then(void (memory_dial::*step)()) {
    world_->post([self = shared_from_this(), step] {
        if (self->user_) (*self.*step)();
    });
}

void memory_dial::resolve() {
    if (!target_.literal) user_->on_dial_phase(id_, phase::resolve);
    if (target_.host != memory_world::host && target_.host != memory_world::address)
        return fail(errc::host_not_found, boost::asio::error::host_not_found);
    then(&memory_dial::connect);
}

void memory_dial::connect() {
    auto const user = user_;  // who may abandon it in between
    user->on_dial_phase(id_, phase::connect);
    std::vector<std::string> const only{std::string(memory_world::address)};
    user->on_dial_addresses(id_, only, only);
    if (!user_) return;
    pipe_ = std::make_shared<memory_pipe>(world_, secure_);
    connected_ = world_->connect(target_.port, pipe_);
    if (!connected_) return fail(errc::connect_failed, boost::asio::error::connection_refused);
    if (!secure_) return shake({});
    user->on_dial_phase(id_, phase::handshake);
    if (!pipe_) return;
    pipe_->when_greeted([weak = weak_from_this()](error_code ec) {
        if (auto const self = weak.lock()) self->shake(ec);
    });
}

void memory_dial::shake(error_code ec) {
    if (!user_) return;
    if (ec) return fail(errc::handshake_truncated, ec);
    transport::dial_result result;
    result.connected = std::make_unique<memory_stream>(std::exchange(pipe_, nullptr));
    finish(std::move(result));
}

void memory_dial::fail(error_code code, error_code cause) {
    transport::dial_result result;
    result.code = code;
    result.cause = cause;
    result.text = target_.peer + ": " + code.message() + " (" + cause.message() + ")";
    if (code != errc::host_not_found) result.attempts.push_back({std::string(memory_world::address), code});
    finish(std::move(result));
}

void memory_dial::finish(transport::dial_result result) {
    if (result.code != errc::host_not_found) result.known.emplace_back(memory_world::address);
    if (connected_) result.address = memory_world::address;
    auto const user = std::exchange(user_, nullptr);
    abandon();  // what is left of it
    user->on_dialed(id_, std::move(result));
}

}  // namespace oms::testing
