// SPDX-License-Identifier: BSL-1.0
#include "testing/gateway.hpp"

#include "testing/names.hpp"
#include "testing/scripted_reply.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace oms::testing {

namespace {

void require(bool good, char const* option) {
    if (!good) throw std::invalid_argument(std::string("simulator_options::") + option + " is out of range");
}

void check_answers(kind_options const& kind, char const* option) {
    for (auto const* each : {&kind.stop_of_stopped, &kind.start_of_started, &kind.unknown_task}) {
        require(each->status >= 200 && each->status <= 999, option);
    }
}

simulator_options checked(simulator_options options) {
    if (options.regions.empty()) options.regions.emplace_back();
    require(options.threads >= 1 && options.threads <= 256, "threads");
    require(options.latency >= std::chrono::nanoseconds::zero(), "latency");
    require(options.port == 0 || options.port + options.regions.size() + 1 <= 65'535, "port");
    auto names = options.regions;
    std::ranges::sort(names);
    require(std::ranges::adjacent_find(names) == names.end(), "regions");
    require(options.bad_signatures_to_lock >= 1, "bad_signatures_to_lock");
    require(options.key_lock >= std::chrono::nanoseconds::zero(), "key_lock");
    require(options.log_in_failures_to_lock >= 1, "log_in_failures_to_lock");
    require(options.account_lock >= std::chrono::nanoseconds::zero(), "account_lock");
    require(options.token_lifetime >= std::chrono::seconds::zero(), "token_lifetime");
    require(options.key_lifetime > std::chrono::seconds::zero(), "key_lifetime");
    check_answers(options.sync_tasks, "sync_tasks");
    check_answers(options.migration_tasks, "migration_tasks");
    check_answers(options.task_groups, "task_groups");
    return options;
}

request_details details_of(region const& where, request_head const& head, std::string_view body, route const& r,
                           ledger_record const& record) {
    request_details made;
    made.service = where.service;
    made.region = where.name;
    made.method = head.method;
    made.target = head.target;
    for (auto const& [name, value] : head.headers)
        made.headers.emplace_back(name, value);
    made.body = body;
    made.project_id = r.project;
    made.task_id = r.task;
    made.kind = r.kind;
    made.attempt = record.attempt;
    made.connection = record.connection;
    return made;
}

bool names_task(route const& r) {
    return r.operation == operation::stop || r.operation == operation::start || r.operation == operation::show;
}

}  // namespace

gateway::gateway(simulator_options const& options, std::shared_ptr<timeline const> time)
    : options_(checked(options)),
      service_(options_),
      clock_(std::move(time)),
      authenticator_(options_, clock_),
      iam_(options_, clock_, authenticator_),
      metadata_(options_, clock_, authenticator_),
      ledger_(options_.threads, options_.regions) {
    auto const add = [this](service_kind service, std::string const& name) {
        auto& added = places_.emplace_back();
        added.index = static_cast<unsigned>(places_.size() - 1);
        added.service = service;
        added.name = name;
    };
    for (auto const& name : options_.regions) {
        add(service_kind::oms, name);
    }
    add(service_kind::iam, {});
    add(service_kind::metadata, {});
    populate();
}

void gateway::populate() {
    for (std::size_t i = 0; i < options_.projects; ++i) {
        auto const project = simulator::project_id(i);
        auto& tasks = places_[i % options_.regions.size()].tasks;
        for (std::size_t j = 0; j < options_.tasks_per_project; ++j) {
            tasks.add({task_kind::sync_task, project, simulator::task_id(i, j)}, task_state::running);
        }
    }
}

bool gateway::has_region(std::string_view name) const {
    return name.empty() || std::ranges::find(places_, name, &region::name) != places_.end();
}

region& gateway::find_region(std::string_view name) {
    if (!has_region(name)) throw std::invalid_argument("the simulator has no region " + std::string(name));
    return name.empty() ? places_.front() : *std::ranges::find(places_, name, &region::name);
}

region& gateway::place(service_kind service) {
    return *std::ranges::find(places_, service, &region::service);
}

void gateway::exchange(region& where, request_head const& head, std::string_view body, std::size_t connection,
                       std::size_t replies, desk& d, delivery& out) {
    ledger_record record;
    record.number = ledger_.next_number();
    record.connection = connection;
    record.time = clock_.steady();
    record.region = where.index;
    d.reply.clear();
    d.reply.close = !head.keep_alive;
    d.request_id.clear();
    append_hex_id(record.number, d.request_id);
    find_route(head.method, head.target, d.route);
    if (where.service == service_kind::oms && names_task(d.route)) {
        record.attempt = where.tasks.next_attempt({d.route.kind, d.route.project, d.route.task}, d.route.operation);
    }
    auto const plan = faults_->select({head.method, head.target, where.name, d.route, record.attempt, record.time});
    static fault_plan const harmless;
    auto const& p = plan ? *plan : harmless;
    std::optional<canned_reply> scripted;
    if (p.function) scripted = ask(p.function, details_of(where, head, body, d.route, record));
    auto const* const canned = scripted ? &*scripted : p.reply ? &*p.reply : nullptr;
    if (p.execute.value_or(!canned && !p.raw && !is_unprocessed(p.ending)))
        record.took_effect = answer(where, head, body, d);
    if (canned) {
        d.reply.status = canned->status;
        d.reply.headers = canned->headers;
        d.reply.body = canned->body;
    }
    deliver(p, replies, d, out);
    record.status = p.raw || out.empty() ? 0 : d.reply.status;
    // Written down before the first byte leaves: who has the reply finds it in the ledger.
    record.reply_sent = out.whole && out.at_once();
    out.ledger_index = d.ledger.add(record, head.method, head.target, options_.keep_ledger);
    arrivals_.notify();
}

void gateway::refuse(region& where, unsigned status, std::size_t connection, desk& d, delivery& out) {
    ledger_record record;
    record.number = ledger_.next_number();
    record.connection = connection;
    record.time = clock_.steady();
    record.region = where.index;
    record.status = status;
    d.reply.clear();
    d.request_id.clear();
    append_hex_id(record.number, d.request_id);
    d.reply.refuse(status, "APIGW.0201", status == 400 ? "Malformed request" : "Request too large", d.request_id);
    d.reply.close = true;
    deliver(fault_plan(), 0, d, out);
    record.reply_sent = out.at_once();
    out.ledger_index = d.ledger.add(record, {}, {}, options_.keep_ledger);
    arrivals_.notify();
}

bool gateway::answer(region& where, request_head const& head, std::string_view body, desk& d) {
    if (where.service != service_kind::oms) {
        received_request const who{head, body, d.request_id};
        where.service == service_kind::iam ? iam_.answer(who, d.reply) : metadata_.answer(who, d.reply);
        return false;
    }
    if (d.route.operation == operation::none) {
        d.reply.refuse(404, "APIGW.0101", "The API does not exist or has not been published", d.request_id);
        return false;
    }
    return authenticator_.admit({head, body, d.request_id}, d.route.project, d.reply) &&
           service_.execute(d.route, body, where.tasks, d.reply);
}

void gateway::deliver(fault_plan const& plan, std::size_t replies, desk& d, delivery& out) const {
    // Without a body the head would be the whole reply, and nothing would be missing.
    if (plan.head_only && d.reply.body.empty()) d.reply.body = "{}";
    out.bytes.clear();
    out.fields.clear();
    std::size_t send = plan.send;
    auto const date = d.date.text(clock_.now());
    if (plan.raw) {
        out.bytes = *plan.raw;
    } else if (out.as_fields) {
        out.fields = fields_of(d.reply, d.request_id, date);
        out.bytes = d.reply.body;
        out.head_only = plan.head_only;
        out.send = send;
    } else {
        auto const head = write_reply(d.reply, d.request_id, date, out.bytes);
        if (plan.head_only) send = head;
    }
    bool const cut_later = !out.fields.empty();  // once its frames are there
    out.whole = cut_later ? send == fault_plan::all && !plan.head_only : send >= out.bytes.size();
    if (!out.whole && !cut_later) out.bytes.resize(send);
    out.reset_code = plan.reset_code;
    out.delay = options_.latency + plan.delay;
    out.gate = plan.gate;
    out.piece = plan.piece;
    out.between_pieces = plan.between_pieces;
    out.ending = plan.ending;
    if (out.ending == ending::keep && (d.reply.close || replies >= plan.close_after_replies))
        out.ending = ending::close;
    out.close_notify = plan.close_notify;
    out.close_when_idle = plan.close_when_idle;
}

}  // namespace oms::testing
