// SPDX-License-Identifier: BSL-1.0
#include "auth/shared_key.hpp"
#include "auth/temporary_key.hpp"
#include "policy/durations.hpp"
#include "policy/span.hpp"
#include "wire/hide.hpp"
#include "wire/request.hpp"
#include "wire/validate.hpp"

#include <oms/config.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace oms {

namespace {

using auth::fetch_result;
using auth::source_request_ptr;
using steady_time = std::chrono::steady_clock::time_point;

constexpr std::size_t reason_shown = 256;

wire::authority place_of(metadata_options const& options) {
    std::string reason;
    auto parsed = wire::parse_plain_endpoint(options.endpoint, reason);
    if (!parsed) throw config_error("metadata_options::endpoint", reason);
    return *std::move(parsed);
}

// What became of a request for a token.
enum class token_finding : std::uint8_t { given, unknown_here, not_now, failed };

token_finding judge_token(fetch_result const& got) noexcept {
    if (got.code) {
        bool const silent = got.code == errc::first_byte_timeout || got.code == errc::body_timeout;
        bool const broken = got.code == errc::connection_lost || got.code == errc::connection_closed;
        return silent || broken ? token_finding::not_now : token_finding::failed;
    }
    switch (got.status) {
        case 200:
            return token_finding::given;
        case 400:
        case 404:
        case 405:
        case 501:
        case 503:
            return token_finding::unknown_here;
        case 401:
        case 403:
            return token_finding::not_now;
        default:
            return token_finding::failed;
    }
}

// The text without the newline that some services end it with.
std::string_view without_newline(std::string_view text) noexcept {
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.remove_suffix(1);
    return text;
}

class metadata_provider final : public auth::shared_key_source {
public:
    explicit metadata_provider(metadata_options options) : options_(std::move(options)), to_(place_of(options_)) {
        if (!policy::is_positive_span(options_.timeout)) {
            throw config_error("metadata_options::timeout",
                               "must be above 0 and at most 50 years; spell no limit oms::unlimited");
        }
    }

    std::string label() const override { return "metadata"; }

private:
    // What the request has come to.
    struct flight {
        source_request_ptr job;
        secret token;
        bool renewed_token = false;
    };
    using flight_ptr = std::shared_ptr<flight>;

    std::shared_ptr<metadata_provider> self() {
        return std::static_pointer_cast<metadata_provider>(shared_from_this());
    }

    void fetch(source_request_ptr const& job) override {
        auto const f = std::make_shared<flight>();
        f->job = job;
        bool without_token = false;
        {
            std::lock_guard const lock(mutex_);
            f->token = token_;
            without_token = job->asked.steady < no_tokens_until_;
        }
        f->token.empty() && !without_token ? ask_token(f) : ask_key(f);
    }

    using step = void (metadata_provider::*)(flight_ptr const&, fetch_result);

    void send(flight_ptr const& f, std::string head, duration reply_limit, step next) {
        auth::fetch_request r;
        r.to = to_;
        r.secure = false;
        r.head = std::move(head);
        r.connect_limit = options_.timeout;
        r.reply_limit = reply_limit;
        r.limit = options_.timeout + std::min(options_.timeout, duration::max() - options_.timeout);
        f->job->send(std::move(r), [self = self(), f, next](fetch_result got) { ((*self).*next)(f, std::move(got)); });
    }

    void ask_token(flight_ptr const& f) {
        send(f,
             "PUT /meta-data/latest/api/token HTTP/1.1\r\nUser-Agent: " + f->job->user_agent() +
                 "\r\nX-Metadata-Token-Ttl-Seconds: 21600\r\n",
             std::min<duration>(options_.timeout, durations::metadata_token_reply), &metadata_provider::got_token);
    }

    void got_token(flight_ptr const& f, fetch_result got) {
        token_finding finding = judge_token(got);
        std::string_view const token = without_newline(got.body.reveal());
        if (finding == token_finding::given && !wire::valid_token(token)) finding = token_finding::failed;
        bool const goes_on = !f->renewed_token && !options_.require_token;
        if (finding == token_finding::given) {
            f->token = secret(std::string(token));
            std::lock_guard const lock(mutex_);
            token_ = f->token;
        } else if (finding == token_finding::failed || !goes_on) {
            return no_token(f, std::move(got));
        } else {
            go_without_token(
                f, got,
                finding == token_finding::unknown_here ? durations::no_metadata_tokens : durations::no_metadata_token);
        }
        ask_key(f);
    }

    void no_token(flight_ptr const& f, fetch_result got) {
        std::string why =
            got.code ? std::move(got.text) : "the metadata service gave no token: HTTP " + std::to_string(got.status);
        if (options_.require_token) why += "; metadata_options::require_token is set, so it is not asked without one";
        land(f->job, got.at, got.code ? got.code : errc::credentials_unavailable, {}, std::move(why));
    }

    void go_without_token(flight_ptr const& f, fetch_result const& got, duration how_long) {
        {
            std::lock_guard const lock(mutex_);
            no_tokens_until_ = got.at.steady + how_long;
            token_ = {};
            if (got.at.steady < warned_until_) return;
            warned_until_ = got.at.steady + durations::metadata_warning;
        }
        f->job->warn("metadata_without_token",
                     "The metadata service gave no token (" +
                         (got.code ? got.code.message() : "HTTP " + std::to_string(got.status)) +
                         ") and is asked for its key without one; metadata_options::require_token forbids that.");
    }

    void ask_key(flight_ptr const& f) {
        std::string head = "GET /openstack/latest/securitykey HTTP/1.1\r\nUser-Agent: " + f->job->user_agent() + "\r\n";
        head.reserve(head.size() + f->token.reveal().size() + 64);
        if (!f->token.empty()) wire::append_header(head, "X-Metadata-Token", f->token.reveal());
        send(f, std::move(head), unlimited, &metadata_provider::got_key);
    }

    void got_key(flight_ptr const& f, fetch_result got) {
        if (got.code) return land(f->job, got.at, got.code, {}, std::move(got.text));
        std::string_view const body = got.body.reveal();
        if (got.status == 401 && body.find("Please configure Cloud Service Agency first") == std::string_view::npos &&
            !std::exchange(f->renewed_token, true)) {
            return ask_token(f);
        }
        if (got.status != 200) {
            stop_result words;
            static_cast<void>(parse_error_code(got.status, body, words));
            wire::hide(words.service_message, f->token.reveal());
            return land(f->job, got.at, errc::credentials_unavailable, {},
                        "the metadata service gave no key: HTTP " + std::to_string(got.status) + " " +
                            words.service_message.substr(0, reason_shown));
        }
        auto value = auth::parse_temporary_key(body);
        if (!value) {
            return land(f->job, got.at, errc::credentials_unavailable, {},
                        "the metadata service's answer holds no key");
        }
        land(f->job, got.at, {}, std::move(*value), {});
    }

    metadata_options const options_;
    wire::authority const to_;
    std::mutex mutex_;
    secret token_;
    steady_time no_tokens_until_{};
    steady_time warned_until_{};
};

}  // namespace

std::shared_ptr<credentials_provider> metadata_credentials(metadata_options options) {
    return std::make_shared<metadata_provider>(std::move(options));
}

}  // namespace oms
