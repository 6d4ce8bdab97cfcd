// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_CREDENTIAL_CLOUD_HPP
#define OMS_TEST_IO_CREDENTIAL_CLOUD_HPP

// The service, its IAM and a machine's metadata service, as one host in memory.

#include "io/harness/world.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace oms::scripted {

using calls = std::vector<std::shared_ptr<started>>;

inline std::string log_in_reply(std::string const& token, std::string const& expires = "2026-01-02T00:00:00.000000Z") {
    return reply_text(201, R"({"token":{"expires_at":")" + expires + R"(","methods":["password"]}})",
                      "X-Subject-Token: " + token + "\r\n");
}

inline std::string key_reply(std::string const& access_key,
                             std::string const& expires = "2026-01-01T06:00:00.000000Z") {
    return reply_text(200, R"({"credential":{"access":")" + access_key +
                               R"(","secret":"the-secret","securitytoken":"the-security-token","expires_at":")" +
                               expires + R"(","more":[1,{}]}})");
}

class cloud {
public:
    explicit cloud(world& w) : time_(w.time) {
        w.net.server = [this](request const& r) {
            answer a;
            a.delay = std::chrono::milliseconds(20);
            if (r.target.starts_with("/v3/auth/tokens")) {
                log_in(r, a);
            } else if (r.target == "/v3.0/OS-CREDENTIAL/securitytokens") {
                std::string const text = key_reply("AK" + std::to_string(++keys));
                a.bytes = reply_text(201, text.substr(text.find("{\"cred")));
            } else if (r.target == "/meta-data/latest/api/token") {
                ++metadata_tokens;
                a.bytes = metadata_token_status == 200 ? reply_text(200, "mt-" + std::to_string(metadata_tokens))
                                                       : reply_text(metadata_token_status);
            } else if (r.target == "/openstack/latest/securitykey") {
                ++keys;
                last_key_request = r.text;
                a.bytes = key_answer.empty() ? key_reply("AK" + std::to_string(keys)) : key_answer;
                if (!refuse_metadata_token.empty() && r.text.find(refuse_metadata_token) != std::string::npos) {
                    a.bytes = reply_text(401, "expired");
                }
            } else {
                ++stops;
                last_stop = r.text;
                a.bytes = service_rejects ? error_text(401, "APIGW.0301") : reply_text(200);
            }
            return a;
        };
    }

    std::size_t log_ins = 0, most_log_ins = 0, metadata_tokens = 0, keys = 0, stops = 0;
    unsigned log_in_status = 201;
    unsigned metadata_token_status = 200;
    bool service_rejects = false;
    std::string log_in_answer;    ///< In place of a token.
    std::string refused_project;  ///< IAM knows it not.
    std::string key_answer, refuse_metadata_token;
    std::string last_log_in, last_key_request, last_stop;

private:
    void log_in(request const& r, answer& a) {
        ++log_ins;
        most_log_ins = std::max(most_log_ins, ++open_log_ins_);
        time_.after(a.delay, [this] { --open_log_ins_; });
        last_log_in = r.text;
        a.bytes =
            log_in_status == 201
                ? log_in_reply("token-" + std::to_string(log_ins))
                : reply_text(log_in_status, R"({"error":{"code":401,"message":"The username or password is wrong.",)"
                                            R"("title":"Unauthorized"}})");
        if (!log_in_answer.empty()) a.bytes = log_in_answer;
        if (!refused_project.empty() && r.text.find('"' + refused_project + '"') != std::string::npos) {
            a.bytes = reply_text(404);
        }
    }

    virtual_time& time_;
    std::size_t open_log_ins_ = 0;
};

inline std::shared_ptr<started> stop_now(world& w, std::string const& project = "p") {
    auto const call = w.stop(sync_task(project, "t"));
    w.run_until_done(*call);
    return call;
}

}  // namespace oms::scripted

#endif
