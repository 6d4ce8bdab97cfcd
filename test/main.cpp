// SPDX-License-Identifier: BSL-1.0
// The runner of every test program; its suites are in the files beside it.

#define BOOST_TEST_MODULE oms
#include <boost/test/unit_test.hpp>

#ifdef __SANITIZE_THREAD__
// What ThreadSanitizer cannot see and so takes for races: Asio deletes the last
// reference to an executor behind an acquire fence, and the sanitizer knows no
// fences; libcrypto counts references to certificates in code that is not
// instrumented.
extern "C" char const* __tsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" __attribute__((visibility("default"))) char const* __tsan_default_suppressions() {
    return "race:shared_target_executor\nrace:libcrypto.so\n";
}
#endif
