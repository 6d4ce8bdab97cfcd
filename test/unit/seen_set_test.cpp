// SPDX-License-Identifier: BSL-1.0
#include "bulk/seen_set.hpp"

#include <openssl/evp.h>
#include <openssl/params.h>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

using oms::bulk::keyed_hash;
using oms::bulk::seen_set;

namespace {

using key_type = std::array<std::uint64_t, 2>;

std::array<unsigned char, 16> bytes_of(std::array<std::uint64_t, 2> const& words) {
    std::array<unsigned char, 16> out{};
    for (std::size_t i = 0; i < 16; ++i)
        out[i] = static_cast<unsigned char>(words[i / 8] >> (8 * (i % 8)));
    return out;
}

struct freer {
    void operator()(EVP_MAC* p) const noexcept { EVP_MAC_free(p); }
    void operator()(EVP_MAC_CTX* p) const noexcept { EVP_MAC_CTX_free(p); }
};

// The same by OpenSSL.
std::array<unsigned char, 16> reference(key_type const& key, std::string const& text) {
    std::unique_ptr<EVP_MAC, freer> const mac(EVP_MAC_fetch(nullptr, "SIPHASH", nullptr));
    BOOST_REQUIRE(mac != nullptr);
    std::unique_ptr<EVP_MAC_CTX, freer> const context(EVP_MAC_CTX_new(mac.get()));
    std::size_t size = 16;
    OSSL_PARAM const parameters[] = {OSSL_PARAM_construct_size_t("size", &size), OSSL_PARAM_construct_end()};
    auto const raw = bytes_of(key);
    BOOST_REQUIRE(EVP_MAC_init(context.get(), raw.data(), raw.size(), parameters) == 1);
    BOOST_REQUIRE(EVP_MAC_update(context.get(), reinterpret_cast<unsigned char const*>(text.data()), text.size()) == 1);
    std::array<unsigned char, 16> out{};
    std::size_t written = 0;
    BOOST_REQUIRE(EVP_MAC_final(context.get(), out.data(), &written, out.size()) == 1);
    BOOST_REQUIRE(written == out.size());
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(seen_sets)

BOOST_AUTO_TEST_CASE(hash_is_siphash) {
    std::mt19937_64 random(2);
    for (std::size_t size = 0; size < 300; ++size) {
        key_type const key{random(), random()};
        std::string text(size, '\0');
        for (char& c : text)
            c = static_cast<char>(random());
        BOOST_TEST((bytes_of(keyed_hash(key, text)) == reference(key, text)), "of " << size << " bytes");
    }
}

BOOST_AUTO_TEST_CASE(tells_what_is_new) {
    seen_set seen({1, 2});
    BOOST_TEST(seen.insert(oms::sync_task("p", "t")));
    BOOST_TEST(!seen.insert(oms::sync_task("p", "t")));
    BOOST_TEST(seen.insert(oms::migration_task("p", "t")));
    BOOST_TEST(seen.insert(oms::task_group("p", "t")));
    BOOST_TEST(seen.insert(oms::sync_task("p", "t", "r")));
    BOOST_TEST(seen.insert(oms::sync_task("pt", "")));
    BOOST_TEST(seen.insert(oms::sync_task("", "pt")));
    BOOST_TEST(seen.insert(oms::sync_task("t", "p")));
    BOOST_TEST(seen.size() == 7U);
    for (int i = 0; i < 10'000; ++i)
        BOOST_REQUIRE(seen.insert(oms::sync_task("p", std::to_string(i))));
    for (int i = 0; i < 10'000; ++i)
        BOOST_REQUIRE(!seen.insert(oms::sync_task("p", std::to_string(i))));
}

BOOST_AUTO_TEST_CASE(takes_24_bytes_a_task_at_most) {
    seen_set seen({3, 4});
    for (std::size_t n = 1; n <= 120'000; ++n) {
        BOOST_REQUIRE(seen.insert(oms::sync_task("p", std::to_string(n))));
        if (n >= 20'000 && n % 1'000 == 0) BOOST_TEST(seen.bytes() <= 24 * n, n << " tasks: " << seen.bytes());
    }
    BOOST_TEST(seen.size() == 120'000U);
    for (std::size_t n = 1; n <= 120'000; ++n)
        BOOST_REQUIRE(!seen.insert(oms::sync_task("p", std::to_string(n))));
}

BOOST_AUTO_TEST_SUITE_END()
