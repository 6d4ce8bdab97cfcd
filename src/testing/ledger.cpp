// SPDX-License-Identifier: BSL-1.0
#include "testing/ledger.hpp"

#include "testing/names.hpp"
#include "testing/route.hpp"

#include <algorithm>
#include <utility>

namespace oms::testing {

std::size_t ledger_part::add(ledger_record const& record, std::string_view method, std::string_view target, bool keep) {
    std::lock_guard const lock(mutex_);
    ++requests_;
    ++statuses_[record.status];
    if (!keep) return not_kept;
    auto const begin = texts_.size();
    texts_.append(method).append(1, ' ').append(target);
    records_.push_back({record, begin, texts_.size() - begin});
    return records_.size() - 1;
}

void ledger_part::set_sent(std::size_t index, bool sent) {
    if (index == not_kept) return;
    std::lock_guard const lock(mutex_);
    records_[index].record.reply_sent = sent;
}

std::size_t ledger_part::requests() const {
    std::lock_guard const lock(mutex_);
    return requests_;
}

void ledger_part::add_statuses(std::map<unsigned, std::size_t>& sum) const {
    std::lock_guard const lock(mutex_);
    for (auto const& [status, count] : statuses_) {
        sum[status] += count;
    }
}

void ledger_part::copy_to(std::vector<std::pair<ledger_record, std::string>>& out) const {
    std::lock_guard const lock(mutex_);
    for (auto const& each : records_) {
        out.emplace_back(each.record, texts_.substr(each.text_begin, each.text_size));
    }
}

ledger_book::ledger_book(unsigned parts, std::vector<std::string> regions)
    : parts_(parts), regions_(std::move(regions)) {}

std::vector<ledger_entry> ledger_book::entries() const {
    std::vector<std::pair<ledger_record, std::string>> records;
    for (auto const& part : parts_) {
        part.copy_to(records);
    }
    std::ranges::sort(records, {}, [](auto const& each) { return each.first.number; });
    std::vector<ledger_entry> result;
    result.reserve(records.size());
    route where;
    for (auto const& [record, text] : records) {
        auto& entry = result.emplace_back();
        auto const space = text.find(' ');
        entry.method = text.substr(0, space);
        entry.target = text.substr(space + 1);
        find_route(entry.method, entry.target, where);
        bool const of_oms = record.region < regions_.size();
        entry.service = of_oms                             ? service_kind::oms
                        : record.region == regions_.size() ? service_kind::iam
                                                           : service_kind::metadata;
        if (of_oms) entry.region = regions_[record.region];
        entry.project_id = where.project;
        entry.task_id = where.task;
        entry.kind = where.kind;
        entry.status = record.status;
        entry.request_id = hex_id(record.number);
        entry.attempt = record.attempt;
        entry.connection = record.connection;
        entry.time = record.time;
        entry.took_effect = record.took_effect;
        entry.reply_sent = record.reply_sent;
    }
    return result;
}

std::map<unsigned, std::size_t> ledger_book::statuses() const {
    std::map<unsigned, std::size_t> sum;
    for (auto const& part : parts_) {
        part.add_statuses(sum);
    }
    return sum;
}

std::size_t ledger_book::requests() const {
    std::size_t sum = 0;
    for (auto const& part : parts_) {
        sum += part.requests();
    }
    return sum;
}

}  // namespace oms::testing
