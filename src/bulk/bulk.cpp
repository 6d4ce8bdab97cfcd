// SPDX-License-Identifier: BSL-1.0
#include <oms/bulk.hpp>

#include "bulk/bulk_run.hpp"

#include <utility>

namespace oms {

failure_limit::failure_limit() noexcept = default;
failure_limit::failure_limit(unlimited_t) noexcept {}
failure_limit::failure_limit(std::size_t count) noexcept : count_(count) {}

failure_limit failure_limit::share(double part) noexcept {
    failure_limit result;
    result.share_ = part;
    return result;
}

bool failure_limit::valid() const noexcept {
    return share_ > 0 && share_ <= 1;
}

bool failure_limit::exceeded(std::size_t failed, std::size_t ended) const noexcept {
    constexpr std::size_t enough = 100;
    if (failed > count_) return true;
    return ended >= enough && static_cast<double>(failed) > share_ * static_cast<double>(ended);
}

confirm_options::confirm_options() noexcept = default;
confirm_options::confirm_options(bool on) noexcept : enabled(on) {}
bulk_counts::bulk_counts() noexcept = default;
bulk_progress::bulk_progress() noexcept = default;
failure_count::failure_count() noexcept = default;
latency_percentiles::latency_percentiles() noexcept = default;
bulk_report::bulk_report() = default;
bulk_options::bulk_options() = default;

void detail::bulk_access::start(std::shared_ptr<client_core> const& core, bulk_handler handler,
                                std::unique_ptr<task_source> source, std::unique_ptr<bulk_options> options) {
    call_options of_each = options->call;
    of_each.already_stopped_is_success = options->already_stopped_is_success;
    auto rules = core->rules_of(std::move(of_each));
    auto const in = core->enter();
    if (!in) return;  // the context is gone, and the handler with it
    std::make_shared<bulk::bulk_run>(core, std::move(handler), std::move(source), std::move(options), std::move(rules))
        ->start();
}

}  // namespace oms
