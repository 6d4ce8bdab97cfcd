// SPDX-License-Identifier: BSL-1.0
#include <oms/detail/codes.hpp>

#include "error/error_table.hpp"

#include <cstdio>
#include <span>
#include <string>

namespace oms {
namespace {

using detail::condition_set;
using detail::known_code;

using conditions_fn = condition_set (*)(int) noexcept;
using message_fn = std::string (*)(int);

// All six categories differ in data only. They are constant-initialized and
// trivially destructible, so that codes work before and after main().
class category final : public boost::system::error_category {
public:
    constexpr category(unsigned long long id, char const* label, conditions_fn met, message_fn text) noexcept
        : boost::system::error_category(id), name_(label), conditions_(met), message_(text) {}

    char const* name() const noexcept override { return name_; }

    using boost::system::error_category::message;
    std::string message(int value) const override { return message_(value); }

    boost::system::error_condition default_error_condition(int value) const noexcept override {
        if (auto const main = conditions_(value).main()) return make_error_condition(*main);
        return {value, *this};
    }

    using boost::system::error_category::equivalent;
    bool equivalent(int value, boost::system::error_condition const& other) const noexcept override {
        condition_set const met = conditions_(value);
        if (other.category() == condition_category()) return met.contains(other.value());
        if (other.category() == boost::system::generic_category()) {
            switch (other.value()) {
                case boost::system::errc::timed_out:
                    return met.contains(condition::timed_out);
                case boost::system::errc::operation_canceled:
                    return met.contains(condition::cancelled);
                default:
                    return false;
            }
        }
        return other.category() == *this && other.value() == value;
    }

private:
    char const* name_;
    conditions_fn conditions_;
    message_fn message_;
};

std::string unknown(char const* what, int value) {
    return std::string("Unknown ") + what + ' ' + std::to_string(value);
}

template <auto Table>
condition_set conditions_in(int value) noexcept {
    known_code const* known = detail::find_code(Table(), value);
    return known ? known->conditions : condition_set{};
}

std::string client_message(int value) {
    known_code const* known = detail::find_code(detail::client_codes(), value);
    return known ? std::string(known->message) : unknown("error of the client", value);
}

std::string service_message(int value) {
    known_code const* known = detail::find_code(detail::service_codes(), value);
    return known ? std::string(known->message) : unknown("code of the service", value);
}

std::string condition_message(int value) {
    known_code const* known = detail::find_code(detail::condition_names(), value);
    return known ? std::string(known->message) : unknown("condition", value);
}

condition_set no_conditions(int) noexcept {
    return {};
}

unsigned status_of(int value) noexcept {
    return value < 0 ? 0 : static_cast<unsigned>(value) / 10000;
}

condition_set http_conditions(int status) noexcept {
    return detail::conditions_of_status(status < 0 ? 0 : static_cast<unsigned>(status));
}

std::string http_message(int status) {
    if (status < 0 || !detail::is_http_status(static_cast<unsigned>(status))) return unknown("HTTP status", status);
    auto const code = static_cast<unsigned>(status);
    std::string text = "HTTP ";
    text.append(std::to_string(code)).append(1, ' ').append(detail::reason_phrase(code));
    text.append(": ").append(detail::advice_for_status(code));
    return text;
}

template <auto Table>
condition_set conditions_by_status(int value) noexcept {
    known_code const* known = detail::find_code(Table(), value);
    return known ? known->conditions : detail::conditions_of_status(status_of(value));
}

// Of a value that is status × 10000 + digits.
std::string message_by_status(std::span<known_code const> table, char const* who, int value) {
    if (known_code const* known = detail::find_code(table, value)) return std::string(known->message);
    if (!detail::is_http_status(status_of(value))) return unknown(who, value);
    char digits[8];
    std::snprintf(digits, sizeof digits, "%04d", value % 10000);
    return std::string("Unknown ") + who + ' ' + digits + " with " + http_message(static_cast<int>(status_of(value)));
}

std::string gateway_message(int value) {
    return message_by_status(detail::gateway_codes(), "code of the gateway", value);
}

std::string iam_message(int value) {
    return message_by_status(detail::iam_codes(), "code of the identity service", value);
}

constinit category const client_instance(0x8c1f6f1f0a3b5d71, "oms.client", conditions_in<detail::client_codes>,
                                         client_message);
constinit category const service_instance(0x8c1f6f1f0a3b5d72, "oms.service", conditions_in<detail::service_codes>,
                                          service_message);
constinit category const gateway_instance(0x8c1f6f1f0a3b5d73, "oms.gateway",
                                          conditions_by_status<detail::gateway_codes>, gateway_message);
constinit category const iam_instance(0x8c1f6f1f0a3b5d74, "oms.iam", conditions_by_status<detail::iam_codes>,
                                      iam_message);
constinit category const http_instance(0x8c1f6f1f0a3b5d75, "oms.http", http_conditions, http_message);
constinit category const condition_instance(0x8c1f6f1f0a3b5d76, "oms.condition", no_conditions, condition_message);

}  // namespace

bool detail::speaks_of_reply(error_code const& code) noexcept {
    auto const& category = code.category();
    return code.failed() && (category == service_instance || category == gateway_instance || category == iam_instance ||
                             category == http_instance);
}

boost::system::error_category const& client_category() noexcept {
    return client_instance;
}
boost::system::error_category const& service_category() noexcept {
    return service_instance;
}
boost::system::error_category const& gateway_category() noexcept {
    return gateway_instance;
}
boost::system::error_category const& iam_category() noexcept {
    return iam_instance;
}
boost::system::error_category const& http_category() noexcept {
    return http_instance;
}
boost::system::error_category const& condition_category() noexcept {
    return condition_instance;
}

std::string_view to_string(errc value) noexcept {
    known_code const* known = detail::find_code(detail::client_codes(), static_cast<int>(value));
    return known ? known->name : "invalid";
}
std::string_view to_string(condition value) noexcept {
    known_code const* known = detail::find_code(detail::condition_names(), static_cast<int>(value));
    return known ? known->name : "invalid";
}
std::ostream& operator<<(std::ostream& os, errc value) {
    return os << to_string(value);
}
std::ostream& operator<<(std::ostream& os, condition value) {
    return os << to_string(value);
}

error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), client_instance};
}

boost::system::error_condition make_error_condition(condition value) noexcept {
    return {static_cast<int>(value), condition_instance};
}

}  // namespace oms
