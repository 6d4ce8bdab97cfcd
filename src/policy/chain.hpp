// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_CHAIN_HPP
#define OMS_POLICY_CHAIN_HPP

/// @file
/// First in, first out, by a link that each element brings along: taking one
/// in needs no memory, so that what has to be done can always be noted.

#include <utility>

namespace oms::policy {

template <auto Link>
class chain;

/// Owns its elements. `Link` is a member of theirs, a pointer of the kind that owns them.
template <class T, class Owner, Owner T::*Link>
class chain<Link> {
public:
    chain() noexcept = default;
    chain(chain&& other) noexcept : first_(std::move(other.first_)), last_(std::exchange(other.last_, nullptr)) {}
    chain& operator=(chain&&) = delete;
    ~chain() { clear(); }

    void swap(chain& other) noexcept {
        std::swap(first_, other.first_);
        std::swap(last_, other.last_);
    }
    bool empty() const noexcept { return !first_; }
    T& front() const noexcept { return *first_; }

    /// It is in no other chain by this link.
    void push(Owner one) noexcept {
        T* const added = &*one;
        (last_ != nullptr ? last_->*Link : first_) = std::move(one);
        last_ = added;
    }

    /// Null: there is none.
    Owner pop() noexcept {
        if (empty()) return {};
        Owner one = std::move(first_);
        first_ = std::move((*one).*Link);
        if (!first_) last_ = nullptr;
        return one;
    }

    /// The first that is meant; null: there is none.
    template <class Is>
    Owner extract(Is is) noexcept {
        Owner found{};
        chain all(std::move(*this));
        while (Owner one = all.pop()) {
            if (!found && is(*one)) {
                found = std::move(one);
            } else {
                push(std::move(one));
            }
        }
        return found;
    }

    /// All of the others, behind its own.
    void append(chain&& others) noexcept {
        if (others.empty()) return;
        (last_ != nullptr ? last_->*Link : first_) = std::move(others.first_);
        last_ = std::exchange(others.last_, nullptr);
    }

    /// One by one: a long chain must not destroy itself by recursion.
    void clear() noexcept {
        while (!empty())
            pop();
    }

private:
    Owner first_{};
    T* last_ = nullptr;
};

}  // namespace oms::policy

#endif
