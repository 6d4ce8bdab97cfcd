// SPDX-License-Identifier: BSL-1.0
#include <oms/testing/simulator.hpp>
#include <oms/testing/virtual_time.hpp>

#include "testing/account.hpp"
#include "testing/certificate.hpp"
#include "testing/connect_faults.hpp"
#include "testing/faults.hpp"
#include "testing/gateway.hpp"
#include "testing/memory_server.hpp"
#include "testing/memory_world.hpp"
#include "testing/metadata.hpp"
#include "testing/names.hpp"
#include "testing/patience.hpp"
#include "testing/server.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace oms::testing {

class simulator::impl {
public:
    impl(simulator_options const& options, std::shared_ptr<memory_world> in)
        : world(std::move(in)), gateway(options, world ? world->time() : nullptr) {
        auto root = options.ca_key_pem.empty() ? make_root() : make_root_of_key(options.ca_key_pem);
        ca_pem = to_pem(*root.certificate);
        ca_key_pem = to_pem(*root.key);
        connects =
            std::make_shared<connect_table>(std::make_shared<server_contexts const>(std::move(root), options.http));
        if (world) {
            server = std::make_unique<memory_server>(gateway, connects, world);
        } else {
            server = std::make_unique<oms::testing::server>(gateway, connects);
        }
        for (auto const& region : gateway.places()) {
            ports.push_back(server->port(region));
        }
    }

    connect_fault on_connect(region const& where, std::string opening, std::source_location caller) {
        char const* const plain = where.service == service_kind::metadata ? "the metadata service speaks plain HTTP"
                                  : world                                 ? "what is in virtual time is without TLS"
                                                                          : nullptr;
        std::list<connect_rule> rule;
        rule.emplace_back(rule_words(caller, std::move(opening)), where.index, plain);
        return connect_fault(connects, std::move(rule));
    }
    void refuse(region const& where, bool refused) const {
        if (server) server->refuse(where, refused);
    }

    std::string port_text(service_kind service) { return std::to_string(ports[gateway.place(service).index]); }

    std::shared_ptr<memory_world> const world;  // null: sockets and real time
    std::string ca_pem, ca_key_pem;
    oms::testing::gateway gateway;
    std::shared_ptr<connect_table> connects;
    std::vector<std::uint16_t> ports;
    std::unique_ptr<doors> server;
};

// NOLINTNEXTLINE(performance-unnecessary-value-param): a sink, as its siblings
simulator::simulator(simulator_options options) : impl_(std::make_unique<impl>(options, nullptr)) {}

// NOLINTNEXTLINE(performance-unnecessary-value-param): a sink, as its siblings
simulator::simulator(virtual_time& time, simulator_options options)
    : impl_(std::make_unique<impl>(options, time.world_)) {}

simulator::~simulator() = default;

void simulator::stop() {
    impl_->server.reset();
}

std::string const& simulator::ca_pem() const noexcept {
    return impl_->ca_pem;
}

std::string const& simulator::ca_key_pem() const noexcept {
    return impl_->ca_key_pem;
}

std::string simulator::endpoint(std::string_view region) const {
    return "https://localhost:" + std::to_string(port(region));
}

std::uint16_t simulator::port(std::string_view region) const {
    return impl_->ports[impl_->gateway.find_region(region).index];
}

oms::client_config simulator::client_config() const {
    oms::client_config config;
    config.endpoint = endpoint();
    config.iam_endpoint = iam_endpoint();
    for (auto const& name : impl_->gateway.options().regions) {
        if (!name.empty()) config.endpoints.emplace(name, endpoint(name));
    }
    config.tls.ca_pem = ca_pem();
    config.credentials = credentials();
    return config;
}

std::shared_ptr<credentials_provider> simulator::credentials() const {
    return account_of(impl_->gateway.authenticator().shared_tokens());
}

std::string simulator::iam_endpoint() const {
    return "https://localhost:" + impl_->port_text(service_kind::iam);
}

std::string simulator::metadata_endpoint() const {
    return "http://127.0.0.1:" + impl_->port_text(service_kind::metadata);
}

std::string simulator::pod_identity_uri() const {
    return metadata_endpoint().append(oms::testing::metadata::pod_path);
}

std::string simulator::pod_identity_token() {
    return std::string(oms::testing::metadata::pod_token);
}

std::string simulator::project_id(std::size_t project) {
    return hex_id(project);
}

std::string simulator::task_id(std::size_t project, std::size_t task) {
    return uuid(project, task);
}

std::vector<task_ref> simulator::tasks() const {
    auto const& options = impl_->gateway.options();
    std::vector<task_ref> all;
    all.reserve(options.projects * options.tasks_per_project);
    for (std::size_t i = 0; i < options.projects; ++i) {
        for (std::size_t j = 0; j < options.tasks_per_project; ++j) {
            all.push_back(sync_task(project_id(i), task_id(i, j), options.regions[i % options.regions.size()]));
        }
    }
    return all;
}

std::string simulator::token(std::string_view project_id) const {
    return impl_->gateway.authenticator().tokens().standing(project_id);
}

void simulator::add_key(access_key key) {
    impl_->gateway.authenticator().keys().add(std::move(key));
}

void simulator::remove_key(std::string_view id) {
    impl_->gateway.authenticator().keys().remove(id);
}

void simulator::add_user(iam_user user) {
    impl_->gateway.iam().add_user(std::move(user));
}

void simulator::add_agency(agency made) {
    impl_->gateway.iam().add_agency(std::move(made));
}

void simulator::remove_agency(std::string_view name, std::string_view domain) {
    impl_->gateway.iam().remove_agency(name, domain);
}

void simulator::add_project(std::string id, std::string name) {
    impl_->gateway.iam().add_project(std::move(id), std::move(name));
}

void simulator::revoke(std::string_view token) {
    impl_->gateway.authenticator().tokens().revoke(token);
}

access_key simulator::metadata_key() {
    return impl_->gateway.metadata().key();
}

void simulator::end_metadata_key() {
    impl_->gateway.metadata().end_key();
}

void simulator::end_metadata_tokens() {
    impl_->gateway.metadata().end_tokens();
}

void simulator::set_clock_skew(std::chrono::seconds ahead) noexcept {
    impl_->gateway.clock().set_skew(ahead);
}

void simulator::add_task(task_ref const& task, std::string_view state) {
    auto const number = state.empty() ? task_state::running : task_state::from_text(task.kind, state);
    if (!number)
        throw std::invalid_argument("no state of a " + std::string(to_string(task.kind)) + ": " + std::string(state));
    impl_->gateway.find_region(task.region).tasks.add({task.kind, task.project_id, task.task_id}, *number);
}

std::string simulator::state(task_ref const& task) const {
    auto const state = impl_->gateway.find_region(task.region).tasks.state({task.kind, task.project_id, task.task_id});
    return state ? task_state::to_text(task.kind, *state) : std::string();
}

std::size_t simulator::stops(task_ref const& task) const {
    return impl_->gateway.find_region(task.region).tasks.stops({task.kind, task.project_id, task.task_id});
}

std::size_t simulator::starts(task_ref const& task) const {
    return impl_->gateway.find_region(task.region).tasks.starts({task.kind, task.project_id, task.task_id});
}

fault simulator::on(request_matcher match, std::source_location where) {
    rule_words words(where, opening_of(match));
    check_matcher(words, match);
    if (match.task && !impl_->gateway.has_region(match.task->region))
        words.refuse("the simulator has no such region: name it in simulator_options::regions");
    std::list<fault_rule> rule;
    rule.emplace_back(std::move(words), std::move(match));
    return fault(impl_->gateway.faults(), std::move(rule));
}

std::size_t simulator::held() const {
    return impl_->gateway.faults()->gate()->waiting();
}

void simulator::release() {
    impl_->gateway.faults()->gate()->release();
}

void simulator::clear_faults() {
    impl_->gateway.faults()->clear();
    impl_->connects->clear();
    for (auto const& where : impl_->gateway.places())
        impl_->refuse(where, false);
}

connect_fault simulator::on_connect(std::string_view region, std::source_location where) {
    return impl_->on_connect(impl_->gateway.find_region(region), "on_connect(" + std::string(region) + ")", where);
}

connect_fault simulator::on_connect(service_kind service, std::source_location where) {
    constexpr std::array names{"oms", "iam", "metadata"};
    return impl_->on_connect(impl_->gateway.place(service),
                             std::string("on_connect(") + names[static_cast<std::size_t>(service)] + ")", where);
}

void simulator::refuse_connections(std::string_view region) {
    impl_->refuse(impl_->gateway.find_region(region), true);
}

void simulator::refuse_connections(service_kind service) {
    impl_->refuse(impl_->gateway.place(service), true);
}

void simulator::accept_connections(std::string_view region) {
    impl_->refuse(impl_->gateway.find_region(region), false);
}

void simulator::accept_connections(service_kind service) {
    impl_->refuse(impl_->gateway.place(service), false);
}

std::vector<ledger_entry> simulator::ledger() const {
    return impl_->gateway.ledger().entries();
}

std::size_t simulator::count(request_matcher const& match) const {
    std::size_t sum = 0;
    route where;
    for (auto const& entry : ledger()) {
        where.project = entry.project_id;
        where.task = entry.task_id;
        where.kind = entry.kind;
        if (matches(match, {entry.method, entry.target, entry.region, where, entry.attempt, entry.time})) ++sum;
    }
    return sum;
}

bool simulator::wait_for_requests(std::size_t count, request_matcher const& match,
                                  std::chrono::nanoseconds at_most) const {
    bool const all = !match.project_id && !match.task && match.path_prefix.empty();
    if (!all && !impl_->gateway.options().keep_ledger) {
        throw std::invalid_argument(
            "simulator::wait_for_requests: without simulator_options::keep_ledger nobody knows "
            "which requests came: set it, or wait for any()");
    }
    auto const have_come = [&] { return (all ? requests() : this->count(match)) >= count; };
    if (!impl_->world) return impl_->gateway.arrivals().wait(at_most, have_come);
    impl_->world->run(impl_->world->time()->now() + bounded(at_most), have_come);
    return have_come();
}

std::size_t simulator::count(unsigned status) const {
    auto const all = statuses();
    auto const found = all.find(status);
    return found == all.end() ? 0 : found->second;
}

std::map<unsigned, std::size_t> simulator::statuses() const {
    return impl_->gateway.ledger().statuses();
}

std::size_t simulator::requests() const {
    return impl_->gateway.ledger().requests();
}

key_counts simulator::key(std::string_view id) const {
    return impl_->gateway.authenticator().keys().counts(id);
}

iam_counts simulator::iam(std::string_view user) const {
    return impl_->gateway.iam().counts(user);
}

metadata_counts simulator::metadata() const {
    return impl_->gateway.metadata().counts();
}

mismatch_counts simulator::mismatches() const {
    return impl_->gateway.authenticator().mismatches();
}

std::size_t simulator::connections() const noexcept {
    return impl_->gateway.ledger().connections().accepted;
}

std::size_t simulator::open_connections() const noexcept {
    return impl_->gateway.ledger().connections().open;
}

std::size_t simulator::handshakes() const noexcept {
    return impl_->gateway.ledger().connections().handshakes;
}

std::size_t simulator::resumed() const noexcept {
    return impl_->gateway.ledger().connections().resumed;
}

}  // namespace oms::testing
