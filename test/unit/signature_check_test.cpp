// SPDX-License-Identifier: BSL-1.0
// What the library signs, the simulator accepts, and nothing that differs from it in one byte.
#include "testing/signature_check.hpp"

#include "signing_vectors.hpp"
#include "testing/keys.hpp"
#include "unit/canonical_request.hpp"
#include "wire/percent.hpp"
#include "wire/signature.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oms::testing;
using oms::wire::sign_algorithm;

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

// A request as bytes, and the key it was signed with.
struct message {
    std::string head;  // with the empty line
    std::string body;
    std::string access_key, secret_key;
};

// All of a request that the signature vouches for; nothing where it cannot be read.
struct meaning {
    std::string method, target, authorization, body;
    std::multimap<std::string, std::string> headers;

    friend bool operator==(meaning const&, meaning const&) = default;
};

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return out;
}

// A slash at the end of a path is in the canonical form anyway.
std::string without_last_slash(std::string_view target) {
    auto const path = target.substr(0, target.find('?'));
    std::string out(path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path);
    return out.append(target.substr(path.size()));
}

std::optional<meaning> read(message const& m) {
    request_head head;
    if (parse_head(m.head, head) != head_status::complete || head.size != m.head.size()) return std::nullopt;
    meaning out;
    out.method = head.method;
    out.target = without_last_slash(head.target);
    out.authorization = head.find("Authorization");
    auto const claim = parse_claim(out.authorization);
    if (!claim) return std::nullopt;
    std::string const names = ";" + std::string(claim->signed_headers) + ";x-sdk-date;x-project-id;x-security-token;";
    for (auto const& [name, value] : head.headers) {
        if (names.find(";" + lower(name) + ";") != std::string::npos) out.headers.emplace(lower(name), value);
    }
    bool const unsigned_payload = std::ranges::any_of(out.headers, [](auto const& h) {
        return h.first.starts_with("x-sdk-content-") && h.second == "UNSIGNED-PAYLOAD";
    });
    if (!unsigned_payload) out.body = m.body;
    return out;
}

bool accepted(message const& m) {
    request_head head;
    if (parse_head(m.head, head) != head_status::complete || head.size != m.head.size()) return false;
    auto const claim = parse_claim(head.find("Authorization"));
    return claim && claim->access_key == m.access_key &&
           is_signed_with(m.secret_key, *claim, {head.method, head.target, head.headers, m.body});
}

void append_headers(std::string& head, pairs const& headers) {
    for (auto const& [name, value] : headers) {
        head += name + ": " + value + "\r\n";
    }
}

std::vector<oms::testing::name_value> views_of(pairs const& from) {
    std::vector<oms::testing::name_value> out;
    for (auto const& [name, value] : from) {
        out.push_back({name, value});
    }
    return out;
}

message from_vector(signing_vector const& v) {
    message m;
    m.head = v.verb + " " + v.target + " HTTP/1.1\r\n";
    append_headers(m.head, v.headers);
    bool const has_host = std::ranges::any_of(v.headers, [](auto const& h) { return h.first == "Host"; });
    if (!has_host) m.head += "Host: localhost\r\n";
    m.head += "User-Flavour: not signed\r\nAuthorization: " + v.authorization + "\r\n\r\n";
    m.body = v.body;
    m.access_key = vector_access_key;
    m.secret_key = vector_secret_key;
    return m;
}

class random_requests {
public:
    message next() {
        message m;
        m.access_key = text(1, 20, [](int c) { return c > ' ' && c < 127 && c != ',' && c != '/'; });
        m.secret_key = text(1, 80, [](int) { return true; });
        auto const algorithm = static_cast<sign_algorithm>(below(3));
        auto const date = oms::wire::sdk_date(std::chrono::sys_seconds(std::chrono::seconds(below(4'000'000'000U))));
        std::string const time(date.begin(), date.end());
        std::string const method = std::array{"GET", "POST", "PUT", "DELETE", "PATCH"}[below(5)];

        std::vector<std::string> segments(below(7));
        for (auto& each : segments) {
            each = odd_text(1, 20);
        }
        if (below(5) == 0) segments.emplace_back();
        pairs query(below(4));
        for (auto& [name, value] : query) {
            name = odd_text(0, 3);
            value = odd_text(0, 12);
        }
        std::string path;
        for (auto const& each : segments) {
            path += '/';
            oms::wire::append_encoded(path, each);
        }
        if (path.empty()) path = "/";
        auto const query_views = views_of(query);
        std::string query_text;
        oms::testing::append_query(query_text, query_views);
        m.head = method + " " + path + (query.empty() ? "" : "?" + query_text) + " HTTP/1.1\r\n";

        oms::wire::signing_keys keys{m.access_key, m.secret_key, {}};
        std::string const token = below(3) == 0 ? header_value() : "";
        std::string const host = "host." + std::to_string(below(100)) + ".example";
        if (below(2) == 0) {  // as the calls do
            keys.security_token = token;
            oms::wire::signer signer(algorithm, keys, {"cn-north-4", "oms"});
            m.head += "Host: " + host + "\r\n";
            auto const project = below(3) == 0 ? "" : header_value();
            signer.append_headers(m.head, {method, path, query_text, host, project}, to_time(time));
        } else {
            pairs headers{{"X-Sdk-Date", time}, {"Host", host}};
            if (!token.empty()) headers.emplace_back("X-Security-Token", token);
            for (std::size_t i = below(5); i > 0; --i) {
                headers.emplace_back("X-Extra-" + std::to_string(i), " \t" + header_value() + " ");
            }
            if (below(4) == 0) headers.emplace_back("content-TYPE", "application/json");
            if (below(4) == 0) headers.emplace_back("X_Dropped", "by gateways");
            if (below(2) == 0) m.body = text(0, 200, [](int) { return true; });
            if (below(6) == 0) {
                auto const* const hash =
                    algorithm == sign_algorithm::sdk_hmac_sm3 ? "X-Sdk-Content-Sm3" : "X-Sdk-Content-Sha256";
                headers.emplace_back(hash, "UNSIGNED-PAYLOAD");
            }
            std::ranges::shuffle(headers, random_);
            std::vector<std::string_view> const segment_views(segments.begin(), segments.end());
            auto const header_views = views_of(headers);
            oms::wire::signer signer(algorithm, keys, {"cn-north-4", "oms"});
            append_headers(m.head, headers);
            m.head += "Authorization: " +
                      oms::testing::authorization(signer, algorithm,
                                                  {method, segment_views, query_views, header_views, m.body}) +
                      "\r\n";
        }
        m.head += "\r\n";
        return m;
    }

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
    char other_than(char c) { return static_cast<char>(c + 1 + static_cast<int>(below(255))); }

private:
    template <class Fits>
    std::string text(std::size_t least, std::size_t most, Fits fits) {
        std::string out;
        for (std::size_t left = least + below(most - least + 1); left > 0;) {
            auto const c = static_cast<int>(below(256));
            if (!fits(c)) continue;
            out.push_back(static_cast<char>(c));
            --left;
        }
        return out;
    }
    // Every second one of what needs escapes, or looks as if it did.
    std::string odd_text(std::size_t least, std::size_t most) {
        if (below(2) == 0) return text(least, most, [](int) { return true; });
        return text(least, most, [](int c) {
            return c != 0 && std::string_view("%/2F+ ~*&=?#.aZ").find(char(c)) != std::string_view::npos;
        });
    }
    std::string header_value() {
        auto const visible = [](int c) { return c > ' ' && c != 127; };
        return text(1, 10, visible) + text(0, 10, [](int c) { return c >= ' ' && c != 127; }) + text(1, 1, visible);
    }
    static std::chrono::sys_seconds to_time(std::string const& text) { return *parse_sdk_date(text); }

    std::mt19937 random_{7};
};

// Whether a changed message is accepted if, and only if, it means the same.
struct judge {
    explicit judge(message const& m) : original(m), means(read(m)) { BOOST_REQUIRE(means.has_value()); }

    void operator()(message const& changed) {
        ++tried;
        bool const same = read(changed) == means;
        if (same) ++same_meaning;
        if (accepted(changed) == same) return;
        BOOST_ERROR((same ? "refused though nothing was changed: " : "accepted: ") + changed.head + changed.body +
                    "\ninstead of " + original.head + original.body);
    }

    message const& original;
    std::optional<meaning> means;
    std::size_t tried = 0, same_meaning = 0;
};

enum class change { replace, insert, erase };

void apply(std::string& text, std::size_t at, change how, char byte) {
    if (how == change::replace) text[at] = byte;
    if (how == change::insert) text.insert(at, 1, byte);
    if (how == change::erase) text.erase(at, 1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signature_check)

BOOST_AUTO_TEST_CASE(all_vectors_are_accepted_and_none_with_another_key) {
    std::size_t checked = 0;
    for (auto const& vector : signing_vectors) {
        BOOST_TEST_CONTEXT(vector.name) {
            auto m = from_vector(vector);
            BOOST_TEST(accepted(m));
            m.secret_key.back() ^= 1;
            BOOST_TEST(!accepted(m));
            ++checked;
        }
    }
    BOOST_TEST(checked == 20u);
}

BOOST_AUTO_TEST_CASE(no_byte_of_a_vector_can_be_changed) {
    random_requests random;
    std::size_t tried = 0, same = 0;
    for (auto const& vector : signing_vectors) {
        auto const m = from_vector(vector);
        judge check(m);
        for (auto const how : {change::replace, change::insert, change::erase}) {
            for (std::size_t at = 0; at < m.head.size(); ++at) {
                auto changed = m;
                apply(changed.head, at, how, random.other_than(m.head[at]));
                check(changed);
            }
            for (std::size_t at = 0; at < m.body.size(); ++at) {
                auto changed = m;
                apply(changed.body, at, how, random.other_than(m.body[at]));
                check(changed);
            }
        }
        tried += check.tried;
        same += check.same_meaning;
    }
    BOOST_TEST(tried > 20'000u);
    BOOST_TEST(same < tried / 5);  // in what is not signed
    BOOST_TEST_MESSAGE(tried << " changes, " << same << " of what is not signed");
}

BOOST_AUTO_TEST_CASE(random_requests_are_accepted_and_no_change_of_them) {
    random_requests random;
    std::size_t tried = 0, same = 0;
    for (int i = 0; i < 1'500; ++i) {
        auto const m = random.next();
        if (!accepted(m)) BOOST_ERROR("refused: " + m.head);
        judge check(m);
        for (int j = 0; j < 20; ++j) {
            auto changed = m;
            bool const in_body = !m.body.empty() && random.below(4) == 0;
            auto& text = in_body ? changed.body : changed.head;
            auto const at = random.below(text.size());
            apply(text, at, static_cast<change>(random.below(3)), random.other_than(text[at]));
            check(changed);
        }
        tried += check.tried;
        same += check.same_meaning;
    }
    BOOST_TEST(same < tried / 5);
    BOOST_TEST_MESSAGE(tried << " changes, " << same << " of what is not signed");
}

BOOST_AUTO_TEST_CASE(what_says_who_asks_must_be_signed) {
    for (std::string const more :
         {"X-Project-Id: p", "X-Security-Token: t", "X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD"}) {
        auto m = from_vector(signing_vectors.front());
        BOOST_TEST(accepted(m));
        m.head.insert(m.head.find("\r\n") + 2, more + "\r\n");
        BOOST_TEST(!accepted(m), more);
    }
}

BOOST_AUTO_TEST_CASE(dates) {
    using namespace std::chrono;
    BOOST_TEST((parse_sdk_date("20240229T235958Z") ==
                sys_seconds(sys_days(2024y / 2 / 29) + hours(23) + minutes(59) + seconds(58))));
    for (auto const* const bad : {"", "20230229T000000Z", "20240229T240000Z", "20240229T006000Z", "20240229T000060Z",
                                  "20240229T000000z", "20240229 000000Z", "2024O229T000000Z", "20241301T000000Z"}) {
        BOOST_TEST(!parse_sdk_date(bad), bad);
    }
}

BOOST_AUTO_TEST_CASE(claims) {
    auto const good = parse_claim("V11-HMAC-SHA256 Credential=AK/20240912/r/s, SignedHeaders=a;b, Signature=00");
    BOOST_REQUIRE(good);
    BOOST_TEST(good->access_key == "AK");
    BOOST_TEST(good->scope == "20240912/r/s");
    BOOST_TEST(good->signed_headers == "a;b");
    BOOST_TEST(good->signature == "00");
    for (auto const* const bad :
         {"", "SDK-HMAC-SHA256", "SDK-HMAC-SHA256 Credential=A, SignedHeaders=a, Signature=0",
          "SDK-HMAC-SHA512 Access=A, SignedHeaders=a, Signature=0", "SDK-HMAC-SHA256 Access=A, SignedHeaders=a",
          "SDK-HMAC-SHA256 Access=A, Signature=0", "SDK-HMAC-SHA256 Access=A, Signature=0, SignedHeaders=a",
          "V11-HMAC-SHA256 Credential=AK/20240912/r, SignedHeaders=a, Signature=0",
          "V11-HMAC-SHA256 Credential=AK, SignedHeaders=a, Signature=0"}) {
        BOOST_TEST(!parse_claim(bad), bad);
    }
}

BOOST_AUTO_TEST_CASE(a_key_is_locked_for_a_while_by_wrong_signatures_in_a_row) {
    service_clock const clock;
    key_ring ring(3, std::chrono::hours(1), clock);
    access_key const key(vector_access_key, vector_secret_key);
    ring.add(key);
    auto m = from_vector(signing_vectors.front());
    auto const now = *parse_sdk_date("20240912T030405Z");
    auto const ask = [&](std::string const& path) {
        auto changed = m;
        if (!path.empty()) changed.head.replace(changed.head.find(' ') + 1, 1, path);
        request_head head;
        BOOST_REQUIRE((parse_head(changed.head, head) == head_status::complete));
        return ring.check({head.method, head.target, head.headers, changed.body}, "", now);
    };
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST((ask("/x") == key_verdict::wrong_signature));
        BOOST_TEST((ask("/x") == key_verdict::wrong_signature));
        BOOST_TEST((ask("") == key_verdict::good));  // begins the count anew
    }
    for (int i = 0; i < 3; ++i)
        BOOST_TEST((ask("/x") == key_verdict::wrong_signature));
    BOOST_TEST((ask("") == key_verdict::locked));
    BOOST_TEST((ask("/x") == key_verdict::locked));
    auto const counts = ring.counts(vector_access_key);
    BOOST_TEST(counts.requests == 11u);
    BOOST_TEST(counts.accepted == 2u);
    BOOST_TEST(counts.bad_signatures == 7u);
    BOOST_TEST(counts.locks == 1u);
    BOOST_TEST(counts.while_locked == 2u);
    BOOST_TEST(ring.bad_signatures() == 7u);
    ring.add(key);
    BOOST_TEST((ask("") == key_verdict::good));
}

BOOST_AUTO_TEST_SUITE_END()
