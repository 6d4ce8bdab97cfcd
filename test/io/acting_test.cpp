// SPDX-License-Identifier: BSL-1.0
//
// Who acts for an agency is a source of any kind: one that breaks its contract, takes its time, or goes meanwhile.
#include "client/client_core.hpp"
#include "io/agency_cloud.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

class rogue final : public credentials_provider {
public:
    using behaviour = std::function<void(credential_request&, credential_handler&)>;

    explicit rogue(behaviour b) : behaves_(std::move(b)) {}
    void async_get(credential_request request, credential_handler handler) override { behaves_(request, handler); }
    std::string label() const override { return "rogue"; }

private:
    behaviour behaves_;
};

// What a call ends with; IAM may not have been asked.
std::shared_ptr<started> refused(agency_kind kind, rogue::behaviour behaves) {
    agency_world w(kind);
    w.use(std::make_shared<rogue>(std::move(behaves)));
    auto const call = w.stop(0);
    w.run();
    BOOST_TEST(call->completions == 1U);
    BOOST_TEST(!call->inside);
    BOOST_TEST((call->result.outcome == outcome::not_sent));
    BOOST_TEST(w.net.dialed == 0U);
    return call;
}

rogue::behaviour gives(credential value) {
    return [value = std::move(value)](credential_request&, credential_handler& handler) { handler({}, value); };
}

bool says(std::shared_ptr<started> const& call, std::string const& what) {
    return call->result.service_message.find(what) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(acting)

BOOST_AUTO_TEST_CASE(throws) {
    for (auto const kind : agency_kinds) {
        auto const call = refused(kind, [](auto&, auto&) { throw std::runtime_error("out of order"); });
        BOOST_TEST((call->code == error_code(errc::credentials_unavailable)));
        BOOST_TEST(says(call, "acting as rogue: "));
        auto const taken = refused(kind, [](auto&, credential_handler& handler) {
            credential_handler const lost(std::move(handler));
            throw std::bad_alloc();
        });
        BOOST_TEST((taken->code == error_code(errc::out_of_memory)));
    }
}

BOOST_AUTO_TEST_CASE(throws_after_its_answer) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        w.use(std::make_shared<rogue>([](auto&, credential_handler& handler) {
            handler({}, credential::from_token("good"));
            throw std::runtime_error("too late to matter");
        }));
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(w.asked.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(gives_what_cannot_be_sent) {
    auto over = credential::from_token("over");
    over.expires_at = std::chrono::system_clock::time_point();
    for (auto const kind : agency_kinds) {
        BOOST_TEST((refused(kind, gives({}))->code == error_code(errc::credentials_invalid)));
        for (std::string const bad : {"a\r\nX-Evil: 1", "a\nb", "", "a b"}) {
            BOOST_TEST(
                (refused(kind, gives(credential::from_token(bad)))->code == error_code(errc::credentials_invalid)));
        }
        auto const call = refused(kind, gives(credential::from_keys("ak", "sk\n")));
        BOOST_TEST((call->code == error_code(errc::credentials_invalid)));
        BOOST_TEST(says(call, "acting as rogue: secret_key ends with a line end"));
        BOOST_TEST((refused(kind, gives(over))->code == error_code(errc::credentials_unavailable)));
    }
}

BOOST_AUTO_TEST_CASE(is_for_another_project) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        w.use(token_credentials("ours", "our-project"));
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(agency_world::says(w.asked.front(), "X-Auth-Token: ours\r\n"));
    }
}

BOOST_AUTO_TEST_CASE(has_a_reason_and_a_code_of_its_own) {
    for (auto const kind : agency_kinds) {
        auto const call = refused(kind, [](auto&, credential_handler& handler) {
            handler.fail(make_error_code(boost::system::errc::no_such_device), "the vault is sealed");
        });
        BOOST_TEST((call->code == error_code(errc::credentials_unavailable)));
        BOOST_TEST((call->result.cause == boost::system::errc::no_such_device));
        BOOST_TEST(says(call, "acting as rogue: the vault is sealed"));
    }
}

BOOST_AUTO_TEST_CASE(fails_and_is_asked_again_a_little_later) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        w.acting->fails = errc::credentials_unavailable;
        calls all;
        for (int i = 0; i < 100; ++i)
            all.push_back(w.stop(sync_task("p" + std::to_string(i), "t")));
        w.run_for(500ms);
        for (auto const& each : all)
            BOOST_REQUIRE((each->code == error_code(errc::credentials_unavailable)));
        BOOST_TEST(w.acting->asked.size() == 1U);
        w.acting->fails = {};
        w.run_for(5s);
        BOOST_TEST(!stop_now(w)->code);
    }
}

BOOST_AUTO_TEST_CASE(drops_its_handler) {
    for (auto const kind : agency_kinds) {
        auto const at_once = refused(
            kind, [](auto&, credential_handler& handler) { credential_handler const gone(std::move(handler)); });
        BOOST_TEST((at_once->code == error_code(errc::credentials_dropped)));
        agency_world w(kind);
        w.use(std::make_shared<rogue>([&w](auto&, credential_handler& handler) {
            auto const kept = std::make_shared<credential_handler>(std::move(handler));
            w.time.after(1s, [kept] {});
        }));
        auto const call = w.stop(0);
        w.run_for(2s);
        BOOST_TEST((call->code == error_code(errc::credentials_dropped)));
    }
}

BOOST_AUTO_TEST_CASE(never_answers) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        w.acting->answers = false;
        auto const call = w.stop(0);
        w.run();
        BOOST_TEST((call->code == error_code(errc::credentials_timeout)));
        BOOST_TEST((call->code == condition::timed_out));
        BOOST_TEST(w.acting->cancelled == 1U);
        BOOST_TEST(w.net.dialed == 0U);
        w.acting->answers = true;
        BOOST_TEST(!stop_now(w)->code);
    }
}

BOOST_AUTO_TEST_CASE(answers_when_nobody_waits_any_more) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        credential_handler kept;
        w.use(std::make_shared<rogue>([&](auto&, credential_handler& handler) { kept = std::move(handler); }));
        auto const call = w.stop(0);
        w.run();
        BOOST_TEST((call->code == error_code(errc::credentials_timeout)));
        kept({}, credential::from_token("late"));
        w.run();
        BOOST_TEST(w.net.dialed == 0U);
    }
}

BOOST_AUTO_TEST_CASE(whoever_gives_up_hands_the_question_on) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        auto const first = w.stop(sync_task("a", "t"));
        auto const second = w.stop(sync_task("b", "t"));
        w.run_for(10ms);
        BOOST_TEST(w.acting->open == 1U);
        w.cancel(*first, boost::asio::cancellation_type::total);
        w.run_for(10ms);
        BOOST_TEST((first->code == error_code(errc::cancelled)));
        BOOST_TEST(w.acting->cancelled == 1U);
        w.run_for(1s);
        BOOST_TEST(!second->code);
        BOOST_TEST(w.acting->asked.size() == 2U);
        BOOST_TEST(w.acting->most_open == 1U);
        BOOST_TEST(w.asked.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(may_be_a_log_in_that_is_rejected) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        iam_options ours;
        ours.domain = "ours";
        ours.user = "operator";
        ours.password = secret("the-password");
        w.use(iam_token_credentials(ours));
        bool rejects = false;
        w.answers = [&](request const& r) -> std::optional<std::string> {
            if (!agency_world::says(r.text, "\"password\"")) return std::nullopt;
            BOOST_TEST(agency_world::says(r.text, R"("scope":{"project":{"name":"cn-north-4"}})"));
            return rejects ? reply_text(401) : log_in_reply("ours");
        };
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(w.asked.size() == 2U);
        BOOST_TEST(agency_world::says(w.asked.back(), "X-Auth-Token: ours\r\n"));

        agency_world u(kind);
        u.use(iam_token_credentials(ours));
        u.answers = w.answers;
        rejects = true;
        for (int i = 0; i < 20; ++i)
            BOOST_TEST((stop_now(u, "p" + std::to_string(i))->code == error_code(errc::credentials_rejected)));
        BOOST_TEST(u.asked.size() == 1U);
        BOOST_TEST(says(stop_now(u), "acting as IAM log-in of operator: IAM answered 401"));
    }
}

BOOST_AUTO_TEST_CASE(may_be_of_an_agency_itself) {
    agency_world w(agency_kind::token);
    auto first = an_agency();
    first.agency = "between";
    w.use(agency_key_credentials(first, key_credentials("OURS", "our-secret")));
    w.answers = [](request const& r) -> std::optional<std::string> {
        if (agency_world::says(r.text, "\"between\"")) return agency_key_reply("BETWEEN");
        return std::nullopt;
    };
    BOOST_TEST(!stop_now(w)->code);
    BOOST_REQUIRE(w.asked.size() == 2U);
    BOOST_TEST(agency_world::says(w.asked[0], "Access=OURS,"));
    BOOST_TEST(agency_world::says(w.asked[1], "Access=BETWEEN,"));
    BOOST_TEST(agency_world::says(w.asked[1], "X-Security-Token: the-security-token\r\n"));
}

BOOST_AUTO_TEST_CASE(a_context_may_go_while_it_is_asked) {
    for (auto const kind : agency_kinds) {
        agency_world a(kind);
        agency_world b(kind);
        b.config.credentials = a.config.credentials;
        a.acting->takes = 1s;
        auto const first = a.stop(sync_task("a", "t"));
        a.run_for(10ms);
        auto const second = b.stop(sync_task("b", "t"));
        b.run_for(10ms);
        BOOST_TEST(a.acting->open == 1U);
        a.acting->answers = false;  // the next is asked in vain
        a.lose_context();
        BOOST_TEST(first->completions == 0U);
        BOOST_TEST(first->handler.expired());
        b.run_for(10ms);
        BOOST_TEST(a.acting->asked.size() == 2U);
        b.cancel(*second, boost::asio::cancellation_type::total);
        b.run_for(10ms);
        BOOST_TEST((second->code == error_code(errc::cancelled)));
    }
}

BOOST_AUTO_TEST_CASE(a_client_may_go_while_it_is_asked) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        auto const call = w.stop(sync_task("a", "t"));
        w.run_for(10ms);
        w.config.credentials = token_credentials("t");  // the source goes with the client
        w.close();
        w.run();
        BOOST_TEST(call->completions == 1U);
        BOOST_TEST((call->code == error_code(errc::shut_down)));
        BOOST_TEST(w.acting->cancelled == 1U);
        BOOST_TEST(w.acting.use_count() == 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()
