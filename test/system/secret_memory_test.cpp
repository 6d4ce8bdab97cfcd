// SPDX-License-Identifier: BSL-1.0
// Where secrets are in this process's memory: an exchange leaves no copy of them, and the client's end none at all.
#include "system/nginx_server.hpp"
#include "system/stop_once.hpp"
#include "system/support/rig.hpp"
#include "transport/reply_reader.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace oms::test;

namespace {

// A secret that is nowhere in memory by itself: kept in disguise, and made when it is needed.
class disguised {
public:
    explicit disguised(unsigned seed) {
        for (std::size_t i = 0; i < bytes_.size(); ++i) {
            seed = seed * 1664525U + 1013904223U;
            bytes_[i] = static_cast<unsigned char>(('A' + seed / 65536 % 26) ^ mask);
        }
    }
    std::string text() const {
        std::string out(bytes_.size(), '\0');
        std::transform(bytes_.begin(), bytes_.end(), out.begin(), [](unsigned char c) { return char(c ^ mask); });
        return out;
    }

    /// How often it is in what this process can write to, the stacks of the threads aside: what is left of
    /// functions that have returned is nobody's.
    std::size_t copies() const {
        std::size_t found = 0;
        std::ifstream maps("/proc/self/maps");
        for (std::string line; std::getline(maps, line);) {
            std::istringstream fields(line);
            std::string range, rights, offset, device, inode, name;
            fields >> range >> rights >> offset >> device >> inode >> name;
            if (rights != "rw-p" || name.starts_with("[stack")) continue;
            auto const dash = range.find('-');
            auto const begin = std::stoull(range.substr(0, dash), nullptr, 16);
            auto const end = std::stoull(range.substr(dash + 1), nullptr, 16);
            found += copies_in(reinterpret_cast<unsigned char const*>(static_cast<std::uintptr_t>(begin)),
                               static_cast<std::size_t>(end - begin));
        }
        return found;
    }

private:
    static constexpr unsigned char mask = 0xA5;

    std::size_t copies_in(unsigned char const* at, std::size_t size) const {
        std::size_t found = 0;
        for (std::size_t i = 0; i + bytes_.size() <= size; ++i) {
            std::size_t same = 0;
            while (same < bytes_.size() && at[i + same] == (bytes_[same] ^ mask))
                ++same;
            if (same == bytes_.size()) ++found;
        }
        return found;
    }

    std::array<unsigned char, 40> bytes_;
};

// Copies while a client idles after a few stops of one project.
template <class MakeCredentials>
std::size_t copies_after_a_stop(disguised const& secret, oms::client_config config, MakeCredentials make,
                                oms::outcome expected) {
    asio::io_context context(1);
    config.credentials = make();
    oms::client client(context, config);
    // What the service refuses closes the credential: then one has to do.
    for (int i = 0; i < (expected == oms::outcome::refused ? 1 : 3); ++i) {
        stop_receipt got;
        client.async_stop(oms::sync_task("ok-project", "t" + std::to_string(i)), got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        BOOST_TEST(got.result.outcome == expected);
    }
    return secret.copies();
}

template <class MakeCredentials>
void check(disguised const& secret, oms::outcome expected, MakeCredentials make, oms::attempt_headers headers = {}) {
    nginx_server const server;
    oms::client_config config;
    config.endpoint = server.endpoint();
    config.tls.ca_pem = server.ca_pem();
    config.attempt_headers = std::move(headers);
    auto nowhere = config;
    nowhere.endpoint = "https://127.0.0.1:1";
    never_repeat(nowhere);
    {
        std::string const plain = secret.text();
        BOOST_TEST(secret.copies() == 1u);  // the search does find it
    }
    // std::string does not wipe; what follows counts from here.
    auto const before = secret.copies();
    auto const unsent = copies_after_a_stop(secret, nowhere, make, oms::outcome::not_sent) - before;
    BOOST_TEST(secret.copies() == before);
    auto const sent = copies_after_a_stop(secret, config, make, expected) - before;
    BOOST_TEST(secret.copies() == before);
    BOOST_TEST(unsent >= 1u);
    BOOST_TEST(sent <= unsent);
    BOOST_TEST_MESSAGE(unsent << " copies before an exchange, " << sent << " after it, " << before << " of the test");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secret_memory)

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
BOOST_AUTO_TEST_CASE(a_token_is_nowhere_but_where_it_is_kept) {
    disguised const token(1);
    check(token, oms::outcome::stopped, [&] { return oms::token_credentials(token.text()); });
}

// A request grows by them where it lies.
BOOST_AUTO_TEST_CASE(nor_is_one_left_where_a_request_grew_by_headers_of_its_try) {
    disguised const token(7);
    check(
        token, oms::outcome::stopped, [&] { return oms::token_credentials(token.text()); },
        [](oms::attempt_event const&) {
            return std::vector<oms::request_header>{{"X-Trace", std::string(3'000, 'x')}};
        });
}

BOOST_AUTO_TEST_CASE(so_are_a_secret_key_and_a_security_token) {
    // nginx knows no signatures: it refuses them for want of a token.
    disguised const key(2), session(3);
    check(key, oms::outcome::refused, [&] { return oms::key_credentials("AK", key.text(), "session"); });
    check(session, oms::outcome::refused, [&] { return oms::key_credentials("AK", "key", session.text()); });
}

// A reader keeps a header to compare the next one with: but for one with a secret.
BOOST_AUTO_TEST_CASE(nothing_is_kept_of_a_header_with_a_secret) {
    disguised const token(6);
    oms::transport::reply_reader reader;
    auto const copies_after = [&](bool confidential) {
        std::string reply;
        reply.reserve(512);
        std::string text = token.text();
        reply.append("HTTP/1.1 201 Created\r\nX-Subject-Token: ").append(text).append("\r\nContent-Length: 0\r\n\r\n");
        reader.start(4096, 4096, confidential);
        oms::error_code ec;
        BOOST_TEST((reader.put(reply, ec) == oms::transport::reply_reader::progress::done));
        BOOST_TEST(reader.get().subject_token == text);
        reader.start(4096, 4096);  // gives up what that one needed
        std::fill(text.begin(), text.end(), '\0');
        std::fill(reply.begin(), reply.end(), '\0');
        return token.copies();
    };
    auto const before = token.copies();
    BOOST_TEST(copies_after(true) == before);
    BOOST_TEST(copies_after(false) > before);  // the search does find what is kept
}

// The keys go with the call: in the request once, in none of what is left of it.
BOOST_AUTO_TEST_CASE(nothing_is_left_of_the_keys_of_a_start) {
    disguised const source(4), destination(5);
    nginx_server const server;
    oms::client_config config;
    config.endpoint = server.endpoint();
    config.tls.ca_pem = server.ca_pem();
    config.credentials = oms::token_credentials("token");
    for (bool reached : {true, false}) {
        if (!reached) {
            config.endpoint = "https://127.0.0.1:1";
            never_repeat(config);
        }
        auto const before = source.copies() + destination.copies();
        asio::io_context context(1);
        oms::client client(context, config);
        stop_receipt got;
        client.async_start(oms::sync_task("ok-project", "t"),
                           oms::start_keys("AK", source.text(), "AK", destination.text()), got.handler());
        BOOST_TEST(source.copies() + destination.copies() > before);  // it waits for its turn
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        BOOST_TEST((got.result.outcome != oms::outcome::not_sent) == reached);
        BOOST_TEST(source.copies() + destination.copies() == before);
    }
}
#endif

BOOST_AUTO_TEST_SUITE_END()
