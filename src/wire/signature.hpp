// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_SIGNATURE_HPP
#define OMS_WIRE_SIGNATURE_HPP

/// @file
/// Signatures by access key and secret key.

#include "wire/digest.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oms::wire {

enum class sign_algorithm : std::uint8_t {
    sdk_hmac_sha256,  ///< What every endpoint takes.
    v11_hmac_sha256,  ///< With a key derived for one day, region and service.
    sdk_hmac_sm3,     ///< The first one over SM3.
};

/// The key pair that signs. The security token belongs to temporary keys only.
struct signing_keys {
    std::string_view access_key;
    std::string_view secret_key;
    std::string_view security_token;
};

/// What a derived key is good for; only `v11_hmac_sha256` reads it.
struct signing_scope {
    std::string region;
    std::string service;
};

/// A request as it is sent.
struct plain_request {
    std::string_view verb;
    std::string_view path;        ///< As it is sent.
    std::string_view query;       ///< As it is sent, in canonical order; may be empty.
    std::string_view host;        ///< The value of `Host`.
    std::string_view project_id;  ///< For `X-Project-Id`; empty: none.
    std::string_view body{};      ///< Empty: none.
};

/// The time as `X-Sdk-Date` has it: `20240912T030405Z`.
/// @pre  The year has four digits.
std::array<char, 16> sdk_date(std::chrono::sys_seconds time) noexcept;

/// Signs requests with one key pair. Keeps buffers and contexts, so one thread
/// at a time may use it; what it holds of the secrets is wiped at its end.
class signer {
public:
    /// @throws std::runtime_error  where the cryptographic library lacks the digest.
    signer(sign_algorithm algorithm, signing_keys const& keys, signing_scope scope = {});
    signer(signer const&) = delete;
    signer& operator=(signer const&) = delete;
    ~signer();

    /// Appends `X-Project-Id`, `X-Sdk-Date`, `X-Security-Token` and
    /// `Authorization`, as far as they apply. Signs these and `Host`: proxies
    /// may rewrite any other. The request's path and query may be views into `out`.
    void append_headers(std::string& out, plain_request const& request, std::chrono::sys_seconds time);

    /// What `append_headers` adds at most, the project's id aside.
    std::size_t headers_size() const noexcept;

    /// Appends the value of `Authorization` for a request that is spelled canonically.
    /// @param names  Of the headers in it.
    /// @param date   The `X-Sdk-Date` among them.
    void append_authorization(std::string& out, std::string_view canonical, std::string_view names,
                              std::string_view date);

private:
    void clear_canonical(std::size_t size);
    void prepare_key(std::string_view date);

    sign_algorithm algorithm_;
    std::string access_key_;
    std::string security_token_;
    signing_scope scope_;
    hasher hash_;
    keyed_hasher hmac_;  // of the secret key, or for a derived key of what it is derived from
    std::optional<keyed_hasher> derived_;
    std::string credential_scope_;  // day, region and service that `derived_` is for
    std::string intro_;             // what `Authorization` begins with
    std::string empty_payload_hash_;
    std::string canonical_;
    std::string to_sign_;
};

}  // namespace oms::wire

#endif
