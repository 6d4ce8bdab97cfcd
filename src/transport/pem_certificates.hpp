// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_PEM_CERTIFICATES_HPP
#define OMS_TRANSPORT_PEM_CERTIFICATES_HPP

// Certificates from PEM, of a file or a text, into a context of OpenSSL, and why they could not be read.

#include "transport/openssl_ptr.hpp"

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>
#include <string_view>

namespace oms::transport {

using bio_ptr = openssl_ptr<BIO, BIO_free_all>;

/// One of the errors in OpenSSL's queue of the thread is that. Empties it.
bool memory_was_missing() noexcept;
/// Some of OpenSSL's errors say no more than that another thing failed for want of memory. Empties the thread's queue.
/// @throws std::bad_alloc  it was so
void expect_memory();
/// The newest error of the thread's queue, as text; empties the queue.
/// @throws std::bad_alloc  also where one of them is that memory was missing
std::string openssl_text();

bio_ptr memory_bio(std::string_view text);
/// Opened as close-on-exec, which OpenSSL's own way is not. Null: it cannot be, and OpenSSL's queue says why.
/// @throws std::bad_alloc
bio_ptr file_bio(std::string const& path);

// False: OpenSSL's queue says why. All throw `std::bad_alloc` where that is seen to be memory.

/// The certificates, and the lists of revoked ones; any other kind of block is none of our business.
bool add_roots(SSL_CTX* ctx, BIO* pem);
/// The client's own, leaf first.
bool use_chain(SSL_CTX* ctx, bio_ptr const& pem);

// What OpenSSL reads of a certificate at its first use stays wrong for ever where memory is missing then, and no
// connection could be verified any more.

/// Whether OpenSSL has read all that it needs; what it could not for want of memory, it takes for missing ever after.
bool is_whole(X509* certificate) noexcept;
/// It bears its issuer's name and is not taken for signed by itself: so it may be, and so it is for want of memory.
bool is_doubtful(X509* certificate) noexcept;
/// Has it read of all roots.
/// @throws std::bad_alloc  one was not read as it is
void read_roots(SSL_CTX* ctx);

}  // namespace oms::transport

#endif
