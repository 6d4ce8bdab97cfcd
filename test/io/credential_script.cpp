// SPDX-License-Identifier: BSL-1.0
#include "io/credential_script.hpp"

#include <algorithm>
#include <utility>

namespace oms::scripted {

namespace {

struct pending_answer {
    credential_handler handler;
    boost::asio::cancellation_slot slot;
};

}  // namespace

void scripted_provider::async_get(credential_request request, credential_handler handler) {
    std::size_t const number = asked.size();
    asked.push_back(request.project_id);
    most_open = std::max(most_open, ++open);
    auto const pending = std::make_shared<pending_answer>();
    pending->handler = std::move(handler);
    pending->slot = request.cancellation;
    pending->slot.assign([this, pending](boost::asio::cancellation_type) {
        auto const kept = pending;  // clearing the slot destroys this very function
        ++cancelled;
        --open;
        kept->slot.clear();
        kept->handler(errc::cancelled, {});
    });
    if (!answers) return;
    w_.time.after(takes, [this, pending, number, project = request.project_id] {
        if (!pending->handler) return;
        --open;
        pending->slot.clear();
        if (fails) return pending->handler(fails, {});
        credential value = gives ? gives(number, project) : credential::from_token("token-" + std::to_string(number));
        if (!value.expires_at) {
            value.expires_at = w_.time.wall() + std::chrono::duration_cast<std::chrono::system_clock::duration>(lasts);
        }
        pending->handler({}, std::move(value));
    });
}

std::shared_ptr<scripted_provider> script_credentials(world& w) {
    auto const made = std::make_shared<scripted_provider>(w);
    w.config.credentials = made;
    return made;
}

std::vector<std::string> tokens_sent(world const& w) {
    std::vector<std::string> tokens;
    for (auto const& each : w.net.ledger) {
        auto const at = each.request.find("X-Auth-Token: ");
        if (at == std::string::npos) continue;
        auto const begin = at + std::string_view("X-Auth-Token: ").size();
        tokens.push_back(each.request.substr(begin, each.request.find('\r', begin) - begin));
    }
    return tokens;
}

}  // namespace oms::scripted
