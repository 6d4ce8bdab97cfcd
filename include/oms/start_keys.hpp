// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_START_KEYS_HPP
#define OMS_START_KEYS_HPP

/// @file
/// What a task is given when it is started again.

#include <oms/detail/export.hpp>
#include <oms/detail/secret.hpp>

#include <string>

namespace oms {

/// The key pairs by which the service reads a task's source and writes its
/// destination. It forgets them when a task is stopped, so a start brings them anew.
///
/// Each is 1–100 visible characters of ASCII. A migration task or group of a list of
/// URLs has no source to log in at: both of the source's are empty then.
///
/// They go into the request's body and nowhere else: what the library holds
/// of them is wiped, and where a reply repeats one it is told as `***`.
struct OMS_DECL start_keys {
    secret source_access_key;       ///< `src_ak`.
    secret source_secret_key;       ///< `src_sk`.
    secret destination_access_key;  ///< `dst_ak`.
    secret destination_secret_key;  ///< `dst_sk`.

    start_keys() noexcept;
    /// Takes the texts over; wipes the arguments' own buffers.
    start_keys(std::string source_access_key, std::string source_secret_key, std::string destination_access_key,
               std::string destination_secret_key);
    start_keys(start_keys const&);
    start_keys(start_keys&&) noexcept;
    start_keys& operator=(start_keys const&);
    start_keys& operator=(start_keys&&) noexcept;
    ~start_keys();
};

}  // namespace oms

#endif
