// SPDX-License-Identifier: BSL-1.0
#include <oms/bulk.hpp>

#include <memory>
#include <string>
#include <utility>

namespace oms {
namespace {

std::string describe(error_code code, bulk_report const& report) {
    std::string text = code.message();
    if (!report.wrong_option.empty()) text.append(" (").append(report.wrong_option).append(1, ')');
    if (report.cause) text.append("; ").append(report.cause.message());
    text.append("; of ").append(std::to_string(report.pulled)).append(" tasks pulled:");
    char const* separator = " ";
    auto const add = [&](std::size_t count, char const* what) {
        if (count == 0) return;
        text.append(separator).append(std::to_string(count)).append(1, ' ').append(what);
        separator = ", ";
    };
    add(report.stopped, "stopped");
    add(report.already_stopped, "already stopped");
    add(report.refused, "refused");
    add(report.unknown, "with an unknown outcome");
    add(report.not_sent, "not sent");
    add(report.not_attempted, "not attempted");
    add(report.duplicates, "named before");
    if (report.pulled == 0) text.append(" none");
    return text;
}

}  // namespace

struct error_with_report::state {
    bulk_report report;
    std::string what;
};

error_with_report::error_with_report(error_code code, bulk_report report) : boost::system::system_error(code) {
    std::string what = describe(code, report);
    state_ = std::make_shared<state const>(state{std::move(report), std::move(what)});
}

error_with_report::~error_with_report() = default;

char const* error_with_report::what() const noexcept {
    return state_->what.c_str();
}

bulk_report const& error_with_report::report() const noexcept {
    return state_->report;
}

}  // namespace oms
