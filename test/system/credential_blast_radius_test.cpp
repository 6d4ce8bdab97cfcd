// SPDX-License-Identifier: BSL-1.0
// A wrong credential over real TLS: the service sees it once, whoever has work for it.
#include "simulator_peer.hpp"
#include "system/support/rig.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

using namespace oms::test;

namespace {

constexpr std::size_t calls = 10'000;
constexpr std::size_t projects = 800;

struct tally {
    std::size_t ended = 0, stopped = 0, refused = 0, rejected_unsent = 0;

    auto handler() {
        return [this](oms::error_code ec, oms::stop_result const& r) {
            ++ended;
            if (!ec) ++stopped;
            if (r.outcome == oms::outcome::refused) ++refused;
            if (ec == oms::errc::credentials_rejected && r.outcome == oms::outcome::not_sent) ++rejected_unsent;
        };
    }
};

oms::testing::simulator_options without_tasks() {
    auto options = running(0, 0);
    options.token_length = 64;
    return options;
}

tally stop_everything(rig& r) {
    tally t;
    for (std::size_t i = 0; i < calls; ++i)
        r.client().async_stop(r.task(i % projects, i), t.handler());
    BOOST_TEST(run_until(r.context, [&] { return t.ended == calls; }));
    return t;
}

// A new token of IAM's.
std::string log_in(oms::testing::simulator& sim, std::string const& project) {
    sim.add_user({"user", "password", "account"});
    simulator_test::peer iam(simulator_test::port_of(sim.iam_endpoint()), sim);
    std::string const body =
        R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"user","password":"password",)"
        R"("domain":{"name":"account"}}}},"scope":{"project":{"id":")" +
        project + R"("}}}})";
    return iam
        .ask(simulator_test::request("POST", "/v3/auth/tokens", {},
                                     "Content-Length: " + std::to_string(body.size()) + "\r\n") +
             body)
        .header("X-Subject-Token");
}

// Gives the token that it was told, and counts how often it was asked.
class token_source final : public oms::credentials_provider {
public:
    void set(std::string token) {
        std::lock_guard const lock(mutex_);
        token_ = std::move(token);
    }
    void async_get(oms::credential_request, oms::credential_handler handler) override {
        std::string token;
        {
            std::lock_guard const lock(mutex_);
            ++asked_;
            token = token_;
        }
        handler({}, oms::credential::from_token(token));
    }
    void invalidate(oms::credential const&) noexcept override {
        std::lock_guard const lock(mutex_);
        ++invalidated_;
    }
    std::string token() const {
        std::lock_guard const lock(mutex_);
        return token_;
    }
    std::size_t asked() const {
        std::lock_guard const lock(mutex_);
        return asked_;
    }
    std::size_t invalidated() const {
        std::lock_guard const lock(mutex_);
        return invalidated_;
    }

private:
    mutable std::mutex mutex_;
    std::string token_;
    std::size_t asked_ = 0, invalidated_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(credential_blast_radius)

BOOST_AUTO_TEST_CASE(a_wrong_secret_key_is_tried_once_by_ten_thousand_calls) {
    rig r(without_tasks());
    r.sim.add_key({"AKRIGHT", "right"});
    r.config.credentials = oms::key_credentials("AKRIGHT", "wrong");
    auto const t = stop_everything(r);
    BOOST_TEST(r.sim.requests() <= 2u);
    BOOST_TEST(r.sim.key("AKRIGHT").bad_signatures == r.sim.requests());
    BOOST_TEST(r.sim.key("AKRIGHT").locks == 0u);
    BOOST_TEST(t.refused == r.sim.requests());
    BOOST_TEST(t.rejected_unsent == calls - r.sim.requests());

    // Nor by a later one; the right key is not closed with it.
    BOOST_TEST((r.stop(r.task(0)).code == oms::errc::credentials_rejected));
    oms::call_options with_right;
    with_right.credentials = oms::key_credentials("AKRIGHT", "right");
    BOOST_TEST(r.stop(r.task(0), with_right).result.service_code == "OMS.1009");
    BOOST_TEST(r.sim.requests() <= 3u);
}

BOOST_AUTO_TEST_CASE(an_unknown_token_is_tried_once_by_ten_thousand_calls) {
    rig r(without_tasks());
    r.config.credentials = oms::token_credentials("no-such-token");
    auto const t = stop_everything(r);
    BOOST_TEST(r.sim.requests() <= 2u);
    BOOST_TEST(t.rejected_unsent == calls - r.sim.requests());
}

BOOST_AUTO_TEST_CASE(a_revoked_token_is_replaced_once) {
    constexpr std::size_t tasks = 2'000;
    rig r(running(1, tasks));
    auto const source = std::make_shared<token_source>();
    source->set(log_in(r.sim, r.sim.project_id(0)));
    r.config.credentials = source;
    BOOST_TEST(!r.stop(r.task(0, 0)).code);
    r.sim.revoke(source->token());
    source->set(log_in(r.sim, r.sim.project_id(0)));
    tally t;
    for (std::size_t i = 1; i < tasks; ++i)
        r.client().async_stop(r.task(0, i), t.handler());
    BOOST_TEST(run_until(r.context, [&] { return t.ended == tasks - 1; }));
    BOOST_TEST(t.stopped == tasks - 1);
    BOOST_TEST(source->asked() == 2u);
    BOOST_TEST(source->invalidated() == 1u);
    // Those that were under way with the old one when the first 401 came.
    BOOST_TEST(r.sim.count(401) >= 1u);
    BOOST_TEST(r.sim.count(401) <= r.config.pool.max_connections);
    BOOST_TEST(r.sim.requests() == tasks + r.sim.count(401) + r.sim.iam().log_ins);
}

BOOST_AUTO_TEST_SUITE_END()
