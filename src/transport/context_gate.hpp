// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_CONTEXT_GATE_HPP
#define OMS_TRANSPORT_CONTEXT_GATE_HPP

// How threads from elsewhere come into an execution context that may be
// destroyed at any time: each takes a pass, and the context's end waits for
// those who have one. Nobody keeps a pass while a user's function runs; what is
// the context's is left with the gate in the meantime, and goes with it.
//
// Threads that run the context's own handlers need none: it cannot end beside them.

#include <boost/intrusive/list.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace oms::transport {

class context_gate {
public:
    /// Something that must not outlive the context, but for what it is made of.
    class belonging
        : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::safe_link>> {
    public:
        virtual ~belonging() = default;
    };

    /// Lets its owner touch the context. False: the context ends, or has ended.
    class pass {
    public:
        pass() noexcept = default;
        explicit pass(context_gate& g) noexcept : gate_(g.come_in() ? &g : nullptr) {}
        pass(pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
        pass& operator=(pass&& other) noexcept {
            if (this != &other) {
                leave();
                gate_ = std::exchange(other.gate_, nullptr);
            }
            return *this;
        }
        ~pass() { leave(); }

        explicit operator bool() const noexcept { return gate_ != nullptr; }
        void leave() noexcept {
            if (auto* const g = std::exchange(gate_, nullptr)) g->go_out();
        }

    private:
        context_gate* gate_ = nullptr;
    };

    context_gate() = default;
    context_gate(context_gate const&) = delete;
    context_gate& operator=(context_gate const&) = delete;
    ~context_gate();

    pass enter() noexcept { return pass(*this); }

    /// Leaves something with the gate, which destroys it where the context ends first. With a pass.
    void keep(std::unique_ptr<belonging> b) noexcept;
    /// Takes it back. With a pass, or on a thread of the context.
    std::unique_ptr<belonging> take_back(belonging& b) noexcept;

    /// The context ends: waits for those inside, and destroys what was left here. Nobody gets in any more.
    void close() noexcept;
    /// Nothing is left here.
    bool empty() const noexcept;
    bool closed() const noexcept { return (inside_.load(std::memory_order_relaxed) & closing) != 0; }

private:
    using belongings = boost::intrusive::list<belonging, boost::intrusive::constant_time_size<false>>;
    static constexpr std::uint32_t closing = 0x8000'0000;

    bool come_in() noexcept {
        if ((inside_.fetch_add(1, std::memory_order_acquire) & closing) == 0) return true;
        go_out();
        return false;
    }
    void go_out() noexcept {
        if (inside_.fetch_sub(1, std::memory_order_acq_rel) == (closing | 1)) tell_closer();
    }
    void tell_closer() noexcept;

    std::atomic<std::uint32_t> inside_{0};  // passes, and whether it closes
    mutable std::mutex mutex_;              // no other is taken under it
    std::condition_variable empty_;
    belongings kept_;
};

}  // namespace oms::transport

#endif
