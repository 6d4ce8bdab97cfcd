// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_OPENSSL_PTR_HPP
#define OMS_TRANSPORT_OPENSSL_PTR_HPP

#include <memory>

namespace oms::transport {

template <auto Free>
struct openssl_delete {
    template <class T>
    void operator()(T* p) const noexcept {
        Free(p);
    }
};
/// Owns an object of OpenSSL, which `Free` frees.
template <class T, auto Free>
using openssl_ptr = std::unique_ptr<T, openssl_delete<Free>>;

}  // namespace oms::transport

#endif
