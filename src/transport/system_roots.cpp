// SPDX-License-Identifier: BSL-1.0
#include "transport/system_roots.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

namespace oms::transport {

namespace {

// As OpenSSL asks, which in a program with another's rights does not believe who started it.
char const* environment_or(char const* variable, char const* otherwise) noexcept {
#ifdef _GNU_SOURCE
    char const* const set = ::secure_getenv(variable);
#else
    char const* const set = std::getenv(variable);
#endif
    return set != nullptr ? set : otherwise;
}

// Certificates in directories are looked up by name, as they are needed.
bool any_has_a_file(std::string_view directories) {
    while (!directories.empty()) {
        auto const colon = std::min(directories.find(':'), directories.size());
        std::error_code ec;
        std::filesystem::directory_iterator const files(directories.substr(0, colon), ec);
        if (!ec && files != std::filesystem::directory_iterator()) return true;
        directories.remove_prefix(std::min(colon + 1, directories.size()));
    }
    return false;
}

void free_certificates(STACK_OF(X509) * all) noexcept {
    sk_X509_pop_free(all, X509_free);
}

// What the directory says of a file; nothing, where it says nothing.
std::size_t likely_size(char const* path, std::size_t most) {
    std::error_code ec;
    auto const size = std::filesystem::file_size(path, ec);
    return ec ? 0 : static_cast<std::size_t>(std::min<std::uintmax_t>(size, most));
}

// Read by one client after another; it never waits for another thread, nor for one that a fork left behind.
class newest_bundle {
public:
    std::shared_ptr<root_bundle const> get() noexcept {
        std::unique_lock const lock(mutex_, std::try_to_lock);
        return lock ? bundle_.lock() : nullptr;
    }
    void set(std::shared_ptr<root_bundle const> const& bundle) noexcept {
        std::unique_lock const lock(mutex_, std::try_to_lock);
        if (lock) bundle_ = bundle;
    }

private:
    std::mutex mutex_;
    std::weak_ptr<root_bundle const> bundle_;
};

}  // namespace

std::shared_ptr<root_bundle const> bundle_of_file(char const* path) {
    constexpr std::size_t most = 64 * 1024 * 1024;
    static newest_bundle& newest = *new newest_bundle;  // for clients that outlive what is static
    auto known = newest.get();
    std::string_view const same = known ? std::string_view(known->pem()) : std::string_view();
    std::size_t size = 0;  // of what begins both
    std::string other;     // all of the file, once it is another
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::fopen(path, "rbe"), std::fclose);
    std::array<char, 16 * 1024> room;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled before it is read
    while (std::size_t const got = file ? std::fread(room.data(), 1, room.size(), file.get()) : 0) {
        std::string_view const part(room.data(), got);
        if (other.empty() && same.substr(size).starts_with(part)) {
            size += got;
            continue;
        }
        if (other.empty()) {
            other.reserve(likely_size(path, most));  // to grow costs more than to read
            other = same.substr(0, size);
        }
        other += part;
        if (other.size() > most) {  // it may have no end
            other.clear();
            size = 0;
            break;
        }
    }
    if (known && other.empty() && size == same.size()) return known;
    if (other.empty()) other = same.substr(0, size);
    auto made = std::make_shared<root_bundle const>(std::move(other));
    newest.set(made);
    return made;
}

system_places places_of_environment() {
    return {environment_or(X509_get_default_cert_file_env(), X509_get_default_cert_file()),
            environment_or(X509_get_default_cert_dir_env(), X509_get_default_cert_dir())};
}

system_roots::system_roots(system_places const& places)
    : directories_(places.directories),
      file_(bundle_of_file(places.file.c_str())),
      method_(X509_LOOKUP_meth_new("the system's roots")) {
    if (!method_ || X509_LOOKUP_meth_set_get_by_subject(method_.get(), &system_roots::find) != 1)
        throw std::bad_alloc();
}

bool system_roots::none() const {
    return file_->size() == 0 && !any_has_a_file(directories_);
}

bool system_roots::serve(SSL_CTX* context) noexcept {
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    X509_LOOKUP* const lookup = X509_STORE_add_lookup(store, method_.get());
    if (lookup == nullptr || X509_LOOKUP_set_method_data(lookup, this) != 1) return false;
    // As OpenSSL does by itself, which would ask the environment again.
    X509_LOOKUP* const by_hash = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
    X509_LOOKUP* const by_store = X509_STORE_add_lookup(store, X509_LOOKUP_store());
    if (by_hash == nullptr || by_store == nullptr) return false;
    if (!directories_.empty()) {
        // Several directories are none to the second, nor is one that is not there: then it has no roots.
        bool const looked_up = X509_LOOKUP_add_dir(by_hash, directories_.c_str(), X509_FILETYPE_PEM) == 1 &&
                               X509_LOOKUP_add_store(by_store, directories_.c_str()) == 1;
        if (!looked_up && ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE) return false;
        ERR_clear_error();
    }
    // OpenSSL looks no further for a name of which it has a root.
    openssl_ptr<STACK_OF(X509), free_certificates> const known{X509_STORE_get1_all_certs(store)};
    bool all = known != nullptr;
    for (int i = 0; all && i < sk_X509_num(known.get()); ++i)
        all = file_->add_to(store, X509_get_subject_name(sk_X509_value(known.get(), i)));
    return all;
}

int system_roots::find(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, X509_NAME const* subject,
                       X509_OBJECT* into) noexcept {
    if (type != X509_LU_X509) return 0;  // lists of revoked ones are not asked for
    auto const& self = *static_cast<system_roots const*>(X509_LOOKUP_get_method_data(lookup));
    X509_STORE* const store = X509_LOOKUP_get_store(lookup);
    self.file_->add_to(store, subject);
    X509_STORE_lock(store);
    auto* const found = X509_OBJECT_retrieve_by_subject(X509_STORE_get0_objects(store), type, subject);
    X509* const root = found != nullptr ? X509_OBJECT_get0_X509(found) : nullptr;
    bool const given = root != nullptr && X509_OBJECT_set1_X509(into, root) == 1;
    X509_STORE_unlock(store);
    if (given) X509_free(root);  // who asked counts a use of their own besides this one, and the store keeps it
    return given ? 1 : 0;
}

}  // namespace oms::transport
