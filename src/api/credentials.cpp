// SPDX-License-Identifier: BSL-1.0
#include <oms/credentials.hpp>

#include "auth/credential_check.hpp"
#include "auth/fixed_credentials.hpp"
#include "wire/digest.hpp"
#include "wire/secure_zero.hpp"

#include <cstring>

namespace oms {

namespace {

// Short text lies in the string itself, where a move leaves it behind.
secret take_over(std::string& text) {
    secret result(std::move(text));
    wire::wipe(text);
    return result;
}

std::shared_ptr<credentials_provider> fixed(credential value, char const* label) {
    auth::require_sendable(value);
    return std::make_shared<auth::fixed_credentials>(std::move(value), label);
}

}  // namespace

secret::secret() noexcept = default;

secret::secret(std::string text) : data_(std::make_unique_for_overwrite<char[]>(text.size())), size_(text.size()) {
    if (size_ == 0) return;
    std::memcpy(data_.get(), text.data(), size_);
    wire::secure_zero(text.data(), size_);
}

secret::secret(secret const& other)
    : data_(other.size_ == 0 ? nullptr : std::make_unique_for_overwrite<char[]>(other.size_)), size_(other.size_) {
    if (size_ != 0) std::memcpy(data_.get(), other.data_.get(), size_);
}

secret::secret(secret&& other) noexcept : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}

secret& secret::operator=(secret const& other) {
    return *this = secret(other);
}

secret& secret::operator=(secret&& other) noexcept {
    data_.swap(other.data_);  // the other one wipes what was here
    std::swap(size_, other.size_);
    return *this;
}

secret::~secret() {
    if (size_ != 0) wire::secure_zero(data_.get(), size_);
}

credential::credential() noexcept = default;
credential::credential(credential const&) = default;
credential::credential(credential&&) noexcept = default;
credential& credential::operator=(credential const&) = default;
credential& credential::operator=(credential&&) noexcept = default;
credential::~credential() = default;

credential credential::from_token(std::string token) {
    credential result;
    result.type = kind::token;
    result.token = take_over(token);
    return result;
}

credential credential::from_keys(std::string access_key, std::string secret_key, std::string security_token) {
    credential result;
    result.type = kind::key_pair;
    result.access_key = std::move(access_key);
    result.secret_key = take_over(secret_key);
    result.security_token = take_over(security_token);
    return result;
}

credential_request::credential_request() noexcept = default;
agency_options::agency_options() = default;
metadata_options::metadata_options() = default;
iam_options::iam_options() = default;
idp_options::idp_options() = default;
key_options::key_options() = default;

credential_handler& credential_handler::operator=(credential_handler&& other) noexcept {
    if (this != &other) {
        drop();
        target_ = std::move(other.target_);
    }
    return *this;
}

credential_handler::~credential_handler() {
    drop();
}

void credential_handler::operator()(error_code code, credential value) {
    if (auto const once = std::move(target_)) once->call(code, std::move(value), {});
}

void credential_handler::fail(error_code code, std::string reason) {
    if (!code) code = errc::credentials_unavailable;
    if (auto const once = std::move(target_)) once->call(code, {}, std::move(reason));
}

void credential_handler::drop() noexcept {
    try {
        if (target_) (*this)(errc::credentials_dropped, {});
    } catch (...) {  // what waits is the library's own and does not throw but for want of memory
    }
}

credentials_provider::~credentials_provider() = default;
void credentials_provider::invalidate(credential const&) noexcept {}
std::string credentials_provider::label() const {
    return "credentials";
}

std::shared_ptr<credentials_provider> token_credentials(std::string token, std::string project_id) {
    credential value = credential::from_token(std::move(token));
    wire::wipe(token);
    value.project_id = std::move(project_id);
    return fixed(std::move(value), "token");
}

std::shared_ptr<credentials_provider> key_credentials(std::string access_key, std::string secret_key,
                                                      std::string security_token) {
    credential value = credential::from_keys(std::move(access_key), std::move(secret_key), std::move(security_token));
    wire::wipe(secret_key);
    wire::wipe(security_token);
    return fixed(std::move(value), "keys");
}

std::shared_ptr<credentials_provider> key_credentials(std::string access_key, std::string secret_key,
                                                      std::string security_token, key_options options) {
    credential value = credential::from_keys(std::move(access_key), std::move(secret_key), std::move(security_token));
    wire::wipe(secret_key);
    wire::wipe(security_token);
    value.algorithm = options.algorithm;
    value.signing_region = std::move(options.region);
    value.signing_service = std::move(options.service);
    return fixed(std::move(value), "keys");
}

}  // namespace oms
