// SPDX-License-Identifier: BSL-1.0
#include "wire/validate.hpp"

#include "wire/chars.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>

using namespace oms::wire;
using oms::task_kind;

namespace {

bool valid_project_id(std::string const& id) {
    return project_id_form(id) != id_form::invalid;
}

bool valid_task_id(task_kind kind, std::string const& id) {
    return task_id_form(kind, id) != id_form::invalid;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(validate)

BOOST_AUTO_TEST_CASE(ids_have_lengths) {
    BOOST_TEST(!valid_project_id(""));
    BOOST_TEST(valid_project_id("p"));
    BOOST_TEST(valid_project_id(std::string(1024, 'p')));
    BOOST_TEST(!valid_project_id(std::string(1025, 'p')));

    BOOST_TEST(!valid_task_id(task_kind::sync_task, ""));
    BOOST_TEST(valid_task_id(task_kind::sync_task, std::string(255, 't')));
    BOOST_TEST(!valid_task_id(task_kind::sync_task, std::string(256, 't')));
    for (auto kind : {task_kind::migration_task, task_kind::task_group}) {
        BOOST_TEST(!valid_task_id(kind, ""));
        BOOST_TEST(valid_task_id(kind, std::string(1024, 't')));
        BOOST_TEST(!valid_task_id(kind, std::string(1025, 't')));
    }
}

BOOST_AUTO_TEST_CASE(ids_stay_one_segment) {
    for (std::string const id : {".", "..", "a/b", "/", "a\\b", "a\nb", "a\r\nX: y", "\t", "\x7F"}) {
        BOOST_TEST(!valid_project_id(id), "took " << id);
        BOOST_TEST(!valid_task_id(task_kind::task_group, id), "took " << id);
    }
    BOOST_TEST(!valid_project_id(std::string("a\0b", 3)));
    for (std::string const id : {"...", ".a", "a.", "a b", "%2F", "?x=1", "#", "\xE4\xBB\xBB", "\xFF"}) {
        BOOST_TEST(valid_project_id(id), "refused " << id);
        BOOST_TEST(valid_task_id(task_kind::sync_task, id), "refused " << id);
    }
}

// Where one is plain that is not, it gets into the path unencoded.
BOOST_AUTO_TEST_CASE(only_unreserved_ids_are_plain) {
    for (std::string const id : {"2c0689c860ad4728a497c91ec0844383", "0d146099-8cf4-437d-b6ef-88e043771c8b", "1",
                                 "1000000000000000001", "...", "A.z_0~9-x"}) {
        BOOST_TEST((project_id_form(id) == id_form::plain), id);
        BOOST_TEST((task_id_form(task_kind::sync_task, id) == id_form::plain), id);
    }
    for (int c = 0; c < 256; ++c) {
        char const byte = static_cast<char>(c);
        for (std::size_t at = 0; at < 32; ++at) {
            std::string id = "2c0689c860ad4728a497c91ec0844383";
            id[at] = byte;
            id_form const wanted = is_unreserved(byte)                               ? id_form::plain
                                   : is_control(byte) || byte == '/' || byte == '\\' ? id_form::invalid
                                                                                     : id_form::escaped;
            BOOST_TEST_REQUIRE((project_id_form(id) == wanted), "byte " << c << " at " << at);
        }
    }
}

BOOST_AUTO_TEST_CASE(tokens) {
    BOOST_TEST(!valid_token(""));
    BOOST_TEST(valid_token("!~"));
    BOOST_TEST(valid_token(std::string(16384, 'x')));
    BOOST_TEST(!valid_token(std::string(16385, 'x')));
    for (std::string const token : {"a b", "a\r\nX-Evil: 1", "\x7F", "\xC3\xA9", "\t"})
        BOOST_TEST(!valid_token(token));
    BOOST_TEST(!valid_token(std::string(1, '\0')));
}

BOOST_AUTO_TEST_CASE(headers) {
    BOOST_TEST(valid_header_name("X-Trace_Id.1"));
    for (std::string const name : {"", "X Y", "X:", "X\r\n", "X\xC3\xA9", "(x)"})
        BOOST_TEST(!valid_header_name(name));
    BOOST_TEST(valid_header_value(""));
    BOOST_TEST(valid_header_value("any text, \xC3\xA9"));
    for (std::string const value : {"a\r\nX: y", "a\n", "\t", "\x7F"})
        BOOST_TEST(!valid_header_value(value));
    BOOST_TEST(!valid_header_value(std::string(1, '\0')));
}

BOOST_AUTO_TEST_CASE(reserved_headers) {
    for (std::string const name :
         {"Host", "CONTENT-LENGTH", "content-type", "Transfer-Encoding", "Connection", "Authorization", "X-Auth-Token",
          "x-sdk-date", "X-Project-Id", "X-Security-Token", "X-Sdk-Content-Sha256", "Expect", "Upgrade", "TE",
          "Trailer", "Proxy-Authorization", "User-Agent", "Keep-Alive", "Proxy-Connection"}) {
        BOOST_TEST(reserved_header(name), "let through " << name);
    }
    for (std::string const name : {"", "X-Trace-Id", "Hos", "Hosts", "Accept", "X-Language"}) {
        BOOST_TEST(!reserved_header(name), "refused " << name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
