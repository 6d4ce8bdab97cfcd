// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_AGENCY_CLOUD_HPP
#define OMS_TEST_IO_AGENCY_CLOUD_HPP

// The service and its IAM, where an agency of account "theirs" is asked for by who a script says.

#include "io/credential_cloud.hpp"
#include "io/credential_script.hpp"

#include <oms/agency.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms::scripted {

/// The two sources of an agency; what is said of one is mostly true of the other.
enum class agency_kind { token, key };
inline constexpr agency_kind agency_kinds[] = {agency_kind::token, agency_kind::key};

inline agency_options an_agency() {
    agency_options options;
    options.agency = "the \"agency\"";
    options.domain_name = "theirs";
    return options;
}

inline std::string agency_key_reply(std::string const& access_key,
                                    std::string const& expires = "2026-01-01T06:00:00.000000Z") {
    std::string const text = key_reply(access_key, expires);
    return reply_text(201, text.substr(text.find("{\"cred")));
}

struct agency_world : world {
    explicit agency_world(agency_kind k) : kind(k), acting(std::make_shared<scripted_provider>(*this)) {
        config.region = "cn-north-4";
        use(acting);
        net.server = [this](request const& r) {
            answer a;
            a.delay = std::chrono::milliseconds(20);
            bool const to_iam = r.target.starts_with("/v3");
            a.bytes = to_iam ? iam(r) : reply_text(service_status);
            if (!to_iam) last_stop = r.text;
            return a;
        };
    }

    void use(std::shared_ptr<credentials_provider> by, agency_options const& options = an_agency()) {
        config.credentials =
            kind == agency_kind::token ? agency_token_credentials(options, by) : agency_key_credentials(options, by);
    }

    std::string iam(request const& r) {
        asked.push_back(r.text);
        most_open = std::max(most_open, ++open);
        time.after(std::chrono::milliseconds(20), [this] { --open; });
        if (answers) {
            if (auto text = answers(r)) return *text;
        }
        std::string const number = std::to_string(asked.size());
        return kind == agency_kind::token ? log_in_reply("theirs-" + number) : agency_key_reply("THEIRS" + number);
    }

    /// Whether the last stop was by what IAM gave for its request of that number.
    bool stopped_by(std::size_t number) const {
        std::string const n = std::to_string(number);
        return last_stop.find(kind == agency_kind::token ? "X-Auth-Token: theirs-" + n + "\r\n"
                                                         : "Access=THEIRS" + n + ",") != std::string::npos;
    }

    static std::string body_of(std::string const& text) { return text.substr(text.find("\r\n\r\n") + 4); }
    static bool says(std::string const& text, std::string_view what) { return text.find(what) != std::string::npos; }

    agency_kind const kind;
    std::shared_ptr<scripted_provider> const acting;
    std::function<std::optional<std::string>(request const&)> answers;  ///< In place of IAM's own.
    unsigned service_status = 200;
    std::vector<std::string> asked;  ///< Of IAM.
    std::size_t open = 0, most_open = 0;
    std::string last_stop;
};

}  // namespace oms::scripted

#endif
