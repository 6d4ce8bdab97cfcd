// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SUPPORT_COUNTING_ALLOCATOR_HPP
#define OMS_TEST_SYSTEM_SUPPORT_COUNTING_ALLOCATOR_HPP

#include <cstddef>
#include <memory>

namespace oms::test {

struct allocation_counts {
    std::size_t total = 0, alive = 0;
};

/// Counts what is allocated for a handler; for one thread.
template <class T>
class counting_allocator {
public:
    using value_type = T;

    explicit counting_allocator(allocation_counts& counts) noexcept : counts_(&counts) {}
    template <class U>
    counting_allocator(
        counting_allocator<U> const& other) noexcept  // NOLINT(google-explicit-constructor): as the concept wants it
        : counts_(other.counts_) {}

    T* allocate(std::size_t n) {
        T* const p = std::allocator<T>().allocate(n);
        ++counts_->total;
        ++counts_->alive;
        return p;
    }
    void deallocate(T* p, std::size_t n) noexcept {
        --counts_->alive;
        std::allocator<T>().deallocate(p, n);
    }
    template <class U>
    bool operator==(counting_allocator<U> const& other) const noexcept {
        return counts_ == other.counts_;
    }

private:
    template <class>
    friend class counting_allocator;
    allocation_counts* counts_;
};

}  // namespace oms::test

#endif
