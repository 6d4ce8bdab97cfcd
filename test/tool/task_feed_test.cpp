// SPDX-License-Identifier: BSL-1.0
#include "task_feed.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace {

BOOST_AUTO_TEST_SUITE(feeding)

// A pause beyond what a clock can count must not turn into none.
BOOST_AUTO_TEST_CASE(the_slowest_rate_is_no_haste) {
    for (double const rate : {1e-3, 1e-12, 1e-300}) {
        boost::asio::io_context context;
        oms_stop::record of;
        std::vector<oms_stop::record::number> numbers;
        for (char const* const id : {"a", "b"})
            numbers.push_back(of.add(oms_stop::selected_task(oms::task_ref("p", id))));
        oms_stop::task_feed feed(context.get_executor(), of, numbers, {});
        feed.set_rate(rate);
        std::size_t given = 0;
        auto const ask = [&] {
            feed.async_next([&](oms::error_code, std::optional<oms::task_ref> const& task) { given += task ? 1 : 0; });
            context.poll();
        };
        ask();
        BOOST_TEST(given == 1u);
        ask();
        BOOST_TEST(given == 1u, rate);
        BOOST_TEST(feed.left() == 1u);
        feed.close();
        context.poll();
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
