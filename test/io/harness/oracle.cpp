// SPDX-License-Identifier: BSL-1.0
#include "io/harness/oracle.hpp"

#include <cstdlib>
#include <string>

namespace oms::scripted {

namespace {

struct seen_reply {
    unsigned status = 0;  ///< 0: the header is not whole.
    std::string_view body;
};

seen_reply look_at(std::string_view text) {
    for (;;) {
        auto const end = text.find("\r\n\r\n");
        if (end == std::string_view::npos) return {};
        auto const status = static_cast<unsigned>(std::atoi(std::string(text.substr(9, 3)).c_str()));
        text.remove_prefix(end + 4);
        if (status >= 200) return {status, text};
    }
}

bool whole_error(std::string_view body, std::string_view code) {
    return body.find(code) != std::string_view::npos && body.ends_with("\"}");
}

}  // namespace

belief believe(std::vector<exchange_record> const& ledger, std::string_view task_id) {
    std::string const target = "/" + std::string(task_id) + "/stop ";
    belief b;
    bool open = false;
    for (exchange_record const& each : ledger) {
        if (each.request.find(target) == std::string::npos || each.handed_over == 0) continue;
        b.any_sent = true;
        seen_reply const reply = look_at(each.delivered);
        b.has_status = reply.status != 0;
        if (reply.status / 100 == 2) {
            b.result = outcome::stopped;
            b.success = true;
            return b;
        }
        if (reply.status == 0 || reply.status >= 500) {
            open = true;
        } else if (whole_error(reply.body, "OMS.0066")) {
            b.result = outcome::already_stopped;
            b.success = open;
            return b;
        } else if (whole_error(reply.body, "OMS.1009")) {
            open = false;
        }
    }
    if (b.any_sent) b.result = open ? outcome::unknown : outcome::refused;
    return b;
}

}  // namespace oms::scripted
