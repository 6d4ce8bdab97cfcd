// SPDX-License-Identifier: BSL-1.0
#include "policy/file_watch.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>

using namespace std::chrono_literals;
using namespace oms::policy;

namespace {

using end = file_watch::end;

file_stamp stamp(std::int64_t written) {
    file_stamp s;
    s.what = file_stamp::kind::regular;
    s.written = written;
    return s;
}

// A key and its certificate.
struct watched {
    file_watch::stamps const old{stamp(1), stamp(1)};
    file_watch::stamps const half{stamp(2), stamp(1)};
    file_watch::stamps const whole{stamp(2), stamp(2)};
    file_watch w{old};
    file_watch::time_point now{};

    // A look, a second later. True: there is something to read.
    bool look(file_watch::stamps const& found) {
        now += 1s;
        return w.is_due(now) && w.found(found);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(file_watches, watched)

BOOST_AUTO_TEST_CASE(a_look_is_due_at_once_and_then_once_a_second) {
    BOOST_TEST(w.is_due(now));
    BOOST_TEST(!w.is_due(now));
    BOOST_TEST(!w.is_due(now + 999ms));
    BOOST_TEST(w.is_due(now + 1s));
    BOOST_TEST(!w.is_due(now + 1999ms));
    BOOST_TEST(w.is_due(now + 1h));
    BOOST_TEST(!w.is_due(now + 1h));
}

BOOST_AUTO_TEST_CASE(what_has_not_changed_is_not_read) {
    BOOST_TEST(!look(old));
    BOOST_TEST(!look(old));
}

BOOST_AUTO_TEST_CASE(each_part_of_a_stamp_is_a_change) {
    file_stamp const base = stamp(1);
    for (int part = 0; part < 6; ++part) {
        file_stamp other = base;
        if (part == 0) other.what = file_stamp::kind::missing;
        if (part == 1) ++other.written;
        if (part == 2) ++other.changed;
        if (part == 3) ++other.size;
        if (part == 4) ++other.number;
        if (part == 5) ++other.device;
        BOOST_TEST(file_watch({base}).found({other}), part);
        BOOST_TEST(file_watch({base, base}).found({base, other}), part);
    }
}

BOOST_AUTO_TEST_CASE(what_has_changed_is_read_once_and_told) {
    BOOST_TEST(look(whole));
    BOOST_TEST(w.ended(end::used));
    BOOST_TEST((w.used() == whole));
    BOOST_TEST(!look(whole));
    BOOST_TEST(look(old));  // also back again
    BOOST_TEST(w.ended(end::used));
    BOOST_TEST((w.used() == old));
}

BOOST_AUTO_TEST_CASE(nothing_is_looked_at_while_it_is_read) {
    BOOST_TEST(look(half));
    BOOST_TEST(!w.is_due(now + 1h));
    BOOST_TEST(!w.found(whole));  // by a look that began before
    BOOST_TEST(w.ended(end::used));
    BOOST_TEST((w.used() == half));
    BOOST_TEST(look(whole));
}

BOOST_AUTO_TEST_CASE(what_is_unusable_is_told_once_and_read_until_it_is_not) {
    BOOST_TEST(look(half));
    BOOST_TEST(w.ended(end::unusable));
    for (int i = 0; i < 10; ++i) {
        BOOST_TEST(look(half));
        BOOST_TEST(!w.ended(end::unusable));
    }
    BOOST_TEST((w.used() == old));
    BOOST_TEST(look(half));  // what kept it from being read was elsewhere
    BOOST_TEST(w.ended(end::used));
    BOOST_TEST((w.used() == half));
    BOOST_TEST(!look(half));
}

BOOST_AUTO_TEST_CASE(another_failure_is_told_again) {
    look(half);
    BOOST_TEST(w.ended(end::unusable));
    BOOST_TEST(look(whole));
    BOOST_TEST(w.ended(end::unusable));
    BOOST_TEST(look(old));  // what is in use already has come back
    BOOST_TEST(w.ended(end::used));
    BOOST_TEST(look(half));
    BOOST_TEST(w.ended(end::unusable));
}

BOOST_AUTO_TEST_CASE(what_was_hindered_is_told_nobody_and_tried_until_it_is_not) {
    for (int i = 0; i < 10; ++i) {
        BOOST_TEST(look(half));
        BOOST_TEST(!w.ended(end::hindered));
    }
    BOOST_TEST((w.used() == old));
    BOOST_TEST(look(half));
    BOOST_TEST(w.ended(end::unusable));
    BOOST_TEST(look(half));
    BOOST_TEST(!w.ended(end::hindered));
    BOOST_TEST(look(half));
    BOOST_TEST(!w.ended(end::unusable));  // was told before
}

BOOST_AUTO_TEST_SUITE_END()
