// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_PARCEL_HPP
#define OMS_CLIENT_PARCEL_HPP

// What is sent through an executor and must not be lost where the executor has
// no memory to take it.

#include <memory>
#include <utility>

namespace oms::detail {

/// Owns a `T` on its way. Destroyed while it is being sent, it gives the `T`
/// back to the sender; later, it destroys it.
template <class T>
class parcel {
public:
    explicit parcel(std::unique_ptr<T> what) noexcept : what_(std::move(what)) {}
    parcel(parcel&&) noexcept = default;
    parcel& operator=(parcel&&) = delete;
    ~parcel() {
        if (what_ && sent != nullptr && sent->what == what_.get()) sent->back = std::move(what_);
    }

    T& operator*() const noexcept { return *what_; }
    T* operator->() const noexcept { return what_.get(); }
    std::unique_ptr<T> take() noexcept {
        if (sent != nullptr && sent->what == what_.get()) sent->what = nullptr;  // it has arrived
        return std::move(what_);
    }

    /// Calls `send`, which passes a parcel with `what` on. Where that throws before it has arrived, `what` is as it
    /// was; what is thrown later passes through. An executor whose context is gone may drop it: then it is no more.
    template <class Send>
    static void try_send(std::unique_ptr<T>& what, Send&& send) {
        struct scope : sending {
            ~scope() { sent = this->before; }
        } now{{what.get(), {}, sent}};
        sent = &now;
        try {
            send(parcel(std::move(what)));
        } catch (...) {
            if (!now.back) throw;
            what = std::move(now.back);
        }
    }

private:
    struct sending {
        T* what;
        std::unique_ptr<T> back;
        sending* before;
    };
    static inline thread_local constinit sending* sent = nullptr;

    std::unique_ptr<T> what_;
};

}  // namespace oms::detail

#endif
