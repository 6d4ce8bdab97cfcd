// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_DIGEST_HPP
#define OMS_STOP_DIGEST_HPP

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // of OpenSSL

namespace oms_stop {

/// SHA-256 of what comes in pieces.
class sha256_stream {
public:
    /// @throws std::runtime_error  the cryptographic library has none.
    sha256_stream();
    void add(std::string_view bytes);
    /// Of all so far, in lower-case hexadecimal.
    std::string hex() const;

private:
    struct free_context {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, free_context> context_;
};

/// SHA-256, in lower-case hexadecimal: what `sha256sum` prints.
/// @throws std::runtime_error  the cryptographic library has none.
std::string sha256(std::string_view bytes);

/// So many random bytes, in hexadecimal.
/// @throws std::runtime_error
std::string random_hex(std::size_t bytes);

}  // namespace oms_stop

#endif
