// SPDX-License-Identifier: BSL-1.0
// What it costs to sign one stop, beside what OpenSSL's own digests of the same bytes cost.
#include "wire/digest.hpp"
#include "wire/signature.hpp"

#include <benchmark/benchmark.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

// OpenSSL's allocations and ours. The programs have one thread.
std::size_t allocations = 0;

void* counted(std::size_t size) {
    ++allocations;
    return std::malloc(size);
}

void* openssl_malloc(std::size_t size, char const*, int) {
    return counted(size);
}
void* openssl_realloc(void* old, std::size_t size, char const*, int) {
    ++allocations;
    return std::realloc(old, size);
}
void openssl_free(void* old, char const*, int) {
    std::free(old);
}

constexpr std::string_view path =
    "/v2/2c0689c860ad4728a497c91ec0844383/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop";
constexpr std::string_view host = "oms.cn-north-4.myhuaweicloud.com";
constexpr std::string_view project = "2c0689c860ad4728a497c91ec0844383";
constexpr std::string_view secret_key = "hwTestSk0000000000000000000000000000000001";

void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL failed");
}

// Counts from its making to `report`.
class allocation_meter {
public:
    explicit allocation_meter(benchmark::State& state) : state_(state), begun_(allocations) {}
    void report() {
        state_.counters["allocations"] =
            benchmark::Counter(static_cast<double>(allocations - begun_), benchmark::Counter::kAvgIterations);
    }

private:
    benchmark::State& state_;
    std::size_t begun_;
};

// One stop, as each attempt of a call signs it.
void sign(benchmark::State& state, oms::wire::sign_algorithm algorithm, std::string_view security_token) {
    oms::wire::signer keys(algorithm, {"HWTESTAK000000000001", secret_key, security_token}, {"cn-north-4", "oms"});
    std::chrono::sys_seconds const time(std::chrono::seconds(1'726'110'245));
    std::string out;
    out.reserve(keys.headers_size() + project.size());
    oms::wire::plain_request const request{"POST", path, "", host, project};
    keys.append_headers(out, request, time);
    allocation_meter meter(state);
    for (auto _ : state) {
        out.clear();
        keys.append_headers(out, request, time);
        benchmark::DoNotOptimize(out.data());
    }
    meter.report();
}

void stop_signed(benchmark::State& state) {
    sign(state, oms::wire::sign_algorithm::sdk_hmac_sha256, {});
}
void stop_signed_with_a_security_token(benchmark::State& state) {
    static std::string const token(600, 't');
    sign(state, oms::wire::sign_algorithm::sdk_hmac_sha256, token);
}
void stop_signed_v11(benchmark::State& state) {
    sign(state, oms::wire::sign_algorithm::v11_hmac_sha256, {});
}
void stop_signed_sm3(benchmark::State& state) {
    sign(state, oms::wire::sign_algorithm::sdk_hmac_sm3, {});
}

// The bytes that are hashed for such a stop.
std::string canonical_text() {
    std::string text = "POST\n";
    text.append(path).append("/\n\nhost:").append(host).append("\nx-project-id:").append(project);
    text.append("\nx-sdk-date:20240912T030405Z\n\nhost;x-project-id;x-sdk-date\n");
    return text.append(64, 'e');
}

std::string text_to_sign() {
    return "SDK-HMAC-SHA256\n20240912T030405Z\n" + std::string(64, 'f');
}

// One SHA-256 and one HMAC, with contexts that are kept: the least that signing can cost.
void openssl_kept_contexts(benchmark::State& state) {
    std::string const canonical = canonical_text(), to_sign = text_to_sign();
    EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_MD_CTX* const hash = EVP_MD_CTX_new();
    EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    EVP_MAC_CTX* const mac = EVP_MAC_CTX_new(hmac);
    std::string digest = "SHA256";
    std::array<OSSL_PARAM, 2> const parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
    auto const bytes = [](std::string_view text) { return reinterpret_cast<unsigned char const*>(text.data()); };
    require(EVP_MAC_init(mac, bytes(secret_key), secret_key.size(), parameters.data()) == 1);
    std::array<unsigned char, 32> out{};
    std::size_t size = 0;
    allocation_meter meter(state);
    for (auto _ : state) {
        require(EVP_DigestInit_ex2(hash, sha256, nullptr) == 1 &&
                EVP_DigestUpdate(hash, canonical.data(), canonical.size()) == 1 &&
                EVP_DigestFinal_ex(hash, out.data(), nullptr) == 1);
        benchmark::DoNotOptimize(out.data());
        require(EVP_MAC_init(mac, nullptr, 0, nullptr) == 1 &&
                EVP_MAC_update(mac, bytes(to_sign), to_sign.size()) == 1 &&
                EVP_MAC_final(mac, out.data(), &size, out.size()) == 1);
        benchmark::DoNotOptimize(out.data());
    }
    meter.report();
    EVP_MAC_CTX_free(mac);
    EVP_MAC_free(hmac);
    EVP_MD_CTX_free(hash);
    EVP_MD_free(sha256);
}

// The same as it is usually written.
void openssl_one_shot(benchmark::State& state) {
    std::string const canonical = canonical_text(), to_sign = text_to_sign();
    std::array<unsigned char, 32> out{};
    std::size_t size = 0;
    allocation_meter meter(state);
    for (auto _ : state) {
        require(EVP_Q_digest(nullptr, "SHA256", nullptr, canonical.data(), canonical.size(), out.data(), &size) == 1);
        require(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret_key.data(), secret_key.size(),
                          reinterpret_cast<unsigned char const*>(to_sign.data()), to_sign.size(), out.data(),
                          out.size(), &size) != nullptr);
        benchmark::DoNotOptimize(out.data());
    }
    meter.report();
}

BENCHMARK(stop_signed);
BENCHMARK(openssl_kept_contexts);
BENCHMARK(openssl_one_shot);
BENCHMARK(stop_signed_with_a_security_token);
BENCHMARK(stop_signed_v11);
BENCHMARK(stop_signed_sm3);

}  // namespace

// Not inlined: GCC would take the two for a pair that does not match.
[[gnu::noinline]] void* operator new(std::size_t size) {
    if (void* const memory = counted(size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

int main(int argc, char** argv) {
    if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1) return 1;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::AddCustomContext("bar for stop_signed", "700 ns, 3 allocations");
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
