// SPDX-License-Identifier: BSL-1.0
#include "wire/reply_scan.hpp"

#include "transport/reply_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oms::wire;
namespace http = boost::beast::http;

namespace {

// Replies that the fast path takes.
std::vector<std::string> const taken{
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nDate: Thu, 12 Sep 2024 03:04:05 GMT\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
    "Connection: keep-alive\r\nServer: api-gateway\r\nX-Request-Id: 9e6f0d1c2b3a49587766554433221100\r\n\r\n{}",
    "HTTP/1.1 400 Bad Request\r\ncontent-type:application/json\r\ncontent-length:53\r\nx-request-id: \t r1 \t\r\n\r\n"
    "{\"error_code\":\"OMS.0066\",\"error_msg\":\"not running.\"}\n",
    "HTTP/1.1 204 \r\nX-Request-Id: r2\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n",
    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 1\r\nKeep-Alive: timeout=5, max=9\r\n\r\nx",
    "HTTP/1.1 503 \r\nConnection: close\r\nContent-Length: 007\r\nRetry-After: Thu, 12 Sep 2024 03:04:05 GMT\r\n\r\n"
    "<html/>",
    "HTTP/1.1 502 Bad\tGateway \xE4\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\nX-Empty:\r\nVia: 1.1 "
    "a\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nX-Request-Id: r3\r\nContent-Length: 0\r\nDate: Thu, 12 Sep 2024 03:04:05 GMT\r\n\r\n",
};

// Whole replies that are none of its business.
std::vector<std::string> const others{
    "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/2 200\r\ncontent-length: 0\r\n\r\n",
    "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\ntransfer-encoding: identity\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\n Content-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX: a\r\n\tb\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX: a\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX: \x7F\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\n: a\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX Y: a\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nConnection: upgrade\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
    "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "<html>Bad Gateway</html>",
};

// What the reference parser makes of the same bytes.
struct reference {
    explicit reference(std::string const& bytes) {
        parser.header_limit(std::numeric_limits<std::uint32_t>::max());
        parser.body_limit(boost::none);
        parser.eager(true);
        consumed = parser.put(boost::asio::buffer(bytes), code);
    }

    http::response_parser<http::string_body> parser;
    boost::beast::error_code code;
    std::size_t consumed = 0;
};

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

// Empty where both agree, else what they do not agree in.
std::string disagreement(std::string const& bytes) {
    reply_head head;
    scan_result const result = scan_reply(bytes, head);
    if (result == scan_result::other) return {};
    reference const other(bytes);
    if (result == scan_result::incomplete) {
        bool const goes_on = !other.code || other.code == http::error::need_more;
        return goes_on ? "" : "waits for more of what is refused: " + other.code.message();
    }
    if (other.code && other.code != http::error::need_more) return "takes what is refused: " + other.code.message();
    if (!other.parser.is_done()) return "takes what is not whole";
    auto const& message = other.parser.get();
    if (other.consumed != head.header_size + head.content_length) return "frames differently";
    if (bytes.substr(head.header_size, head.content_length) != message.body()) return "another body";
    if (message.result_int() != head.status) return "another status";
    if (other.parser.keep_alive() != head.keep_alive) return "another end of the connection";
    if (view(message["X-Request-Id"]) != head.request_id) return "another request id";
    if (view(message["Retry-After"]) != head.retry_after) return "another Retry-After";
    if (view(message["Date"]) != head.date) return "another Date";
    if (view(message["Content-Type"]) != head.content_type) return "another Content-Type";
    if (view(message["Content-Encoding"]) != head.content_encoding) return "another Content-Encoding";
    return {};
}

// The same reply behind an interim one, which the fast path leaves alone. Empty where both say the same of it.
std::string full_path_disagreement(std::string const& bytes) {
    reply_head head;
    if (scan_reply(bytes, head) != scan_result::complete) return {};
    std::size_t const size = head.header_size + head.content_length;
    oms::transport::reply_reader reader;
    reader.start(1 << 20, 1 << 20);
    oms::error_code code;
    auto const got = reader.put("HTTP/1.1 100 Continue\r\n\r\n" + bytes, code);
    if (got != oms::transport::reply_reader::progress::done) return "refuses what the fast path takes";
    oms::transport::reply const& r = reader.get();
    if (r.status != head.status) return "another status";
    if (r.request_id != head.request_id) return "another request id";
    if (r.retry_after != head.retry_after) return "another Retry-After";
    if (r.date != head.date) return "another Date";
    if (r.subject_token != head.subject_token) return "another token";
    if (r.body != bytes.substr(head.header_size, head.content_length)) return "another body";
    if (r.keep_alive != (head.keep_alive && size == bytes.size())) return "another end of the connection";
    if (r.keep_alive_timeout != head.keep_alive_timeout) return "another Keep-Alive";
    return {};
}

// Changes a reply in the ways that break parsers.
std::string mutated(std::mt19937& random, std::string bytes) {
    static std::array<std::string_view, 24> const pieces{
        "\r\n",
        "\r",
        "\n",
        "\r\n\r\n",
        " ",
        "\t",
        ":",
        ",",
        "0",
        "9",
        "\x7F",
        "\xFF",
        std::string_view("\0", 1),
        "Content-Length: 5\r\n",
        "Content-Length: 0\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Connection: close\r\n",
        "Proxy-Connection: close\r\n",
        "X-Request-Id: other\r\n",
        "Date: x\r\n",
        "\r\n folded",
        "HTTP/1.1 200 OK\r\n",
        "Connection: Keep-Alive\r\n",
        "Content-Length",
    };
    auto const below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
        if (bytes.empty()) break;
        std::size_t const at = below(bytes.size());
        switch (below(7)) {
            case 0:
                bytes[at] = static_cast<char>(below(256));
                break;
            case 1:
                bytes.erase(at, 1 + below(4));
                break;
            case 2:
                bytes.insert(at, pieces[below(pieces.size())]);
                break;
            case 3:
                bytes.resize(at);
                break;
            case 4:
                bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ 0x20U);
                break;
            case 5: {
                std::size_t const from = below(bytes.size());
                bytes.insert(at, bytes.substr(from, below(30)));
                break;
            }
            default: {  // a whole line in front of another
                std::size_t const line = bytes.find("\r\n", at);
                if (line != std::string::npos) bytes.insert(line + 2, pieces[13 + below(11)]);
            }
        }
    }
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reply_scan)

BOOST_AUTO_TEST_CASE(reads_what_matters) {
    reply_head head;
    BOOST_REQUIRE((scan_reply(taken[1], head) == scan_result::complete));
    BOOST_TEST(head.status == 200U);
    BOOST_TEST(head.keep_alive);
    BOOST_TEST(head.header_size == taken[1].size() - 2);
    BOOST_TEST(head.content_length == 2U);
    BOOST_TEST(head.date == "Thu, 12 Sep 2024 03:04:05 GMT");
    BOOST_TEST(head.content_type == "application/json");
    BOOST_TEST(head.request_id == "9e6f0d1c2b3a49587766554433221100");
    BOOST_TEST(head.retry_after == "");
    BOOST_TEST(!head.keep_alive_timeout.has_value());

    std::string const followed = taken[5] + "more";
    BOOST_REQUIRE((scan_reply(followed, head) == scan_result::complete));
    BOOST_TEST(head.status == 429U);
    BOOST_TEST(head.retry_after == "3");
    BOOST_TEST(head.content_length == 1U);
    BOOST_TEST((head.keep_alive_timeout == std::chrono::seconds(5)));

    BOOST_REQUIRE((scan_reply(taken[6], head) == scan_result::complete));
    BOOST_TEST(!head.keep_alive);
    BOOST_TEST(head.content_length == 7U);
}

BOOST_AUTO_TEST_CASE(bodies_that_no_length_gives) {
    reply_head head;
    BOOST_REQUIRE((scan_reply(taken[3], head) == scan_result::complete));
    BOOST_TEST(head.content_length == 0U);
    BOOST_REQUIRE((scan_reply(taken[4], head) == scan_result::complete));
    BOOST_TEST(head.content_length == 0U);
    BOOST_TEST(head.header_size == taken[4].size());
}

BOOST_AUTO_TEST_CASE(waits_at_every_split) {
    for (auto const& bytes : taken) {
        reply_head head;
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            BOOST_TEST((scan_reply(bytes.substr(0, size), head) == scan_result::incomplete),
                       "at " << size << " of " << bytes);
        }
        for (std::string const tail : {"", "H", "\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
            reply_head whole;
            BOOST_TEST((scan_reply(bytes + tail, whole) == scan_result::complete), bytes);
            BOOST_TEST(whole.header_size + whole.content_length == bytes.size());
        }
        BOOST_TEST(disagreement(bytes) == "", bytes);
    }
}

BOOST_AUTO_TEST_CASE(leaves_the_rest_alone) {
    for (auto const& bytes : others) {
        reply_head head;
        BOOST_TEST((scan_reply(bytes, head) == scan_result::other), bytes);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            std::string const part = bytes.substr(0, size);
            BOOST_TEST((scan_reply(part, head) != scan_result::complete), part);
            BOOST_TEST(disagreement(part) == "", part);
        }
    }
}

BOOST_AUTO_TEST_CASE(agrees_with_the_reference_on_mutations) {
    std::mt19937 random(20240912);
    std::vector<std::string> corpus = taken;
    corpus.insert(corpus.end(), others.begin(), others.end());
    std::array<int, 3> seen{};
    for (int i = 0; i < 300'000; ++i) {
        std::string const bytes =
            mutated(random, corpus[std::uniform_int_distribution<std::size_t>(0, corpus.size() - 1)(random)]);
        reply_head head;
        seen.at(static_cast<std::size_t>(scan_reply(bytes, head)))++;
        std::string const wrong = disagreement(bytes);
        BOOST_REQUIRE_MESSAGE(wrong.empty(), wrong << " in round " << i << ": " << bytes);
        if (i % 8 == 0) {
            std::string const unlike = full_path_disagreement(bytes);
            BOOST_REQUIRE_MESSAGE(unlike.empty(), unlike << " in round " << i << ": " << bytes);
        }
    }
    // The mutations are worth something only where all three results are frequent.
    for (int count : seen)
        BOOST_TEST(count > 10'000);
}

// Of several the first counts, on both paths, also where it is empty.
BOOST_AUTO_TEST_CASE(repeated_headers) {
    for (std::string const name : {"Date", "Retry-After", "X-Request-Id", "X-Subject-Token"}) {
        for (std::string const first : {"first", ""}) {
            std::string const lines = name + ": " + first + "\r\nX: y\r\n" + name + ": second\r\n" + name + ":\r\n";
            std::string const bytes = "HTTP/1.1 503 Busy\r\n" + lines + "Content-Length: 0\r\n\r\n";
            reply_head head;
            BOOST_REQUIRE((scan_reply(bytes, head) == scan_result::complete));
            std::string_view const kept = name == "Date"           ? head.date
                                          : name == "Retry-After"  ? head.retry_after
                                          : name == "X-Request-Id" ? head.request_id
                                                                   : head.subject_token;
            BOOST_TEST(kept == first, name);
            BOOST_TEST(full_path_disagreement(bytes) == "", name);
        }
    }
    for (auto const& bytes : taken)
        BOOST_TEST(full_path_disagreement(bytes) == "", bytes);
}

BOOST_AUTO_TEST_CASE(a_prefix_never_says_more_than_the_whole) {
    std::mt19937 random(19700101);
    for (int i = 0; i < 2'000; ++i) {
        std::string const bytes =
            mutated(random, taken[std::uniform_int_distribution<std::size_t>(0, taken.size() - 1)(random)]);
        reply_head whole;
        scan_result const result = scan_reply(bytes, whole);
        std::size_t const size = whole.header_size + whole.content_length;
        for (std::size_t part = 0; part < bytes.size(); ++part) {
            reply_head head;
            scan_result const early = scan_reply(std::string_view(bytes).substr(0, part), head);
            if (result == scan_result::complete) {
                auto const expected = part < size ? scan_result::incomplete : scan_result::complete;
                BOOST_REQUIRE_MESSAGE(early == expected, "at " << part << " of " << bytes);
            } else {
                BOOST_REQUIRE_MESSAGE(early != scan_result::complete, "at " << part << " of " << bytes);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(only_small_ones) {
    scan_limits const limits{100, 10};
    reply_head head;
    std::string const start = "HTTP/1.1 200 OK\r\nContent-Length: ";
    BOOST_TEST((scan_reply(start + "10\r\n\r\n0123456789", head, limits) == scan_result::complete));
    BOOST_TEST((scan_reply(start + "10\r\n\r\n", head, limits) == scan_result::incomplete));
    BOOST_TEST((scan_reply(start + "11\r\n\r\n", head, limits) == scan_result::other));
    BOOST_TEST((scan_reply(start + "999999999999999999\r\n\r\n", head) == scan_result::other));

    std::string const fits = start + "0\r\nX: " + std::string(100 - start.size() - 10, 'x') + "\r\n\r\n";
    BOOST_REQUIRE(fits.size() == 100U);
    BOOST_TEST((scan_reply(fits, head, limits) == scan_result::complete));
    BOOST_TEST((scan_reply(fits.substr(0, 99), head, limits) == scan_result::incomplete));
    BOOST_TEST((scan_reply("HTTP/1.1 200 OK\r\nX: " + std::string(79, 'x'), head, limits) == scan_result::incomplete));
    BOOST_TEST((scan_reply("HTTP/1.1 200 OK\r\nX: " + std::string(80, 'x'), head, limits) == scan_result::other));
}

BOOST_AUTO_TEST_CASE(keep_alive_timeouts) {
    auto const parsed = [](std::string_view value) {
        auto const got = parse_keep_alive_timeout(value);
        return got ? static_cast<long long>(got->count()) : -1;
    };
    BOOST_TEST(parsed("timeout=5, max=100") == 5);
    BOOST_TEST(parsed("max=100,Timeout=60") == 60);
    BOOST_TEST(parsed("timeout=0") == 0);
    BOOST_TEST(parsed("timeout=999999999") == 999999999);
    for (std::string const value :
         {"", ",", "timeout", "timeout=", "timeout=x", "timeout=-1", "timeout=1000000000000", "max=5", "xtimeout=5"}) {
        BOOST_TEST(parsed(value) == -1, value);
    }
}

namespace {

// Everything that a scan says, as text.
std::string said(scan_result result, reply_head const& head, std::string_view bytes) {
    if (result != scan_result::complete) return std::to_string(static_cast<int>(result));
    std::string text = std::to_string(head.status) + (head.keep_alive ? " stays " : " ends ") +
                       std::to_string(head.header_size) + '+' + std::to_string(head.content_length);
    for (auto const view :
         {head.request_id, head.retry_after, head.date, head.subject_token, head.content_type, head.content_encoding}) {
        text += view.data() == nullptr
                    ? std::string(" none")
                    : ' ' + std::to_string(view.data() - bytes.data()) + ':' + std::to_string(view.size());
    }
    if (head.keep_alive_timeout) text += " for " + std::to_string(head.keep_alive_timeout->count());
    return text;
}

// What differs between one that has scanned others before and one that has not; empty: nothing.
std::string memory_shows(reply_scanner& scanner, std::string const& bytes, scan_limits limits = {}) {
    reply_head fresh;
    reply_head kept;
    auto const wanted = said(scan_reply(bytes, fresh, limits), fresh, bytes);
    auto const got = said(scanner.scan(bytes, kept, limits), kept, bytes);
    return got == wanted ? std::string() : got + " for " + wanted + ": " + bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_that_remembers_says_the_same_of_pairs) {
    std::vector<std::string> corpus = taken;
    corpus.insert(corpus.end(), others.begin(), others.end());
    corpus.push_back("HTTP/1.1 200 OK\r\nX-Subject-Token: secret\r\nContent-Length: 0\r\n\r\n");
    corpus.push_back("HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'x') + "\r\nContent-Length: 0\r\n\r\n");
    corpus.push_back("HTTP/1.1 200 OK\r\nDate: a\r\nDate: b\r\nX-Request-Id:\r\nContent-Length: 0\r\n\r\n");
    for (auto const& first : corpus) {
        for (auto const& second : corpus) {
            reply_scanner scanner;
            BOOST_TEST(memory_shows(scanner, first) == "");
            BOOST_TEST(memory_shows(scanner, second) == "");
            BOOST_TEST(memory_shows(scanner, first) == "");
        }
    }
}

// Each byte of the second one replaced by each other, each end of it, and each limit.
BOOST_AUTO_TEST_CASE(one_that_remembers_sees_each_byte_that_changed) {
    for (auto const& bytes : taken) {
        reply_scanner scanner;
        std::string wrong;
        for (std::size_t at = 0; at < bytes.size() && wrong.empty(); ++at) {
            for (int c = 0; c < 256 && wrong.empty(); ++c) {
                std::string changed = bytes;
                changed[at] = static_cast<char>(c);
                wrong = memory_shows(scanner, bytes) + memory_shows(scanner, changed);
            }
            wrong += memory_shows(scanner, bytes) + memory_shows(scanner, bytes.substr(0, at));
            wrong += memory_shows(scanner, bytes) + memory_shows(scanner, bytes, {at, 64});
            wrong += memory_shows(scanner, bytes) + memory_shows(scanner, bytes, {1024, at % 64});
            wrong += memory_shows(scanner, bytes) + memory_shows(scanner, bytes + bytes.substr(at));
            if (at % 16 == 0) scanner.forget();
        }
        BOOST_TEST(wrong == "");
    }
}

BOOST_AUTO_TEST_CASE(one_that_remembers_agrees_on_mutations) {
    std::mt19937 random(20261127);
    std::vector<std::string> corpus = taken;
    corpus.insert(corpus.end(), others.begin(), others.end());
    for (auto const& of : corpus) {
        reply_scanner scanner;
        for (int i = 0; i < 3'000; ++i) {
            std::string const bytes = i % 2 == 0 ? of : mutated(random, of);
            std::string const wrong = memory_shows(scanner, bytes);
            BOOST_REQUIRE_MESSAGE(wrong.empty(), wrong);
        }
    }
}

// What it is for: values of the same size are all that is new.
BOOST_AUTO_TEST_CASE(one_that_remembers_takes_new_values) {
    reply_scanner scanner;
    reply_head head;
    std::string bytes = taken[1];
    BOOST_REQUIRE((scanner.scan(bytes, head) == scan_result::complete));
    std::string const old = bytes;
    bytes.replace(bytes.find("03:04:05"), 8, "23:59:59").replace(bytes.find("9e6f"), 4, "ffff");
    BOOST_REQUIRE((scanner.scan(bytes, head) == scan_result::complete));
    BOOST_TEST(head.date == "Thu, 12 Sep 2024 23:59:59 GMT");
    BOOST_TEST(head.request_id == "ffff0d1c2b3a49587766554433221100");
    BOOST_TEST((head.date.data() > bytes.data()));
    BOOST_TEST((head.date.data() < bytes.data() + bytes.size()));
}

// Date and id may stand in either order, and either may be what differs.
BOOST_AUTO_TEST_CASE(a_header_like_the_last_has_its_values_in_any_order) {
    auto const reply = [](std::string const& id, std::string const& date, bool id_first) {
        std::string const a = "X-Request-Id: " + id + "\r\n";
        std::string const b = "Date: " + date + "\r\n";
        return "HTTP/1.1 200 OK\r\n" + (id_first ? a + b : b + a) + "Content-Length: 0\r\n\r\n";
    };
    for (bool const id_first : {true, false}) {
        reply_scanner scanner;
        for (auto const& [id, date] :
             {std::pair("id-1", "Thu, 12 Sep 2024 03:04:05 GMT"), std::pair("id-1", "Thu, 12 Sep 2024 03:04:05 GMT"),
              std::pair("id-2", "Thu, 12 Sep 2024 03:04:05 GMT"), std::pair("id-2", "Thu, 12 Sep 2024 03:04:06 GMT")}) {
            std::string const bytes = reply(id, date, id_first);
            reply_head head;
            BOOST_TEST((scanner.scan(bytes, head) == scan_result::complete));
            BOOST_TEST(head.request_id == id);
            BOOST_TEST(head.date == date);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
