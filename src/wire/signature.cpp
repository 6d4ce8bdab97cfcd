// SPDX-License-Identifier: BSL-1.0
#include "wire/signature.hpp"

#include "wire/chars.hpp"
#include "wire/secure_zero.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <utility>

namespace oms::wire {

namespace {

// More than all words and digests of the headers, and of a canonical request.
constexpr std::size_t fixed_size = 512;

constexpr std::string_view name_of(sign_algorithm algorithm) noexcept {
    switch (algorithm) {
        case sign_algorithm::v11_hmac_sha256:
            return "V11-HMAC-SHA256";
        case sign_algorithm::sdk_hmac_sm3:
            return "SDK-HMAC-SM3";
        case sign_algorithm::sdk_hmac_sha256:
            break;
    }
    return "SDK-HMAC-SHA256";
}

constexpr hash_kind hash_of(sign_algorithm algorithm) noexcept {
    return algorithm == sign_algorithm::sdk_hmac_sm3 ? hash_kind::sm3 : hash_kind::sha256;
}

// HKDF's first step (RFC 5869) for a derived key; else the secret key itself.
keyed_hasher make_hmac(sign_algorithm algorithm, signing_keys const& keys) {
    hash_kind const kind = hash_of(algorithm);
    if (algorithm != sign_algorithm::v11_hmac_sha256) return {kind, keys.secret_key};
    digest extracted = keyed_hasher(kind, keys.access_key)(keys.secret_key);
    keyed_hasher out(kind, bytes_of(extracted));
    secure_zero(extracted.data(), extracted.size());
    return out;
}

void append_all(std::string& out, std::initializer_list<std::string_view> parts) {
    for (std::string_view part : parts)
        out += part;
}

// What `append_headers` signs, in canonical order.
constexpr std::string_view signed_names(bool project_id, bool security_token) noexcept {
    if (!project_id) return security_token ? "host;x-sdk-date;x-security-token" : "host;x-sdk-date";
    return security_token ? "host;x-project-id;x-sdk-date;x-security-token" : "host;x-project-id;x-sdk-date";
}

}  // namespace

std::array<char, 16> sdk_date(std::chrono::sys_seconds time) noexcept {
    auto const midnight = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date(midnight);
    std::chrono::hh_mm_ss const clock(time - midnight);
    std::array<char, 16> text{};
    char* at = text.data();
    auto const put = [&at](unsigned value, int digits) {
        char* const end = at + digits;
        for (char* digit = end; digit != at; value /= 10)
            *--digit = static_cast<char>('0' + value % 10);
        at = end;
    };
    put(static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put(static_cast<unsigned>(date.month()), 2);
    put(static_cast<unsigned>(date.day()), 2);
    *at++ = 'T';
    put(static_cast<unsigned>(clock.hours().count()), 2);
    put(static_cast<unsigned>(clock.minutes().count()), 2);
    put(static_cast<unsigned>(clock.seconds().count()), 2);
    *at = 'Z';
    return text;
}

signer::signer(sign_algorithm algorithm, signing_keys const& keys, signing_scope scope)
    : algorithm_(algorithm),
      access_key_(keys.access_key),
      security_token_(trim(keys.security_token)),
      scope_(std::move(scope)),
      hash_(hash_of(algorithm)),
      hmac_(make_hmac(algorithm, keys)) {
    append_hex(empty_payload_hash_, hash_({}));
    append_all(intro_, {name_of(algorithm), " Access=", access_key_});
}

signer::~signer() {
    wipe(security_token_);
    wipe(canonical_);
}

void signer::append_headers(std::string& out, plain_request const& request, std::chrono::sys_seconds time) {
    std::array<char, 16> const date_text = sdk_date(time);
    std::string_view const date(date_text.data(), date_text.size());
    std::string_view const project_id = trim(request.project_id);
    std::string_view const names = signed_names(!project_id.empty(), !security_token_.empty());

    clear_canonical(request.path.size() + request.query.size() + request.host.size() + project_id.size());
    append_all(canonical_, {request.verb, "\n", request.path, request.path.ends_with('/') ? "\n" : "/\n", request.query,
                            "\nhost:", request.host});
    if (!project_id.empty()) append_all(canonical_, {"\nx-project-id:", project_id});
    append_all(canonical_, {"\nx-sdk-date:", date});
    if (!security_token_.empty()) append_all(canonical_, {"\nx-security-token:", security_token_});
    append_all(canonical_, {"\n\n", names, "\n"});
    if (request.body.empty()) {
        canonical_ += empty_payload_hash_;
    } else {
        append_hex(canonical_, hash_(request.body));
    }

    if (!project_id.empty()) append_all(out, {"X-Project-Id: ", project_id, "\r\n"});
    append_all(out, {"X-Sdk-Date: ", date, "\r\n"});
    if (!security_token_.empty()) append_all(out, {"X-Security-Token: ", security_token_, "\r\n"});
    out += "Authorization: ";
    append_authorization(out, canonical_, names, date);
    out += "\r\n";
    // The buffer is kept; a copy of the token need not be.
    if (!security_token_.empty()) secure_zero(canonical_.data(), canonical_.size());
}

std::size_t signer::headers_size() const noexcept {
    return fixed_size + access_key_.size() + security_token_.size() + scope_.region.size() + scope_.service.size();
}

// Growing would leave a copy of the security token behind.
void signer::clear_canonical(std::size_t size) {
    size += fixed_size + security_token_.size();
    if (canonical_.capacity() < size) {
        wipe(canonical_);
        canonical_.reserve(size);
    }
    canonical_.clear();
}

void signer::append_authorization(std::string& out, std::string_view canonical, std::string_view names,
                                  std::string_view date) {
    bool const derives = algorithm_ == sign_algorithm::v11_hmac_sha256;
    if (derives) prepare_key(date);

    to_sign_.clear();
    append_all(to_sign_, {name_of(algorithm_), "\n", date, "\n"});
    if (derives) append_all(to_sign_, {credential_scope_, "\n"});
    append_hex(to_sign_, hash_(canonical));

    append_all(out, {intro_, ", SignedHeaders=", names, ", Signature="});
    append_hex(out, derives ? (*derived_)(to_sign_) : hmac_(to_sign_));
}

// HKDF's second step, once a day.
void signer::prepare_key(std::string_view date) {
    std::string_view const day = date.substr(0, 8);
    if (derived_ && day == std::string_view(credential_scope_).substr(0, credential_scope_.find('/'))) return;
    std::string wanted(day);
    append_all(wanted, {"/", scope_.region, "/", scope_.service});

    digest expanded = hmac_(wanted + '\x01');
    std::string key;
    append_hex(key, expanded);
    derived_.emplace(hash_of(algorithm_), key);
    credential_scope_ = std::move(wanted);
    intro_.clear();
    append_all(intro_, {name_of(algorithm_), " Credential=", access_key_, "/", credential_scope_});
    wipe(key);
    secure_zero(expanded.data(), expanded.size());
}

}  // namespace oms::wire
