// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SUPPORT_SECRET_RIG_HPP
#define OMS_TEST_SYSTEM_SUPPORT_SECRET_RIG_HPP

// Secrets that are easy to find again, and a client whose every word is written down and searched for them.

#include "system/support/rig.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oms::test {

// Made so that no part of one is a part of anything else.
inline std::string const token = "SECRETTOKEN/a+b=c:" + std::string(300, 'T') + "/END";
inline std::string const secret_key = "SECRETKEY/0123456789+abcdefghijklmnop";
inline std::string const security_token = "SECRETSESSION/with==" + std::string(500, 'S') + ",and-a-comma";
inline std::string const proxy_password = "SECRETPROXY";
inline std::string const passphrase = "SECRETPHRASE";
inline std::string const password = "SECRETPASSWORD";
inline constexpr std::string_view mark = "SECRET";  // each of them begins so
inline constexpr std::string_view access_key = "AKIDENTIFIER0001";

// Writes everything down that a client says, in every way that it can say it.
class transcript final : public observer {
public:
    void on_call_begin(call_begin_event const& e) noexcept override { add(e.operation, *e.task, e.call.tag); }
    void on_call_end(call_end_event const& e) noexcept override {
        add(*e.task);
        result(e.code, *e.result);
    }
    void on_phase(phase_event const& e) noexcept override { add(e.phase, e.code, e.code.message(), e.http_status); }
    void on_retry(retry_event const& e) noexcept override {
        add(e.code, e.code.message(), e.reason, e.request_id, e.http_status);
    }
    void on_connection(connection_event const& e) noexcept override {
        add(e.endpoint, e.code, e.code.message(), e.reason);
    }
    void on_warning(warning_event const& e) noexcept override { add(e.code, e.text); }

    void result(error_code code, stop_result const& r) {
        auto const& more = r.details();
        add(code, code.message(), code.to_string(), r.outcome, r.phase, r.request_id, r.service_code, r.service_message,
            r.final_status, r.cause, r.cause.message(), more.error_detail, more.encoded_authorization_message,
            more.body, more.connection);
        for (auto const& each : more.sub_errors)
            add(each.service_code, each.service_message);
        if (!code) return;
        add(describe_failure(code, r));
        add(error_with_details(code, r, sync_task("p", "t")).what());
    }
    void page(oms::client const& client) {
        add(client.describe());
        for (auto const& each : client.metrics().retries)
            add(each.reason);
        for (auto const& each : client.metrics().completions)
            add(each.reason);
    }
    template <class... Parts>
    void add(Parts const&... parts) {
        std::lock_guard const lock(mutex_);
        ((text_ << parts << '\n'), ...);
    }
    std::string take() {
        std::lock_guard const lock(mutex_);
        return std::exchange(text_, std::ostringstream()).str();
    }

private:
    std::mutex mutex_;
    std::ostringstream text_;
};

struct secret_rig {
    secret_rig() : sim(running(1, 1)) {
        testing::access_key known{std::string(access_key), secret_key, security_token};
        sim.add_key(known);
        config = config_for(sim);
        config.observer = seen;
        config.throttle.adaptive = false;  // a 429 says nothing of the next client's pace here
        config.retry.base_delay = config.retry.throttled_delay = config.retry.max_delay = 1ms;
    }

    // One stop by a client of its own; says what it came to.
    error_code stop(client_config const& with) {
        asio::io_context context(1);
        oms::client client(context, with);
        stop_receipt got;
        client.async_stop(sync_task(sim.project_id(0), "no-such-task"), got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        seen->result(got.code, got.result);
        seen->page(client);
        check();
        return got.code;
    }
    error_code stop(std::shared_ptr<credentials_provider> with) {
        auto changed = config;
        changed.credentials = std::move(with);
        return stop(changed);
    }
    // The field at fault of what nobody takes.
    template <class Make>
    std::string refused_by(Make make) {
        try {
            make();
        } catch (config_error const& e) {
            seen->add(e.what(), e.field(), e.code().message());
            check();
            return e.field();
        }
        return {};
    }
    std::string refused(client_config const& with) {
        return refused_by([&] {
            asio::io_context context(1);
            oms::client const client(context, with);
        });
    }
    void check() {
        auto const text = seen->take();
        written += text.size();
        auto const at = text.find(mark);
        auto const around = at == std::string::npos ? "" : text.substr(at > 300 ? at - 300 : 0, 400);
        BOOST_TEST(at == std::string::npos, "a secret was told: " << around);
        for (std::string_view const tail : {"TTTTTTTT", "SSSSSSSS", "/END", "0123456789+abc"})
            BOOST_TEST(text.find(tail) == std::string::npos, tail);
    }

    testing::simulator sim;
    std::shared_ptr<transcript> const seen = std::make_shared<transcript>();
    client_config config;
    std::size_t written = 0;
};

inline std::string with_escaped_slashes(std::string text) {
    for (std::size_t at = 0; (at = text.find('/', at)) != std::string::npos; at += 2)
        text.insert(at, 1, '\\');
    return text;
}

// Replies that repeat a secret, in each shape that errors come in.
inline std::vector<std::string> echoes(std::string const& secret) {
    namespace json = boost::json;
    json::object const plain{{"error_code", "OMS.0001"}, {"error_msg", "wrong: " + secret + "!"}};
    json::object const sub{{"error_code", secret}, {"error_msg", secret}};
    json::object const rich{{"error_code", secret},
                            {"error_msg", secret},
                            {"error_detail", secret},
                            {"request_id", secret},
                            {"encoded_authorization_message", secret},
                            {"details", json::array{sub, sub}}};
    json::object const keystone{{"error", {{"code", 401}, {"message", secret}, {"title", secret}}}};
    return {json::serialize(plain),
            with_escaped_slashes(json::serialize(plain)),
            json::serialize(rich),
            json::serialize(keystone),
            "<html>" + secret + "</html>",
            secret,
            std::string(4'000, ' ') + "x" + secret,         // cut where the body is kept no further
            "x" + std::string(4'040, 'y') + secret + "!"};  // and where the message is
}

}  // namespace oms::test

#endif
