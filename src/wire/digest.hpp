// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_DIGEST_HPP
#define OMS_WIRE_DIGEST_HPP

/// @file
/// Digests, with contexts that are kept from one to the next: setting one up
/// costs more than a short message does.

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace oms::wire {

enum class hash_kind : std::uint8_t { sha256, sm3 };

inline constexpr std::size_t digest_size = 32;  // of both kinds
using digest = std::array<unsigned char, digest_size>;

/// A digest's bytes as text, where a key is made from another digest.
inline std::string_view bytes_of(digest const& value) noexcept {
    return {reinterpret_cast<char const*>(value.data()), value.size()};
}

/// For what the cryptographic library says that it has done: where it has not, throws.
/// @throws std::bad_alloc      for want of memory
/// @throws std::runtime_error  where the cryptographic library lacks the digest
void require_digest(bool done);

/// Appends a digest in lower-case hex.
void append_hex(std::string& out, digest const& value);

/// Overwrites the whole capacity of a buffer that held a secret, and empties it.
void wipe(std::string& text) noexcept;

/// Makes room for so many bytes in a buffer that holds a secret: what it grows out of is overwritten.
void reserve_wiped(std::string& text, std::size_t size);

/// Computes plain digests, one at a time.
class hasher {
public:
    /// Throws as `require_digest`, as its function does.
    explicit hasher(hash_kind kind);

    digest operator()(std::string_view message);

private:
    struct free_md {
        void operator()(EVP_MD* md) const noexcept { EVP_MD_free(md); }
    };
    struct free_context {
        void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD, free_md> md_;
    std::unique_ptr<EVP_MD_CTX, free_context> context_;
};

/// Computes HMACs with one key, one at a time. Keeps the key inside the
/// cryptographic library, which wipes it.
class keyed_hasher {
public:
    /// Throws as `require_digest`, as its function does.
    keyed_hasher(hash_kind kind, std::string_view key);

    digest operator()(std::string_view message);

private:
    struct free_context {
        void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
    };
    std::unique_ptr<EVP_MAC_CTX, free_context> context_;
};

}  // namespace oms::wire

#endif
