// SPDX-License-Identifier: BSL-1.0
//
// Projects by their names, over scripted connections and in virtual time.
#include "client/client_core.hpp"
#include "client/project_directory.hpp"
#include "io/harness/world.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

struct look_up {
    boost::asio::cancellation_signal signal;
    unsigned completions = 0;
    error_code code;
    project_info found;
};

std::shared_ptr<look_up> find(world& w, std::string name) {
    if (!w.core) w.open();
    auto const l = std::make_shared<look_up>();
    w.core->projects().find(*w.core,
                            boost::asio::bind_cancellation_slot(l->signal.slot(),
                                                                [l](error_code code, project_info found) {
                                                                    ++l->completions;
                                                                    l->code = code;
                                                                    l->found = std::move(found);
                                                                }),
                            std::move(name), nullptr);
    return l;
}

std::shared_ptr<look_up> find_now(world& w, std::string name) {
    auto const l = find(w, std::move(name));
    BOOST_TEST(l->completions == 0U);  // never inside
    w.run_for(2s);
    BOOST_TEST(l->completions == 1U);
    return l;
}

std::string list_of(std::string const& entries) {
    return reply_text(200, R"({"projects":[)" + entries + R"(],"links":{}})");
}

std::string const own =
    R"({"id":"0123","name":"cn-north-4","domain_id":"d","enabled":true},{"id":"4567","name":"cn-north-4_x"})";

struct iam {
    explicit iam(world& w) {
        w.config.credentials = key_credentials("AK", "SK");
        w.config.endpoint.clear();
        w.config.region = "cn-north-4";
        w.net.server = [this](request const& r) {
            ++asked;
            last = r.text;
            answer a;
            a.delay = 20ms;
            a.bytes = says;
            return a;
        };
    }
    std::string says = list_of(own);
    std::size_t asked = 0;
    std::string last;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(find_project)

BOOST_AUTO_TEST_CASE(one_question_serves_all_who_ask_and_is_remembered) {
    world w;
    iam i(w);
    std::vector<std::shared_ptr<look_up>> all;
    for (int n = 0; n < 1000; ++n)
        all.push_back(find(w, n % 2 == 0 ? "" : "cn-north-4"));
    w.run_for(1s);
    for (auto const& each : all) {
        BOOST_REQUIRE(each->completions == 1U);
        BOOST_REQUIRE(!each->code);
        BOOST_REQUIRE(each->found.id == "0123");
    }
    BOOST_TEST(i.asked == 1U);
    BOOST_TEST(all.front()->found.name == "cn-north-4");
    BOOST_TEST(all.front()->found.domain_id == "d");
    BOOST_TEST(all.front()->found.call.attempts == 1U);
    BOOST_TEST(i.last.find("GET /v3/projects?name=cn-north-4 HTTP/1.1\r\nHost: iam.cn-north-4.myhuaweicloud.com\r\n") ==
               0U);
    BOOST_TEST(i.last.find("Authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, ") !=
               std::string::npos);
    BOOST_TEST(i.last.find("X-Project-Id") == std::string::npos);
    auto const again = find_now(w, "cn-north-4");
    BOOST_TEST(again->found.id == "0123");
    BOOST_TEST(again->found.call.attempts == 0U);
    BOOST_TEST(i.asked == 1U);
}

BOOST_AUTO_TEST_CASE(none_or_several_are_an_error_that_lists_them) {
    for (std::string const entries :
         {"", R"({"id":"1","name":"other"})", R"({"id":"1","name":"cn-north-4"},{"id":"2","name":"cn-north-4"})"}) {
        world w;
        iam i(w);
        i.says = list_of(entries);
        auto const l = find_now(w, "");
        BOOST_TEST((l->code == error_code(errc::project_not_found)));
        BOOST_TEST((l->code == condition::not_found));
        BOOST_TEST(l->found.id.empty());
        bool const several = entries.find("\"2\"") != std::string::npos;
        BOOST_TEST(l->found.call.service_message ==
                   (several ? "IAM lists 2 projects of this name: 1, 2" : "IAM lists no project of this name"));
        i.says = list_of(own);  // it is not remembered
        BOOST_TEST(!find_now(w, "")->code);
    }
}

BOOST_AUTO_TEST_CASE(replies_that_are_no_list) {
    for (std::string const body :
         {"", "[]", "{", R"({"projects":{}})", R"({"projects":[7]})", R"({"projects":[{"name":"cn-north-4"}]})",
          R"({"projects":[{"name":"cn-north-4","id":"a/b"}]})",
          R"({"projects":[{"name":"cn-north-4","id":"a\u0000"}]})"}) {
        world w;
        iam i(w);
        i.says = reply_text(200, body);
        BOOST_TEST((find_now(w, "")->code == error_code(errc::unexpected_body)), body);
    }
}

BOOST_AUTO_TEST_CASE(who_leaves_does_not_end_the_question) {
    world w;
    iam i(w);
    auto const first = find(w, "");
    auto const second = find(w, "");
    w.run_for(10ms);
    first->signal.emit(boost::asio::cancellation_type::total);
    BOOST_TEST(first->completions == 0U);
    w.run_for(1s);
    BOOST_TEST((first->code == error_code(errc::cancelled)));
    BOOST_TEST(first->completions == 1U);
    BOOST_TEST(!second->code);
    BOOST_TEST(second->found.id == "0123");
    BOOST_TEST(i.asked == 1U);
}

BOOST_AUTO_TEST_CASE(it_ends_with_the_client_and_with_its_context) {
    world w;
    iam i(w);
    auto const l = find(w, "");
    w.run_for(10ms);
    w.close();
    w.run_for(1s);
    BOOST_TEST((l->code == error_code(errc::shut_down)));
    BOOST_TEST(l->completions == 1U);
    world v;
    iam j(v);
    auto const lost = find(v, "");
    v.run_for(10ms);
    v.lose_context();
    BOOST_TEST(lost->completions == 0U);
    BOOST_TEST(lost.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_wrong_key_is_tried_once) {
    world w;
    iam i(w);
    i.says = reply_text(401, R"({"error":{"code":401,"message":"verify failed","title":"Unauthorized"}})");
    BOOST_TEST((find_now(w, "")->code == condition::unauthenticated));
    for (int n = 0; n < 100; ++n)
        BOOST_TEST((find_now(w, "")->code == error_code(errc::credentials_rejected)));
    auto const call = w.stop();  // a key is closed everywhere
    w.run_until_done(*call);
    BOOST_TEST((call->code == error_code(errc::credentials_rejected)));
    BOOST_TEST(i.asked == 1U);
}

BOOST_AUTO_TEST_CASE(a_failure_is_repeated_as_for_any_reading) {
    world w;
    iam i(w);
    w.net.server = [&](request const&) {
        answer a;
        a.bytes = ++i.asked < 3 ? reply_text(503) : list_of(own);
        return a;
    };
    auto const l = find_now(w, "");
    BOOST_TEST(!l->code);
    BOOST_TEST(l->found.call.attempts == 3U);
}

BOOST_AUTO_TEST_CASE(names_and_the_endpoint) {
    world w;
    iam i(w);
    w.config.iam_endpoint = "https://iam.test:8443";
    BOOST_TEST(find_now(w, "cn-north-4_x")->found.id == "4567");
    BOOST_TEST(w.net.peers.front() == "iam.test:8443");
    for (std::string const& bad : {std::string("a/b"), std::string(65, 'a'), std::string("a\nb")}) {
        auto const l = find_now(w, bad);
        BOOST_TEST((l->code == error_code(errc::invalid_option)));
        BOOST_TEST(l->found.call.service_message == "name");
    }
    BOOST_TEST(i.asked == 1U);
    world v;
    iam j(v);
    BOOST_TEST(!find_now(v, "cn-north-4_x")->code);
    BOOST_TEST(v.net.peers.front() == "iam.cn-north-4.myhuaweicloud.com:443");
    w.config.iam_endpoint = "http://iam.test";
    w.close();
    BOOST_CHECK_EXCEPTION(w.open(), config_error, [](config_error const& e) { return e.field() == "iam_endpoint"; });
}

BOOST_AUTO_TEST_CASE(a_log_in_serves_by_the_projects_name) {
    world w;
    iam i(w);
    iam_options options;
    options.domain = "account";
    options.user = "user";
    options.password = secret("password");
    w.config.credentials = iam_token_credentials(options);
    std::string scope;
    w.net.server = [&](request const& r) {
        answer a;
        if (r.method == "POST") {
            scope = r.text.substr(r.text.find("\"scope\""));
            a.bytes = reply_text(201, R"({"token":{"expires_at":"2026-01-02T00:00:00Z"}})", "X-Subject-Token: t\r\n");
        } else {
            i.last = r.text;
            a.bytes = list_of(own);
        }
        return a;
    };
    BOOST_TEST(find_now(w, "")->found.id == "0123");
    BOOST_TEST(scope == R"("scope":{"project":{"name":"cn-north-4"}}}})");
    BOOST_TEST(i.last.find("X-Auth-Token: t\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
