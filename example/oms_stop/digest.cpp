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

}  // namespace

std::string sha256(std::string_view bytes) {
    unsigned char result[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), result, &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("OpenSSL computes no SHA-256");
    }
    return hex(result, size);
}

std::string random_hex(std::size_t bytes) {
    std::vector<unsigned char> data(bytes);
    if (RAND_bytes(data.data(), static_cast<int>(bytes)) != 1)
        throw std::runtime_error("OpenSSL has no random numbers");
    return hex(data.data(), data.size());
}

}  // namespace oms_stop
