// SPDX-License-Identifier: BSL-1.0
#include "digest.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <stdexcept>
#include <vector>

namespace oms_stop {

namespace {

std::string hex(unsigned char const* bytes, std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        text.push_back("0123456789abcdef"[bytes[i] >> 4]);
        text.push_back("0123456789abcdef"[bytes[i] & 15]);
    }
    return text;
}

void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL computes no SHA-256");
}

}  // namespace

void sha256_stream::free_context::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}

sha256_stream::sha256_stream() : context_(EVP_MD_CTX_new()) {
    require(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void sha256_stream::add(std::string_view bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string sha256_stream::hex() const {
    decltype(context_) const copy(EVP_MD_CTX_new());
    unsigned char result[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    require(copy != nullptr && EVP_MD_CTX_copy_ex(copy.get(), context_.get()) == 1 &&
            EVP_DigestFinal_ex(copy.get(), result, &size) == 1);
    return oms_stop::hex(result, size);
}

std::string sha256(std::string_view bytes) {
    sha256_stream stream;
    stream.add(bytes);
    return stream.hex();
}

std::string random_hex(std::size_t bytes) {
    std::vector<unsigned char> data(bytes);
    if (RAND_bytes(data.data(), static_cast<int>(bytes)) != 1)
        throw std::runtime_error("OpenSSL has no random numbers");
    return hex(data.data(), data.size());
}

}  // namespace oms_stop
