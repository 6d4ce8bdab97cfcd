// SPDX-License-Identifier: BSL-1.0
#include "client/hide_credential.hpp"

#include "wire/hide.hpp"

#include <initializer_list>
#include <new>
#include <string_view>

namespace oms::detail {

namespace {

void hide_in_details(error_details& details, std::string_view secret) {
    wire::hide(details.error_detail, secret);
    wire::hide(details.encoded_authorization_message, secret);
    wire::hide(details.body, secret);
    for (auto& each : details.sub_errors) {
        wire::hide(each.service_code, secret);
        wire::hide(each.service_message, secret);
    }
}

void hide_all(std::initializer_list<secret const*> sent, stop_result& result) {
    for (auto const* const each : sent) {
        if (each->empty()) continue;
        auto const secret = each->reveal();
        for (auto* const text :
             {&result.request_id, &result.service_code, &result.service_message, &result.final_status}) {
            wire::hide(*text, secret);
        }
        if (!result.details().body.empty()) hide_in_details(result.mutable_details(), secret);
    }
}

void hide(std::initializer_list<secret const*> sent, stop_result& result) noexcept {
    try {
        hide_all(sent, result);
    } catch (std::bad_alloc const&) {  // rather none of the texts than one that tells
        for (auto* const text :
             {&result.request_id, &result.service_code, &result.service_message, &result.final_status}) {
            text->clear();
        }
        if (!result.details().body.empty()) result.mutable_details() = error_details();
    }
}

}  // namespace

void hide_credential(credential const& sent, stop_result& result) noexcept {
    hide({&sent.token, &sent.secret_key, &sent.security_token}, result);
}

void hide_keys(start_keys const& sent, stop_result& result) noexcept {
    hide({&sent.source_access_key, &sent.source_secret_key, &sent.destination_access_key, &sent.destination_secret_key},
         result);
}

}  // namespace oms::detail
