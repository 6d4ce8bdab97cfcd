// SPDX-License-Identifier: BSL-1.0
#include "transport/clock.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <new>
#include <optional>
#include <utility>

namespace oms::transport {

namespace {

// For the waits of one timer, so that setting a time takes no other memory. Two
// are in use where a time is set anew, until the wait before has ended; a third
// is none too many.
class wait_memory {
public:
    static constexpr std::size_t size = 256;

    void* take(std::size_t bytes) {
        if (bytes <= size) {
            for (place& each : places_) {
                if (!each.taken.exchange(true, std::memory_order_acquire)) return each.bytes;
            }
        }
        return ::operator new(bytes);
    }
    void give_back(void* p) noexcept {
        for (place& each : places_) {
            if (p == each.bytes) return each.taken.store(false, std::memory_order_release);
        }
        ::operator delete(p);
    }

private:
    struct place {  // NOLINT(cppcoreguidelines-pro-type-member-init): the memory of others
        std::atomic<bool> taken{false};
        alignas(std::max_align_t) std::byte bytes[size];
    };
    std::array<place, 3> places_;
};

// A wait may outlive its timer for a moment, and keeps its memory.
template <class T>
struct wait_allocator {
    using value_type = T;

    explicit wait_allocator(std::shared_ptr<wait_memory> m) noexcept : memory(std::move(m)) {}
    template <class U>
    wait_allocator(wait_allocator<U> const& other) noexcept  // NOLINT(google-explicit-constructor)
        : memory(other.memory) {}

    T* allocate(std::size_t n) { return static_cast<T*>(memory->take(n * sizeof(T))); }
    void deallocate(T* p, std::size_t) noexcept { memory->give_back(p); }
    friend bool operator==(wait_allocator const& a, wait_allocator const& b) noexcept { return a.memory == b.memory; }

    std::shared_ptr<wait_memory> memory;
};

class asio_clock final : public clock {
public:
    explicit asio_clock(boost::asio::any_io_executor executor)
        : memory_(std::make_shared<wait_memory>()), timer_(std::in_place, std::move(executor)) {}

    std::chrono::steady_clock::time_point now() const noexcept override { return std::chrono::steady_clock::now(); }
    std::chrono::system_clock::time_point wall() const noexcept override { return std::chrono::system_clock::now(); }

    void wake_at(std::chrono::steady_clock::time_point when, std::weak_ptr<sleeper> who) override {
        if (!timer_) return;
        timer_->expires_at(when);
        auto wake = [who = std::move(who)](boost::system::error_code ec) {
            if (ec) return;
            if (auto const woken = who.lock()) woken->on_wake();
        };
        timer_->async_wait(boost::asio::bind_allocator(wait_allocator<std::byte>(memory_), std::move(wake)));
    }

    void forget() noexcept override {
        try {
            if (timer_) timer_->cancel();
        } catch (...) {  // then it wakes for nothing
        }
    }

    void leave_context() noexcept override { timer_.reset(); }

private:
    std::shared_ptr<wait_memory> const memory_;
    std::optional<boost::asio::steady_timer> timer_;
};

}  // namespace

std::unique_ptr<clock> make_system_clock(boost::asio::any_io_executor executor) {
    return std::make_unique<asio_clock>(std::move(executor));
}

}  // namespace oms::transport
