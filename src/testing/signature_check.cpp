// SPDX-License-Identifier: BSL-1.0
#include "testing/signature_check.hpp"

#include <boost/beast/core/string.hpp>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace oms::testing {

namespace {

using algorithm = signature_claim::algorithm;
using boost::beast::iequals;

struct algorithm_words {
    algorithm how;
    std::string_view name, intro;
};
constexpr std::array known_algorithms{
    algorithm_words{algorithm::hmac_sha256, "SDK-HMAC-SHA256", "SDK-HMAC-SHA256 Access="},
    algorithm_words{algorithm::derived_hmac_sha256, "V11-HMAC-SHA256", "V11-HMAC-SHA256 Credential="},
    algorithm_words{algorithm::hmac_sm3, "SDK-HMAC-SM3", "SDK-HMAC-SM3 Access="},
};

void require(bool done) {
    if (!done) throw std::runtime_error("oms simulator: OpenSSL lacks a digest");
}

EVP_MD const* digest_of(algorithm how) noexcept {
    return how == algorithm::hmac_sm3 ? EVP_sm3() : EVP_sha256();
}

std::string to_hex(unsigned char const* bytes, std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
        text.push_back("0123456789abcdef"[bytes[i] >> 4]);
        text.push_back("0123456789abcdef"[bytes[i] & 15]);
    }
    return text;
}

std::string hex_digest(EVP_MD const* digest, std::string_view message) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    require(EVP_Digest(message.data(), message.size(), out.data(), &size, digest, nullptr) == 1);
    return to_hex(out.data(), size);
}

std::string hex_hmac(EVP_MD const* digest, std::string_view key, std::string_view message) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    require(HMAC(digest, key.data(), static_cast<int>(key.size()),
                 reinterpret_cast<unsigned char const*>(message.data()), message.size(), out.data(), &size) != nullptr);
    return to_hex(out.data(), size);
}

// The key of a derived signature: HKDF (RFC 5869), its result as hex text.
std::string derived_key(std::string_view access_key, std::string_view secret_key, std::string_view scope) {
    std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> const kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr), EVP_KDF_free);
    require(kdf != nullptr);
    std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> const context(EVP_KDF_CTX_new(kdf.get()),
                                                                            EVP_KDF_CTX_free);
    std::string digest = "SHA256", key(secret_key), salt(access_key), info(scope);
    std::array const parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt.data(), salt.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end(),
    };
    std::array<unsigned char, 32> out{};
    require(context && EVP_KDF_derive(context.get(), out.data(), out.size(), parameters.data()) == 1);
    return to_hex(out.data(), out.size());
}

int hex_value(char c) noexcept {
    auto const at = std::string_view("0123456789ABCDEF").find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

// Escapes in upper case only: another spelling is another request.
bool decode(std::string_view text, std::string& out) {
    out.clear();
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        if (i + 2 >= text.size()) return false;
        int const high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return false;
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return true;
}

std::string encode(std::string_view text) {
    std::string out;
    for (char const c : text) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '_' || c == '.' || c == '~';
        if (plain) {
            out.push_back(c);
        } else {
            auto const byte = static_cast<unsigned char>(c);
            out.append({'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]});
        }
    }
    return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto const end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string with_slash(std::string path) {
    if (!path.ends_with('/')) path.push_back('/');
    return path;
}

// Decoded after it was split at its slashes, as most clients do.
bool spell_by_segment(std::string_view path, std::string& out) {
    out.clear();
    std::string segment;
    for (auto const& raw : split(path.substr(1), '/')) {
        if (!decode(raw, segment)) return false;
        out.append("/").append(encode(segment));
    }
    out = with_slash(std::move(out));
    return true;
}

// Decoded first, as the Python SDK does: `%2F` becomes a slash that splits.
bool spell_decoded(std::string_view path, std::string& out) {
    std::string whole;
    if (!decode(path, whole)) return false;
    out.clear();
    for (auto const& segment : split(std::string_view(whole).substr(1), '/')) {
        out.append("/").append(encode(segment));
    }
    out = with_slash(std::move(out));
    return true;
}

bool spell_query(std::string_view query, std::string& out) {
    out.clear();
    if (query.empty()) return true;
    std::vector<std::pair<std::string, std::string>> pairs;
    for (auto const& raw : split(query, '&')) {
        auto const equals = raw.find('=');
        if (equals == std::string_view::npos) return false;
        auto& [name, value] = pairs.emplace_back();
        if (!decode(raw.substr(0, equals), name) || !decode(raw.substr(equals + 1), value)) return false;
    }
    std::ranges::sort(pairs);
    for (auto const& [name, value] : pairs) {
        if (!out.empty()) out.push_back('&');
        out.append(encode(name)).append("=").append(encode(value));
    }
    return true;
}

// The one header of this name; null where there is none, or several.
header_view const* only(std::span<header_view const> headers, std::string_view name) {
    auto const same = [&](header_view const& each) { return iequals(each.name, name); };
    auto const found = std::ranges::find_if(headers, same);
    if (found == headers.end() || std::find_if(found + 1, headers.end(), same) != headers.end()) return nullptr;
    return &*found;
}

bool spell_headers(signature_claim const& claim, std::span<header_view const> headers, std::string& out) {
    auto const names = split(claim.signed_headers, ';');
    if (!std::ranges::is_sorted(names, std::ranges::less_equal())) return false;
    out.clear();
    for (auto const name : names) {
        auto const* const header = only(headers, name);
        if (!header) return false;
        out.append(name).append(":").append(header->value).append("\n");
    }
    constexpr std::array always{"x-sdk-date", "x-project-id", "x-security-token", "x-sdk-content-sha256",
                                "x-sdk-content-sm3"};
    return std::ranges::all_of(always, [&](std::string_view name) {
        bool const sent = std::ranges::any_of(headers, [&](auto const& each) { return iequals(each.name, name); });
        return !sent || std::ranges::find(names, name) != names.end();
    });
}

bool spell_payload(algorithm how, signed_request const& request, std::string& out) {
    out = hex_digest(digest_of(how), request.body);
    auto const* const preset =
        only(request.headers, how == algorithm::hmac_sm3 ? "X-Sdk-Content-Sm3" : "X-Sdk-Content-Sha256");
    if (!preset || preset->value == out) return true;
    out = preset->value;
    return preset->value == "UNSIGNED-PAYLOAD";
}

}  // namespace

std::optional<signature_claim> parse_claim(std::string_view authorization) {
    constexpr std::string_view headers_follow = ", SignedHeaders=", signature_follows = ", Signature=";
    auto const known =
        std::ranges::find_if(known_algorithms, [&](auto const& each) { return authorization.starts_with(each.intro); });
    if (known == known_algorithms.end()) return std::nullopt;
    authorization.remove_prefix(known->intro.size());
    auto const headers = authorization.find(headers_follow);
    auto const signature = authorization.rfind(signature_follows);
    if (headers == std::string_view::npos || signature == std::string_view::npos || signature < headers)
        return std::nullopt;
    signature_claim claim;
    claim.how = known->how;
    claim.access_key = authorization.substr(0, headers);
    auto const names = headers + headers_follow.size();
    claim.signed_headers = authorization.substr(names, signature - names);
    claim.signature = authorization.substr(signature + signature_follows.size());
    if (claim.how == algorithm::derived_hmac_sha256) {
        auto const slash = claim.access_key.find('/');
        if (slash == std::string_view::npos) return std::nullopt;
        claim.scope = claim.access_key.substr(slash + 1);
        claim.access_key = claim.access_key.substr(0, slash);
        if (split(claim.scope, '/').size() != 3) return std::nullopt;
    }
    return claim;
}

std::optional<std::chrono::sys_seconds> parse_sdk_date(std::string_view text) {
    if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
    auto const digits = std::string(text.substr(0, 8)) + std::string(text.substr(9, 6));
    if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    auto const number = [&](std::size_t at, std::size_t size) { return std::stoi(digits.substr(at, size)); };
    using namespace std::chrono;
    year_month_day const date(year(number(0, 4)), month(static_cast<unsigned>(number(4, 2))),
                              day(static_cast<unsigned>(number(6, 2))));
    int const h = number(8, 2), m = number(10, 2), s = number(12, 2);
    if (!date.ok() || h > 23 || m > 59 || s > 59) return std::nullopt;
    return sys_days(date) + hours(h) + minutes(m) + seconds(s);
}

bool is_signed_with(std::string_view secret_key, signature_claim const& claim, signed_request const& request) {
    auto const* const date = only(request.headers, "X-Sdk-Date");
    if (!date || !request.target.starts_with('/')) return false;
    bool const derived = claim.how == algorithm::derived_hmac_sha256;
    if (derived && claim.scope.substr(0, 9) != std::string(date->value.substr(0, 8)) + '/') return false;

    auto const question = request.target.find('?');
    std::string_view query;
    if (question != std::string_view::npos) {
        query = request.target.substr(question + 1);
        if (query.empty()) return false;
    }
    std::string spelled_query, headers, payload;
    if (!spell_query(query, spelled_query) || !spell_headers(claim, request.headers, headers) ||
        !spell_payload(claim.how, request, payload)) {
        return false;
    }
    auto const* const digest = digest_of(claim.how);
    auto const key = derived ? derived_key(claim.access_key, secret_key, claim.scope) : std::string(secret_key);
    auto const& words = *std::ranges::find(known_algorithms, claim.how, &algorithm_words::how);

    // How an escaped slash is to be spelled is not documented, and clients differ.
    std::string path;
    for (auto const spell : {spell_by_segment, spell_decoded}) {
        if (!spell(request.target.substr(0, question), path)) return false;
        std::string canonical(request.method);
        canonical.append("\n").append(path).append("\n").append(spelled_query).append("\n").append(headers);
        canonical.append("\n").append(claim.signed_headers).append("\n").append(payload);
        std::string to_sign(words.name);
        to_sign.append("\n").append(date->value).append("\n");
        if (derived) to_sign.append(claim.scope).append("\n");
        to_sign.append(hex_digest(digest, canonical));
        if (hex_hmac(digest, key, to_sign) == claim.signature) return true;
        if (request.target.find("%2F") == std::string_view::npos) break;  // both spell it alike
    }
    return false;
}

}  // namespace oms::testing
