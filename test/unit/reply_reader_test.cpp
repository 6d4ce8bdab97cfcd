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

BOOST_AUTO_TEST_SUITE_END()
