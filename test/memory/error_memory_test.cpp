// SPDX-License-Identifier: BSL-1.0
//
// What `parse_error` does where memory runs out.
#include <oms/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdlib>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// Takes all memory that the process can have, down to the smallest piece: the
// allocator keeps freed pieces by their exact size.
void exhaust_memory() {
    rlimit const none{0, 0};
    ::setrlimit(RLIMIT_AS, &none);
    for (std::size_t size = std::size_t{1} << 26; size >= 8; size = size > 8192 ? size / 2 : size - 8) {
        while (void* volatile piece = std::malloc(size))
            static_cast<void>(piece);
    }
}

// The stack cannot grow any more afterwards, so it does before.
[[gnu::noinline]] void grow_stack() {
    char volatile room[512 * 1024];
    for (std::size_t i = 0; i < sizeof room; i += 1024)
        room[i] = 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_error_body)

BOOST_AUTO_TEST_CASE(the_code_is_right_where_memory_runs_out) {
    std::string const words(300, 'w');
    std::string const body = R"({"error_msg":")" + words + R"(","error_detail":")" + words +
                             R"(","details":[{"code":"A","message":"a"}],"error_code":"OMS.0066"})";
    std::string const plain = "upstream " + words;
    oms::stop_result json;
    oms::stop_result text;
    pid_t const child = ::fork();
    BOOST_TEST_REQUIRE(child >= 0);
    if (child == 0) {
        grow_stack();
        exhaust_memory();
        bool const right = oms::parse_error(400, body, json) == std::error_code(66, oms::service_category()) &&
                           json.service_code == "OMS.0066" && json.http_status == 400 &&
                           oms::parse_error(404, plain, text) == std::error_code(404, oms::http_category());
        // Else there was memory, and nothing is shown.
        bool const poor = json.service_message.empty() && json.details().body.empty() && text.service_message.empty();
        ::_exit(!right ? 1 : !poor ? 2 : 0);
    }
    int status = -1;
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
