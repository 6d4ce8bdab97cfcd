// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_SYSTEM_ROOTS_HPP
#define OMS_TRANSPORT_SYSTEM_ROOTS_HPP

// The roots of the system: a file and directories, which OpenSSL's build names, or `SSL_CERT_FILE` and `SSL_CERT_DIR`.
// As with OpenSSL alone, the file is read at once and goes before the directories, in which a name is looked up when it
// is asked for. All clients of a process share what they read of it, for as long as the file says the same and any of
// them lives.

#include "transport/openssl_ptr.hpp"
#include "transport/root_bundle.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace oms::transport {

/// What is in this file; nothing, where it cannot be read or is longer than 64 MiB. The one that was made last, where
/// it lives and the file says the same: comparing costs a fraction of finding the subjects again, and unlike a file's
/// times is never wrong. It never waits for another thread, or for one that a fork left behind: whoever is in another's
/// way gets one of their own.
/// @throws std::bad_alloc
std::shared_ptr<root_bundle const> bundle_of_file(char const* path);

/// Where they are.
struct system_places {
    std::string file;
    std::string directories;  ///< By colons.
};
/// As the environment says now: who reads the roots again later, beside threads that may set it, keeps them.
/// @throws std::bad_alloc
system_places places_of_environment();

class system_roots {
public:
    /// Reads the file. One that cannot be read has no roots.
    /// @throws std::bad_alloc
    explicit system_roots(system_places const& places);
    system_roots(system_roots const&) = delete;
    system_roots& operator=(system_roots const&) = delete;

    /// Neither in the file nor in a directory.
    bool none() const;
    bool any_in_file() const noexcept { return file_->size() > 0; }

    /// `context`, which this must outlive, trusts them from now on, besides what it trusts already. False: OpenSSL's
    /// queue says why not.
    bool serve(SSL_CTX* context) noexcept;

private:
    static int find(X509_LOOKUP*, X509_LOOKUP_TYPE, X509_NAME const*, X509_OBJECT*) noexcept;

    std::string const directories_;
    std::shared_ptr<root_bundle const> file_;
    openssl_ptr<X509_LOOKUP_METHOD, X509_LOOKUP_meth_free> method_;
};

}  // namespace oms::transport

#endif
