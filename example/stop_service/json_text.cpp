// SPDX-License-Identifier: BSL-1.0
#include "json_text.hpp"

#include "task_list.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace json = boost::json;

namespace stop_service {

namespace {

std::string place_of(std::string_view job_id) {
    return "/stops/" + std::string(job_id);
}

json::object object_of(job_summary const& job) {
    return {{"id", job.id},       {"made", job.made},   {"tasks", job.tasks},
            {"ended", job.ended}, {"done", job.done()}, {"events", place_of(job.id) + "/events"}};
}

}  // namespace

std::string accepted_text(std::string_view job_id, std::size_t tasks) {
    json::object const text{
        {"id", job_id}, {"tasks", tasks}, {"job", place_of(job_id)}, {"events", place_of(job_id) + "/events"}};
    return json::serialize(text) + '\n';
}

std::string error_text(std::string_view why) {
    json::object const text{{"error", why}};
    return json::serialize(text) + '\n';
}

std::string summary_text(job_summary const& job) {
    json::object text = object_of(job);
    json::object& outcomes = text["outcomes"].emplace_object();
    for (auto const& [outcome, count] : job.outcomes)
        outcomes[outcome] = count;
    return json::serialize(text) + '\n';
}

std::string summaries_text(std::vector<job_summary> const& jobs) {
    json::array list;
    for (job_summary const& each : jobs)
        list.push_back(object_of(each));
    return json::serialize(list) + '\n';
}

std::string result_text(task_result const& r) {
    json::object text{{"project_id", r.task.project_id},
                      {"task_id", r.task.task_id},
                      {"kind", kind_name(r.task.kind)},
                      {"outcome", r.outcome},
                      {"success", r.success},
                      {"attempts", r.attempts},
                      {"ended", r.ended}};
    if (!r.task.region.empty()) text["region"] = r.task.region;
    if (!r.message.empty()) text["message"] = r.message;
    if (!r.request_id.empty()) text["request_id"] = r.request_id;
    return json::serialize(text);
}

}  // namespace stop_service
