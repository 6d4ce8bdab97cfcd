// SPDX-License-Identifier: BSL-1.0
//
// Keys of the metadata service, over scripted connections and in virtual time.
#include "io/credential_cloud.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

struct warnings final : observer {
    void on_warning(warning_event const& e) noexcept override {
        BOOST_TEST(e.code == "metadata_without_token");
        texts.emplace_back(e.text);
    }
    std::vector<std::string> texts;
};

enum class way { refused, forbidden, silent, stalled, reset, closed };

// Whoever asks for a token gets this; all else is as before.
void answer_tokens(world& w, answer const& a) {
    w.net.server = [a, inner = w.net.server](request const& r) {
        return r.target == "/meta-data/latest/api/token" ? a : inner(r);
    };
}

void answer_tokens(world& w, std::string bytes) {
    answer a;
    a.bytes = std::move(bytes);
    answer_tokens(w, a);
}

void give_tokens(world& w, way how) {
    answer a;
    switch (how) {
        case way::refused:
            a.bytes = reply_text(401);
            break;
        case way::forbidden:
            a.bytes = reply_text(403);
            break;
        case way::silent:
            a = no_answer();
            break;
        case way::stalled:
            a.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nm";
            break;
        case way::reset:
            a.end = ending::reset;
            break;
        case way::closed:
            a.end = ending::clean;
            break;
    }
    answer_tokens(w, a);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metadata)

BOOST_AUTO_TEST_CASE(one_key_serves_all_projects) {
    world w;
    w.config.credentials = metadata_credentials();
    cloud c(w);
    calls all;
    for (int i = 0; i < 200; ++i)
        all.push_back(w.stop(sync_task("p" + std::to_string(i), "t")));
    w.run_for(10s);
    for (auto const& each : all)
        BOOST_REQUIRE(!each->code);
    BOOST_TEST(c.keys == 1U);
    BOOST_TEST(c.metadata_tokens == 1U);
    BOOST_TEST(c.last_key_request.find("X-Metadata-Token: mt-1\r\n") != std::string::npos);
    BOOST_TEST(c.last_stop.find("Access=AK1,") != std::string::npos);
    BOOST_TEST(c.last_stop.find("X-Security-Token: the-security-token\r\n") != std::string::npos);
    w.run_for(6h);
    BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_unavailable)));  // it still gives the old key
    c.key_answer = key_reply("AK-new", "2026-01-01T12:00:00Z");
    w.run_for(1min);
    BOOST_TEST(!stop_now(w)->code);
    BOOST_TEST(c.metadata_tokens == 1U);
}

BOOST_AUTO_TEST_CASE(without_tokens_it_is_asked_without_one_for_a_day) {
    for (unsigned status : {400U, 404U, 405U, 501U, 503U}) {
        world w;
        w.config.credentials = metadata_credentials();
        cloud c(w);
        c.metadata_token_status = status;
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(c.last_key_request.find("X-Metadata-Token") == std::string::npos);
        c.key_answer = key_reply("AK-new", "2026-01-01T12:00:00Z");
        w.run_for(7h);
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(c.keys == 2U);
        BOOST_TEST(c.metadata_tokens == 1U);
    }
}

// It has them, and gives none now; it is asked for one again after a while.
BOOST_AUTO_TEST_CASE(a_token_that_is_not_given_is_done_without) {
    for (way const how : {way::refused, way::forbidden, way::silent, way::stalled, way::reset, way::closed}) {
        for (bool const required : {false, true}) {
            world w;
            auto const seen = std::make_shared<warnings>();
            w.config.observer = seen;
            metadata_options options;
            options.require_token = required;
            w.config.credentials = metadata_credentials(options);
            cloud c(w);
            give_tokens(w, how);
            auto const call = stop_now(w);
            BOOST_TEST(bool(call->code) == required, call->code.message());
            BOOST_TEST(c.keys == (required ? 0U : 1U));
            BOOST_TEST(seen->texts.size() == (required ? 0U : 1U));
            bool const slow = how == way::silent || how == way::stalled;
            BOOST_TEST((w.time.elapsed() < (slow ? 1100ms : 100ms)));
            if (required) {
                BOOST_TEST(call->result.service_message.find("require_token") != std::string::npos);
                BOOST_TEST(c.stops == 0U);
                continue;
            }
            BOOST_TEST(c.last_key_request.find("X-Metadata-Token") == std::string::npos);
            // The key is near its end: it is asked for again, a minute later at the earliest.
            c.key_answer = key_reply("AK-new", "2026-01-01T00:20:00Z");
            for (int minute = 0; minute < 9; ++minute) {
                w.run_for(1min);
                BOOST_TEST(!stop_now(w)->code);
            }
            BOOST_TEST(seen->texts.size() <= 2U);
        }
    }
}

BOOST_AUTO_TEST_CASE(who_requires_a_token_goes_nowhere_without) {
    for (unsigned status : {400U, 401U, 403U, 404U, 405U, 500U, 501U, 503U}) {
        world w;
        metadata_options options;
        options.require_token = true;
        w.config.credentials = metadata_credentials(options);
        cloud c(w);
        c.metadata_token_status = status;
        auto const call = stop_now(w);
        BOOST_TEST(call->code == error_code(errc::credentials_unavailable));
        BOOST_TEST(call->result.service_message.find("HTTP " + std::to_string(status)) != std::string::npos);
        BOOST_TEST(c.keys == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_newline_behind_the_token_is_not_part_of_it) {
    for (std::string const end : {"\n", "\r\n", "\n\n"}) {
        world w;
        w.config.credentials = metadata_credentials();
        cloud c(w);
        answer_tokens(w, reply_text(200, "mt" + end));
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(c.last_key_request.find("X-Metadata-Token: mt\r\n") != std::string::npos);
    }
    for (std::string const body : {"", "\n", "m t", "m\nt"}) {
        world w;
        w.config.credentials = metadata_credentials();
        cloud c(w);
        answer_tokens(w, reply_text(200, body));
        BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_unavailable)));
        BOOST_TEST(c.keys == 0U);
    }
}

// Plain HTTP on the machine itself, one reply a connection: what old appliances say is understood there.
BOOST_AUTO_TEST_CASE(sloppy_headers_are_understood) {
    auto const with_lf = [](std::string text) {
        std::size_t const header = text.find("\r\n\r\n");
        for (auto at = text.find("\r\n"); at <= header + 1 && at != std::string::npos; at = text.find("\r\n"))
            text.erase(at, 1);
        return text;
    };
    std::string const plain = "HTTP/1.1 200\r\nX-Server : old\r\nContent-Length: 2\r\n\r\nmt";
    for (std::string const& token : {with_lf(reply_text(200, "mt")), plain, with_lf(plain)}) {
        world w;
        w.config.credentials = metadata_credentials();
        cloud c(w);
        answer_tokens(w, token);
        c.key_answer = with_lf(key_reply("AK1"));
        auto const call = stop_now(w);
        BOOST_TEST(!call->code, call->code.message());
        BOOST_TEST(c.last_key_request.find("X-Metadata-Token: mt\r\n") != std::string::npos);
    }
    for (std::string const line :
         {"Content-Length : 2\n", "Transfer-Encoding : chunked\n", "Connection : close\n", "X: a\rb\n", "X: a\n b\n"}) {
        world w;
        w.config.credentials = metadata_credentials();
        cloud c(w);
        answer_tokens(w, "HTTP/1.1 200 OK\n" + line + "Content-Length: 2\n\nmt");
        auto const call = stop_now(w);
        BOOST_TEST((call->code == condition::protocol_error), line << ": " << call->code.message());
        BOOST_TEST(c.keys == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_token_that_is_over_is_renewed_once) {
    world w;
    w.config.credentials = metadata_credentials();
    cloud c(w);
    c.refuse_metadata_token = "mt-1\r\n";
    BOOST_TEST(!stop_now(w)->code);
    BOOST_TEST(c.metadata_tokens == 2U);
    BOOST_TEST(c.keys == 2U);
    world v;
    v.config.credentials = metadata_credentials();
    cloud d(v);
    d.key_answer = reply_text(401, "Please configure Cloud Service Agency first");
    auto const call = stop_now(v);
    BOOST_TEST((call->code == error_code(errc::credentials_unavailable)));
    BOOST_TEST(d.keys == 1U);
    BOOST_TEST(call->result.service_message.find("HTTP 401") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(answers_that_are_no_key) {
    for (std::string const body :
         {"", "{}", "[]", R"({"credential":{"access":"a","secret":"s"}})",
          R"({"credential":{"access":"a","secret":"","expires_at":"2026-01-01T06:00:00Z"}})"}) {
        world w;
        w.config.credentials = metadata_credentials();
        cloud c(w);
        c.key_answer = reply_text(200, body);
        BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_unavailable)));
        BOOST_TEST(c.stops == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_failure_is_everybodys_for_five_seconds) {
    world w;
    w.config.credentials = metadata_credentials();
    cloud c(w);
    bool answers = false;
    w.net.dials_to = [&](std::string const& host) -> std::vector<dial_step> {
        if (answers || host == "oms.test") return {};
        dial_step step;
        step.stalls = true;
        return {step};
    };
    calls all;
    for (int i = 0; i < 800; ++i)
        all.push_back(w.stop(sync_task("p" + std::to_string(i), "t")));
    w.run_for(4s);
    for (auto const& each : all)
        BOOST_REQUIRE((each->code == error_code(errc::connect_timeout)));
    BOOST_TEST(w.net.dialed == 1U);
    BOOST_TEST((all.back()->at.time_since_epoch() - all.front()->at.time_since_epoch() < 100ms));
    answers = true;
    BOOST_TEST((stop_now(w)->code == error_code(errc::connect_timeout)));
    w.run_for(5s);
    BOOST_TEST(!stop_now(w)->code);
}

BOOST_AUTO_TEST_CASE(another_context_takes_over) {
    auto const shared = metadata_credentials();
    world a;
    world b;
    a.config.credentials = b.config.credentials = shared;
    cloud of_a(a);
    cloud of_b(b);
    auto const lost = a.stop(sync_task("a", "t"));
    a.run_for(10ms);
    auto const first = b.stop(sync_task("b", "t"));
    auto const second = b.stop(sync_task("c", "t"));
    b.run_for(10ms);
    BOOST_TEST(of_a.metadata_tokens == 1U);
    BOOST_TEST(of_b.metadata_tokens == 0U);
    a.lose_context();
    BOOST_TEST(a.net.live_streams == 0U);
    BOOST_TEST(lost->completions == 0U);
    b.run_for(1min);
    BOOST_TEST(first->completions == 1U);
    BOOST_TEST(!first->code);
    BOOST_TEST(!second->code);
    BOOST_TEST(of_b.keys == 1U);
}

BOOST_AUTO_TEST_CASE(who_gives_up_hands_the_lead_on) {
    world w;
    w.config.credentials = metadata_credentials();
    cloud c(w);
    auto const first = w.stop(sync_task("a", "t"));
    auto const second = w.stop(sync_task("b", "t"));
    w.run_for(10ms);
    w.cancel(*first, boost::asio::cancellation_type::total);
    w.run_for(1s);
    BOOST_TEST((first->code == error_code(errc::cancelled)));
    BOOST_TEST(!second->code);
}

BOOST_AUTO_TEST_CASE(every_option_is_read) {
    metadata_options options;
    options.endpoint = "https://169.254.169.254";
    BOOST_CHECK_EXCEPTION(metadata_credentials(options), config_error,
                          [](config_error const& e) { return e.field() == "metadata_options::endpoint"; });
    options.endpoint = "http://metadata.test:8080";
    for (duration const wrong : {duration(0s), duration(std::chrono::hours(24 * 365 * 51))}) {
        options.timeout = wrong;
        BOOST_CHECK_EXCEPTION(metadata_credentials(options), config_error,
                              [](config_error const& e) { return e.field() == "metadata_options::timeout"; });
    }
    options.timeout = 2s;
    world w;
    w.config.credentials = metadata_credentials(options);
    w.net.server = [](request const&) { return no_answer(); };
    BOOST_TEST((stop_now(w)->code == error_code(errc::first_byte_timeout)));
    BOOST_TEST((w.time.elapsed() == 5s));  // a second for the token, and four for the key
    BOOST_TEST(w.net.peers.front() == "metadata.test:8080");
    world v;
    v.config.credentials = metadata_credentials();
    cloud c(v);
    BOOST_TEST(!stop_now(v)->code);
    BOOST_TEST(v.net.peers.front() == "169.254.169.254:80");
}

BOOST_AUTO_TEST_SUITE_END()
