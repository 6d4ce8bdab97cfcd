// SPDX-License-Identifier: BSL-1.0
#include "wire/digest.hpp"

#include "wire/secure_zero.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace oms::wire {

namespace {

// The two digits of each byte, side by side: signing spends a tenth of its time on hex otherwise.
constexpr auto hex_pairs = [] {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<char, 512> pairs{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
        pairs[2 * byte] = digits[byte >> 4U];
        pairs[2 * byte + 1] = digits[byte & 0xFU];
    }
    return pairs;
}();

constexpr char const* name_of(hash_kind kind) noexcept {
    return kind == hash_kind::sha256 ? "SHA256" : "SM3";
}

// The one other thing that fails a digest. For want of memory the library may give any reason, or none.
bool is_unknown() noexcept {
    bool unknown = false;
    while (unsigned long const reason = ERR_get_error())
        unknown = unknown || ERR_GET_REASON(reason) == ERR_R_UNSUPPORTED;
    return unknown;
}

}  // namespace

void require_digest(bool done) {
    if (done) return;
    if (!is_unknown()) throw std::bad_alloc();
    throw std::runtime_error("the cryptographic library lacks a digest");
}

void append_hex(std::string& out, digest const& value) {
    std::array<char, 2 * digest_size> text{};
    char* at = text.data();
    for (unsigned char byte : value)
        at = std::copy_n(hex_pairs.data() + 2 * std::size_t{byte}, 2, at);
    out.append(text.data(), text.size());
}

void wipe(std::string& text) noexcept {
    text.resize(text.capacity());  // never allocates
    secure_zero(text.data(), text.size());
    text.clear();
}
void reserve_wiped(std::string& text, std::size_t size) {
    if (size <= text.capacity()) return;
    std::string larger;
    larger.reserve(std::max(size, 2 * text.capacity()));
    larger.append(text);
    wipe(text);
    text.swap(larger);
}

hasher::hasher(hash_kind kind) : md_(EVP_MD_fetch(nullptr, name_of(kind), nullptr)), context_(EVP_MD_CTX_new()) {
    require_digest(md_ != nullptr && context_ != nullptr);
}

digest hasher::operator()(std::string_view message) {
    digest out;
    require_digest(EVP_DigestInit_ex2(context_.get(), md_.get(), nullptr) == 1 &&
                   EVP_DigestUpdate(context_.get(), message.data(), message.size()) == 1 &&
                   EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) == 1);
    return out;
}

keyed_hasher::keyed_hasher(hash_kind kind, std::string_view key) {
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    context_.reset(EVP_MAC_CTX_new(mac));  // null where there is no HMAC
    EVP_MAC_free(mac);                     // the context has its own reference
    require_digest(context_ != nullptr);

    std::string digest_name = name_of(kind);
    std::array<OSSL_PARAM, 2> const parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name.data(), 0), OSSL_PARAM_construct_end()};
    // A null key would mean "the one from before".
    auto const* bytes = reinterpret_cast<unsigned char const*>(key.empty() ? "" : key.data());
    require_digest(EVP_MAC_init(context_.get(), bytes, key.size(), parameters.data()) == 1);
}

digest keyed_hasher::operator()(std::string_view message) {
    digest out;
    std::size_t size = 0;
    auto const* const bytes = reinterpret_cast<unsigned char const*>(message.data());
    require_digest(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 &&
                   EVP_MAC_update(context_.get(), bytes, message.size()) == 1 &&
                   EVP_MAC_final(context_.get(), out.data(), &size, out.size()) == 1 && size == out.size());
    return out;
}

}  // namespace oms::wire
