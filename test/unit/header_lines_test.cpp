// SPDX-License-Identifier: BSL-1.0
#include "wire/header_lines.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace oms::wire;

namespace {

using result = header_lines::result;

struct taken {
    result end = result::more;
    std::string out;
    std::string left;
    unsigned status = 0;
    bool mended = false;
};

// In pieces of a size: what comes of it must not depend on how it comes.
taken take(std::string_view bytes, dialect d, std::size_t piece = std::string_view::npos) {
    header_lines lines(d);
    taken got;
    while (!bytes.empty() && got.end == result::more) {
        std::string_view const next = bytes.substr(0, piece);
        bytes.remove_prefix(next.size());
        got.left += next;
        got.end = lines.take(got.left, got.out);
    }
    got.left += bytes;
    got.status = lines.status();
    got.mended = lines.mended();
    return got;
}

// However it comes.
taken take_all_ways(std::string_view bytes, dialect d) {
    taken const whole = take(bytes, d);
    for (std::size_t const piece : {1, 2, 3, 7}) {
        taken const got = take(bytes, d, piece);
        BOOST_TEST((got.end == whole.end && got.out == whole.out), bytes);
        if (whole.end == result::whole) BOOST_TEST(got.left == whole.left);
    }
    return whole;
}

std::string const rest = "X: y\r\n\r\nbody";

}  // namespace

BOOST_AUTO_TEST_SUITE(header_mending)

BOOST_AUTO_TEST_CASE(a_status_line_without_a_reason) {
    for (dialect const d : {dialect::strict, dialect::lenient}) {
        for (std::string_view const version : {"HTTP/1.1 ", "HTTP/1.0 "}) {
            for (std::string_view const end : {"204", "204 ", "204 No Content"}) {
                std::string const line = std::string(version) + std::string(end);
                taken const got = take_all_ways(line + "\r\n" + rest, d);
                BOOST_TEST((got.end == result::whole));
                BOOST_TEST(got.status == 204U);
                BOOST_TEST(!got.mended);
                std::string const wanted = line + (end == "204" ? " " : "") + "\r\n";
                // The strict dialect has nothing else to say.
                BOOST_TEST(got.out == (d == dialect::strict ? wanted : wanted + "X: y\r\n\r\n"));
                BOOST_TEST(got.left == (d == dialect::strict ? rest : "body"));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_status) {
    for (dialect const d : {dialect::strict, dialect::lenient}) {
        for (unsigned status = 0; status <= 1100; ++status) {
            std::string code = std::to_string(status);
            code.insert(0, code.size() < 3 ? 3 - code.size() : 0, '0');
            bool const good = status >= 100 && status <= 599;
            for (std::string_view const reason : {"", " ", " x"}) {
                // As soon as the line is there.
                taken const got = take("HTTP/1.1 " + code + std::string(reason) + "\r\n", d);
                result const wanted = !good ? result::bad_status : d == dialect::strict ? result::whole : result::more;
                BOOST_TEST((got.end == wanted), code);
            }
        }
        for (std::string const code : {"20", "2", "0200", "99999999999999999999", "00000000000000000000200"})
            BOOST_TEST((take("HTTP/1.1 " + code + " x\r\n", d).end == result::bad_status), code);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_status_line) {
    for (dialect const d : {dialect::strict, dialect::lenient}) {
        for (std::string const line :
             {"", "SSH-2.0-x", "HTTP/2 200", "HTTP/2.0 200 OK", "HTTP/1.x 200 OK", "HTTP/1. 200", "HTTP/1.1",
              "HTTP/1.1 ", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "HTTP/1.1 abc", "HTTP/1.1 200OK", "HTTP/1.1 200\tOK",
              "HTTP/1.1 -200 OK", "http/1.1 200 OK", "HTTP/1.1 200 O\x01K", "HTTP/1.1 200 O\rK", " HTTP/1.1 200 OK"}) {
            BOOST_TEST((take_all_ways(line + "\r\n" + rest, d).end == result::malformed), line);
        }
        // Nobody waits for the end of what cannot become one.
        for (std::string const line : {"x", "HTTQ", "SSH-", "HTTP/2"})
            BOOST_TEST((take(line, d).end == result::malformed), line);
        for (std::string const line : {"H", "HTTP", "HTTP/1.", "HTTP/1.1 20"})
            BOOST_TEST((take(line, d).end == result::more), line);
    }
    BOOST_TEST((take("HTTP/1.1 200 OK\n" + rest, dialect::strict).end == result::malformed));
}

BOOST_AUTO_TEST_CASE(a_lenient_header_is_mended) {
    struct row {
        std::string bytes, out;
        bool mended;
    };
    std::vector<row> const rows{
        {"HTTP/1.1 200 OK\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", false},
        {"HTTP/1.1 200 OK\nA: b\n\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", true},
        {"HTTP/1.0 200\n\n", "HTTP/1.0 200 \r\n\r\n", true},
        {"HTTP/1.1 200 OK\r\nA: b\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", true},
        {"HTTP/1.1 200 OK\r\nA: b\r\n\n", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n", true},
        {"HTTP/1.1 200 OK\r\nA : b\r\nB\t \t:c\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\nB:c\r\n\r\n", true},
        {"HTTP/1.1 200 OK\r\nA::b\r\nC:\r\n\r\n", "HTTP/1.1 200 OK\r\nA::b\r\nC:\r\n\r\n", false},
        {"HTTP/1.1 200 OK\nContent-Length: 4\n\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", true},
    };
    for (row const& r : rows) {
        taken const got = take_all_ways(r.bytes + "body\n", dialect::lenient);
        BOOST_TEST((got.end == result::whole), r.bytes);
        BOOST_TEST(got.out == r.out);
        BOOST_TEST(got.left == "body\n");
        BOOST_TEST(got.mended == r.mended);
    }
}

BOOST_AUTO_TEST_CASE(what_leniency_does_not_mend) {
    std::vector<std::string> const lines{
        "Content-Length : 4",
        "content-length\t: 4",
        "Transfer-Encoding : chunked",
        "TRANSFER-ENCODING :x",
        "Connection : close",
        "Proxy-Connection : close",
        "A: b\rc",
        "A: b\r\r",
        std::string("A: b\0c", 6),
        " folded",
        "\tfolded",
        "no colon",
        ": no name",
        " : no name",
        "A B: c",
        "A: \x7F",
        std::string("A\0: b", 5),
        "A\r: b",
    };
    for (std::string const& line : lines) {
        for (std::string const end : {"\r\n", "\n"}) {
            taken const got = take_all_ways("HTTP/1.1 200 OK\r\nA: b" + end + line + end + end, dialect::lenient);
            BOOST_TEST((got.end == result::malformed), line);
        }
    }
}

BOOST_AUTO_TEST_CASE(chunk_lines_without_hope) {
    for (std::string const text :
         {"5\n", "5\nhello", "\n", "\r\n5\n", "5;a=\"\r\n", "\r\n5;a=\"b\\\"\r\n", "5 ; a=\"b\"\"\r\n",
          "0;a=\"\r\n\r\n", "0\r\nX: y\n", "0\r\nX: y\r\n\n", "X: y\n", "5;\"\n\"\r\n"}) {
        BOOST_TEST(hopeless_chunk(text), text);
    }
    for (std::string const text :
         {"", "\r", "\r\n", "5", "5\r", "5;a=\"b", "5;a=\"b\"", "5;a=\"b\"\r\n", "5;a=\"\\\"\"\r\n", "5;a=b\r\n",
          "0\r\nX: \"\r\n", "X: \"\r\n", "\r\n0\r\nA: b\r\n", "5\r\nhel\"lo"}) {
        BOOST_TEST(!hopeless_chunk(text), text);
    }
}

// What is malformed stays so, and what was taken is what the lines were, whatever comes.
BOOST_AUTO_TEST_CASE(mutations_come_to_the_same_in_all_pieces) {
    std::mt19937 random(9112);
    auto const below = [&](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
    };
    std::string const base = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX : y\nA: b\r\n\r\nbody";
    std::string_view const pieces[] = {"\r", "\n", " ", ":", "\t", "\r\n", "x", "\r\n\r\n"};
    std::size_t seen[4] = {};
    for (int i = 0; i < 20'000; ++i) {
        std::string bytes = base;
        for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
            std::size_t const at = below(bytes.size());
            if (below(2) == 0) {
                bytes.insert(at, pieces[below(8)]);
            } else {
                bytes.erase(at, 1 + below(3));
            }
        }
        for (dialect const d : {dialect::strict, dialect::lenient}) {
            taken const whole = take(bytes, d);
            taken const split = take(bytes, d, 1 + below(9));
            BOOST_REQUIRE_MESSAGE((whole.end == split.end && whole.out == split.out), bytes);
            ++seen[static_cast<std::size_t>(whole.end)];
            // What it gives is for a strict reader.
            for (std::size_t at = whole.out.find('\n'); at != std::string::npos; at = whole.out.find('\n', at + 1))
                BOOST_REQUIRE((at > 0 && whole.out[at - 1] == '\r'));
        }
    }
    for (std::size_t const count : seen)
        BOOST_TEST(count > 100U);
}

BOOST_AUTO_TEST_SUITE_END()
