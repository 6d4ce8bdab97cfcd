// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_ROOT_BUNDLE_HPP
#define OMS_TRANSPORT_ROOT_BUNDLE_HPP

// Roots in a PEM text, found by their subject. A system has some 150 of them, and a process needs one or two: each is
// decoded when it is asked for, as the key alone takes longer than finding the subjects of all.

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms::transport {

/// A number for a name (X.509, DER): the same for all that OpenSSL takes for one name, which regards neither case, nor
/// white space, nor the kind of a string. Nothing: the encoding is none that is told.
std::optional<std::uint64_t> number_of_name(std::string_view der) noexcept;

/// Changed by nobody, so that any number of clients and threads can use one.
class root_bundle {
public:
    /// Whatever is no certificate in it is none of our business.
    /// @throws std::bad_alloc
    explicit root_bundle(std::string pem);
    root_bundle(root_bundle const&) = delete;
    root_bundle& operator=(root_bundle const&) = delete;

    std::string const& pem() const noexcept { return pem_; }
    std::size_t size() const noexcept { return blocks_.size(); }

    /// Puts all that have this subject into `store`, where each is once; may put others. All in one moment, for other
    /// threads that use the store. One that is malformed is of no use. False: memory was missing, none was put, and
    /// OpenSSL's queue says so.
    bool add_to(X509_STORE* store, X509_NAME const* subject) const noexcept;

private:
    struct block {
        std::optional<std::uint64_t> subject;  ///< Nothing: it may be anybody's.
        std::string_view pem;
    };

    std::string const pem_;
    std::vector<block> blocks_;
};

}  // namespace oms::transport

#endif
