// SPDX-License-Identifier: BSL-1.0
#include "record.hpp"

#include "failure.hpp"
#include "json_task.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace oms_stop {

namespace json = boost::json;

record record::read(std::string_view text, std::string const& file_name) {
    record result;
    text = text.substr(0, text.rfind('\n') + 1);
    std::size_t number = 0;
    while (!text.empty()) {
        ++number;
        std::size_t const end = text.find('\n');
        boost::system::error_code code;
        json::value const value = json::parse({text.data(), end}, code);
        text.remove_prefix(end + 1);
        if (code || !value.is_object() || (number == 1) != (text_of(value.as_object(), "type") == "run")) {
            throw usage_error(file_name + ":" + std::to_string(number) + ": this is no line of a report");
        }
        result.apply(value.as_object());
    }
    if (number == 0) throw usage_error(file_name + ": this is no report");
    if (number_of(result.run, "schema") != 1) throw usage_error(file_name + ": its form is not known to this version");
    if (std::cmp_less(result.entries.size(), number_of(result.run, "tasks"))) {
        throw usage_error(file_name + ": that run ended before its first stop; start it again");
    }
    return result;
}

record_entry& record::add(selected_task task) {
    auto const [place, added] = at_.emplace(task.task, entries.size());
    if (added) entries.emplace_back().about = std::move(task);
    return entries[place->second];
}

record_entry* record::find(oms::task_ref const& task) {
    auto const found = at_.find(task);
    return found == at_.end() ? nullptr : &entries[found->second];
}

bool record::all_succeeded() const noexcept {
    return std::ranges::all_of(entries, [](record_entry const& e) { return e.succeeded && !e.sent; });
}

void record::apply(json::object const& line) {
    std::string_view const type = text_of(line, "type");
    if (type == "run") run = line;
    if (type != "planned" && type != "sent" && type != "result") return;
    std::string fault;
    auto task = task_of_json(line, oms::task_kind::sync_task, fault);
    if (!task) return;
    record_entry& e = add(std::move(*task));
    if (type == "sent") e.sent = true;
    if (type != "result") return;
    e.sent = false;
    e.ended = true;
    e.outcome = text_of(line, "outcome");
    e.code = text_of(line, "code");
    e.condition = text_of(line, "condition");
    e.message = text_of(line, "message");
    e.began = utc_of_text(text_of(line, "start"));
    e.ended_at = utc_of_text(text_of(line, "end"));
    auto const* const good = line.if_contains("success");
    e.succeeded = good != nullptr && good->is_bool() && good->get_bool();
}

}  // namespace oms_stop
