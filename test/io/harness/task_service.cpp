// SPDX-License-Identifier: BSL-1.0
#include "io/harness/task_service.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstdlib>

using namespace std::chrono_literals;

namespace oms::scripted {

namespace {

std::string header_of(std::string const& request, std::string const& name) {
    std::size_t const at = request.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    std::size_t const from = at + name.size() + 4;
    return request.substr(from, request.find("\r\n", from) - from);
}

std::string_view segment_of(task_kind kind) {
    switch (kind) {
        case task_kind::sync_task:
            return "sync-tasks";
        case task_kind::migration_task:
            return "tasks";
        case task_kind::task_group:
            break;
    }
    return "taskgroups";
}

bool takes_a_stop(task_truth const& t) {
    return t.state == 2 || (t.task.kind == task_kind::task_group && t.state == 1);
}

ending any_ending(dice& d) {
    return d.any_of({ending::clean, ending::unclean, ending::reset});
}

}  // namespace

std::string task_service::key_of(task_ref const& task) const {
    std::string key = host_of(task.region) + "/v2/" + task.project_id + "/";
    return key.append(segment_of(task.kind)) + "/" + task.task_id;
}

task_truth& task_service::add(task_ref const& task) {
    auto const [at, made] = tasks_.try_emplace(key_of(task));
    task_truth& t = at->second;
    if (!made) return t;
    t.task = task;
    t.exists = !dice_.one_in(20);
    if (dice_.one_in(8))
        t.state = task.kind == task_kind::sync_task ? 3 : static_cast<int>(dice_.any_of({1, 3, 4, 5, 7}));
    return t;
}

task_truth const* task_service::find(task_ref const& task) const {
    auto const at = tasks_.find(key_of(task));
    return at == tasks_.end() ? nullptr : &at->second;
}

void task_service::cut(std::string const& host, virtual_time::duration from, virtual_time::duration to, bool silently) {
    outages_.push_back({host, from, to, silently});
}

void task_service::revoke_at(virtual_time::duration when) {
    revocations_.push_back(when);
}

std::size_t task_service::first_valid_token() const {
    return static_cast<std::size_t>(
        std::count_if(revocations_.begin(), revocations_.end(), [&](auto when) { return when <= w_.time.elapsed(); }));
}

task_service::outage const* task_service::outage_of(std::string const& host) const {
    for (outage const& each : outages_) {
        if (each.host == host && w_.time.elapsed() >= each.from && w_.time.elapsed() < each.to) return &each;
    }
    return nullptr;
}

std::vector<dial_step> task_service::dial(std::string const& host) {
    std::vector<dial_step> steps{{phase::resolve}, {phase::connect}, {phase::handshake}};
    for (dial_step& each : steps)
        each.takes = dice_.milliseconds(30);
    if (outage const* const o = outage_of(host)) {
        steps[1].takes = o->silently ? 5s : 10ms;
        steps[1].code = o->silently ? errc::connect_timeout : errc::connect_failed;
        steps[1].stalls = o->silently && dice_.one_in(2);
    } else if (planned.dials > 0 && dice_.one_in(planned.dials)) {
        dial_step& step = steps[dice_.below(steps.size())];
        step.stalls = dice_.one_in(3);
        switch (step.in) {
            case phase::resolve:
                step.code = dice_.one_in(20) ? errc::host_not_found : errc::resolve_failed;
                break;
            case phase::connect:
                step.code = errc::connect_failed;
                break;
            default:
                step.code = dice_.one_in(20) ? errc::certificate_untrusted : errc::handshake_failed;
                break;
        }
    }
    return steps;
}

// Arrives late, in pieces, on a connection that may end with it.
answer task_service::reply(std::string bytes) {
    answer a;
    a.bytes = std::move(bytes);
    a.delay = dice_.one_in(4) ? 0ms : dice_.milliseconds(dice_.one_in(20) ? 5000 : 100);
    for (std::size_t n = dice_.one_in(4) ? dice_.below(4) : 0; n > 0; --n)
        a.cuts.push_back(dice_.below(a.bytes.size()));
    std::sort(a.cuts.begin(), a.cuts.end());
    if (dice_.one_in(10)) a.end = any_ending(dice_);
    return a;
}

// A stop takes effect where it can.
bool task_service::act(task_truth& t) {
    if (!t.exists || !takes_a_stop(t)) return false;
    t.acted = true;
    t.state = 3;
    if (t.task.kind != task_kind::sync_task && dice_.one_in(2)) {
        t.state = 7;
        w_.time.after(dice_.milliseconds(20'000), [&t] { t.state = 3; });
    }
    return true;
}

answer task_service::stop(task_truth& t) {
    if (!t.exists) return reply(error_text(400, "OMS.1009"));
    if (!act(t)) return reply(error_text(400, "OMS.0066"));
    return reply(reply_text(200, dice_.one_in(2) ? "{}" : ""));
}

answer task_service::show(task_truth const& t) {
    if (!planned.shows_allowed) return reply(error_text(403, "OMS.0204"));
    if (!t.exists) return reply(error_text(400, "OMS.1009"));
    bool const sync = t.task.kind == task_kind::sync_task;
    std::string const state = sync ? (t.state == 3 ? R"("STOPPED")" : R"("SYNCHRONIZING")") : std::to_string(t.state);
    return reply(reply_text(200, R"({"status":)" + state + "}"));
}

answer task_service::throttle() {
    std::string const text = dice_.any_of<std::string>({"text", "policy user over ratelimit,limit:8,time:1 second",
                                                        "policy ip over ratelimit", "limit:30,time:1 minute"});
    std::string after;
    if (dice_.one_in(2)) after = "Retry-After: " + std::to_string(dice_.any_of({0, 1, 3, 40})) + "\r\n";
    return reply(error_text(429, "APIGW.0308", text, after));
}

answer task_service::fault(request const& r, task_truth& t, bool is_stop) {
    bool const acts = is_stop && dice_.one_in(2) && act(t);
    answer a;
    switch (dice_.below(acts ? 6 : 10)) {
        case 0:  // not a word
            a.delay = dice_.milliseconds(200);
            a.end = any_ending(dice_);
            return a;
        case 1:
            a.stalls = true;
            return a;
        case 2: {
            std::string const after = dice_.one_in(3) ? "Retry-After: 2\r\n" : "";
            int const status = dice_.any_of({500, 502, 503, 504});
            return reply(error_text(static_cast<unsigned>(status), "APIGW.0201", "text", after));
        }
        case 3:  // torn in the header, or in the body
            a = reply(acts || !is_stop ? reply_text(200, R"({"status":2})")
                                       : error_text(400, "OMS.0204", "a long text"));
            a.bytes.resize(dice_.below(a.bytes.size()));
            a.cuts.clear();
            a.end = dice_.one_in(4) ? ending::none : any_ending(dice_);
            return a;
        case 4:
            garbled_.insert(r.number);
            return reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}");
        case 5:
            garbled_.insert(r.number);
            return reply("HTTP/1.1 2OO OK\r\n\r\n");
        case 6:
            a.takes = dice_.below(r.text.size());
            a.write_error = boost::asio::error::broken_pipe;
            return a;
        case 7:
            a.blocks_at = dice_.below(r.text.size());
            a.blocks_for = dice_.one_in(2) ? answer::never : std::chrono::steady_clock::duration(1s);
            a.bytes = error_text(503, "APIGW.0201");
            return a;
        case 8:
            return reply(error_text(408, "APIGW.0106"));
        default:
            break;
    }
    if (dice_.one_in(30)) return reply(error_text(418, "APIGW.0000"));
    if (dice_.one_in(30)) return reply(error_text(401, "APIGW.0307"));
    return reply(error_text(403, "OMS.0204"));
}

answer task_service::serve(request const& r) {
    std::string path = r.target.substr(0, r.target.find('?'));
    bool const is_stop = path.ends_with("/stop");
    if (is_stop) path.resize(path.size() - 5);
    std::string host = header_of(r.text, "Host");
    host.resize(std::min(host.size(), host.find(':')));
    auto const at = tasks_.find(host + path);
    if (at == tasks_.end()) return reply(error_text(404, "APIGW.0101"));
    task_truth& t = at->second;
    (is_stop ? t.stops : t.shows).push_back(r.number);
    if (outage const* const o = outage_of(host)) {
        answer a;
        a.stalls = o->silently;
        a.end = ending::reset;
        return a;
    }
    std::string const token = header_of(r.text, "X-Auth-Token");
    if (std::strtoull(token.c_str() + token.find('-') + 1, nullptr, 10) < first_valid_token()) {
        return reply(error_text(401, "APIGW.0307"));
    }
    if (planned.throttled > 0 && dice_.one_in(planned.throttled)) return throttle();
    if (planned.faults > 0 && dice_.one_in(planned.faults)) return fault(r, t, is_stop);
    return is_stop ? stop(t) : show(t);
}

}  // namespace oms::scripted
