// SPDX-License-Identifier: BSL-1.0
#include "transport/reply_reader.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>

using oms::transport::reply_reader;

BOOST_AUTO_TEST_SUITE(replies_in_pieces)

// It may be all of the JSON, and lack nothing but the end of the chunks.
BOOST_AUTO_TEST_CASE(a_chunked_body_that_is_cut_is_kept_to_its_last_byte) {
    std::string const body = R"({"error_code":"OMS.0066"})";
    std::string const bytes = "HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" + body;
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        reply_reader reader;
        reader.start(1024, 1024);
        oms::error_code ec;
        for (std::size_t at = 0; at < bytes.size(); at += piece)
            BOOST_REQUIRE(reader.put(bytes.substr(at, piece), ec) == reply_reader::progress::more);
        BOOST_CHECK(reader.finish(ec) == reply_reader::progress::failed);
        BOOST_REQUIRE(reader.salvage());
        BOOST_TEST(reader.get().status == 400u);
        BOOST_TEST(reader.get().body == body, "in pieces of " << piece);
    }
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_the_same_in_pieces_of_any_size) {
    std::string const bytes =
        "HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x=y\r\nbc\r\n9\r\ndefghijkl\r\n0\r\n\r\n";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        reply_reader reader;
        reader.start(1024, 1024);
        oms::error_code ec;
        auto got = reply_reader::progress::more;
        for (std::size_t at = 0; at < bytes.size() && got == reply_reader::progress::more; at += piece)
            got = reader.put(bytes.substr(at, piece), ec);
        BOOST_CHECK(got == reply_reader::progress::done);
        BOOST_TEST(reader.get().body == "abcdefghijkl", "in pieces of " << piece);
        BOOST_TEST(reader.get().keep_alive);
    }
}

// What follows a body beyond its limit matters to the connection alone, however it comes.
BOOST_AUTO_TEST_CASE(what_is_wrong_behind_a_body_that_is_cut_undoes_nothing) {
    std::string const begin = "HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n";
    for (std::string const& end : {std::string("0\n"), "3;" + std::string(80, 'x'), std::string("zz\r\n\r\n")}) {
        std::string const bytes = begin + end;
        for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
            reply_reader reader;
            reader.start(64, 4);
            oms::error_code ec;
            auto got = reply_reader::progress::more;
            for (std::size_t at = 0; at < bytes.size() && got == reply_reader::progress::more; at += piece)
                got = reader.put(bytes.substr(at, piece), ec);
            BOOST_CHECK(got == reply_reader::progress::done);
            BOOST_TEST(!ec, ec.message());
            BOOST_TEST(reader.cut());
            BOOST_TEST(reader.get().body == "abcd");
            BOOST_TEST(!reader.get().keep_alive);
        }
    }
}

// Lines that come one by one are bounded together, and no piece makes room for more.
BOOST_AUTO_TEST_CASE(a_header_is_bounded_however_it_comes) {
    constexpr std::size_t limit = 200;
    std::string const line = "X-Line: of 20 bytes\r\n";
    for (bool const lenient : {false, true}) {
        for (std::size_t more = 0; more < 2; ++more) {
            std::string bytes = "HTTP/1.1 400 No\r\nContent-Length: 0\r\n";
            std::size_t const status = bytes.find('\n') + 1;
            while (bytes.size() - status + 2 * line.size() < limit)
                bytes += line;
            bytes += "Y: " + std::string(limit + more - (bytes.size() - status) - 7, 'y') + "\r\n\r\n";
            BOOST_REQUIRE(bytes.size() - status == limit + more);
            for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
                reply_reader reader;
                reader.start(limit, 1024, true, lenient);
                oms::error_code ec;
                auto got = reader.put("HTTP/1.1 100 Continue\r\n\r\n", ec);
                for (std::size_t at = 0; at < bytes.size() && got == reply_reader::progress::more; at += piece)
                    got = reader.put(bytes.substr(at, piece), ec);
                BOOST_CHECK(got == (more == 0 ? reply_reader::progress::done : reply_reader::progress::failed));
                BOOST_TEST(ec == (more == 0 ? oms::error_code() : oms::error_code(oms::errc::header_too_large)),
                           "in pieces of " << piece);
            }
        }
        reply_reader reader;
        reader.start(limit, 1024, true, lenient);
        oms::error_code ec;
        std::size_t lines = 0;
        auto got = reader.put("HTTP/1.1 200 OK\r\n", ec);
        for (; got == reply_reader::progress::more && lines < 1000; ++lines)
            got = reader.put(line, ec);
        BOOST_TEST(ec == oms::errc::header_too_large);
        BOOST_TEST(lines <= limit / line.size() + 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()
