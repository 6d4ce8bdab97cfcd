// SPDX-License-Identifier: BSL-1.0
#include "testing/memory_pipe.hpp"

#include "testing/memory_world.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace oms::testing {

namespace error = boost::asio::error;

memory_pipe::memory_pipe(std::shared_ptr<memory_world> world, bool secure) : world_(std::move(world)), secure_(secure) {
    world_->add(*this);
}

memory_pipe::~memory_pipe() {
    world_->remove(*this);
}

std::size_t memory_pipe::read(std::span<char> into, error_code& ec) {
    ec.clear();
    if (left_) {
        ec = error::bad_descriptor;
    } else if (!to_client_.empty()) {
        auto const size = std::min(into.size(), to_client_.size());
        std::copy_n(to_client_.begin(), size, into.begin());
        to_client_.erase(0, size);
        return size;
    } else {
        ec = end_for_client().value_or(error::would_block);
    }
    return 0;
}

// None: it goes on.
std::optional<error_code> memory_pipe::end_for_client() const noexcept {
    if (reset_) return error::connection_reset;
    if (!finished_) return std::nullopt;
    return goodbye_ || !secure_ ? error_code(error::eof) : error_code(errc::connection_closed);
}

void memory_pipe::write(std::string_view bytes, error_code& ec) {
    ec.clear();
    if (left_) {
        ec = error::bad_descriptor;
    } else if (reset_) {
        ec = error::connection_reset;
    } else if (closed_) {  // taken, and answered by a reset
        reset_ = true;
        tell_client();
    } else {
        to_server_.append(bytes);
        if (std::exchange(server_waits_, false)) on_server([](line_user& by) { by.on_readable(); });
    }
}

void memory_pipe::wait(transport::readiness what, std::shared_ptr<transport::stream_user> user) {
    if (left_ || what == transport::readiness::write) {
        error_code const ec = left_ ? error_code(error::operation_aborted) : error_code();
        return world_->post([user = std::move(user), what, ec] { user->on_ready(what, ec); });
    }
    reads_ = std::move(user);
    if (!to_client_.empty() || finished_ || reset_) tell_client();
}

void memory_pipe::tell_client() {
    tell_greeted();
    auto user = std::exchange(reads_, nullptr);
    if (!user) return;
    error_code const ec = left_ ? error_code(error::operation_aborted) : error_code();
    world_->post([user = std::move(user), ec] { user->on_ready(transport::readiness::read, ec); });
}

void memory_pipe::leave() noexcept {
    if (std::exchange(left_, true)) return;
    greeted_to_ = nullptr;
    try {
        tell_client();
        if (std::exchange(server_waits_, false)) on_server([](line_user& by) { by.on_readable(); });
    } catch (...) {  // no memory: then they wait until the context goes
    }
}

void memory_pipe::when_greeted(std::function<void(error_code)> f) {
    greeted_to_ = std::move(f);
    tell_greeted();
}

void memory_pipe::tell_greeted() {
    auto const end = end_for_client();
    if (!greeted_to_ || (!greeted_ && !end)) return;
    auto told = std::exchange(greeted_to_, nullptr);
    world_->post([told = std::move(told), ec = greeted_ ? error_code() : *end] { told(ec); });
}

void memory_pipe::greet() {
    greeted_ = true;
    tell_greeted();
}

std::size_t memory_pipe::take(std::span<char> into, error_code& ec) {
    ec.clear();
    auto const size = std::min(into.size(), to_server_.size());
    std::copy_n(to_server_.begin(), size, into.begin());
    to_server_.erase(0, size);
    if (size == 0) ec = left_ ? error::eof : error_code(error::would_block);
    return size;
}

void memory_pipe::give(std::string_view bytes, error_code& ec) {
    ec = left_ ? error_code(error::broken_pipe) : error_code();
    if (ec) return;
    to_client_.append(bytes);
    tell_client();
}

void memory_pipe::wait_for_client() {
    server_waits_ = true;
    if (to_server_.empty() && !left_) return;
    server_waits_ = false;
    on_server([](line_user& by) { by.on_readable(); });
}

void memory_pipe::call_writable() {
    on_server([](line_user& by) { by.on_writable({}); });
}

void memory_pipe::finish() {
    finished_ = true;
    tell_client();
}

void memory_pipe::close(bool reset) {
    if (std::exchange(closed_, true)) return;
    forget_wake();
    // What it has not read would be answered by a reset.
    reset_ = reset || !to_server_.empty();
    finished_ = true;
    tell_client();
    server_.reset();
}

void memory_pipe::wake_after(std::chrono::nanoseconds delay, std::uint64_t order) {
    forget_wake();
    auto& time = *world_->time();
    auto const now = time.now();
    auto const never = timeline::time_point::max();
    wake_ = time.plan(delay < never - now ? now + delay : never, [weak = weak_from_this(), order] {
        auto const self = weak.lock();
        if (!self) return;
        if (auto const by = self->server_) by->on_time(order);
    });
}

void memory_pipe::forget_wake() noexcept {
    if (wake_) world_->time()->forget(*wake_);
    wake_.reset();
}

void memory_pipe::call_server() {
    on_server([](line_user& by) { by.on_called(); });
}

// By a turn of the event loop; who serves may have closed until then.
void memory_pipe::on_server(std::function<void(line_user&)> what) {
    world_->post([weak = weak_from_this(), what = std::move(what)] {
        auto const self = weak.lock();
        if (!self) return;
        if (auto const by = self->server_) what(*by);
    });
}

void memory_pipe::drop_waits() noexcept {
    auto const self = shared_from_this();
    auto const users = std::pair(std::move(reads_), std::move(server_));
    greeted_to_ = nullptr;
}

void memory_stream::write(std::string_view bytes, error_code& ec) noexcept {
    pipe_->write(bytes, ec);
    handed_over_ = !ec && !bytes.empty();
}

}  // namespace oms::testing
