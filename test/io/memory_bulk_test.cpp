// SPDX-License-Identifier: BSL-1.0
//
// Memory runs out in a bulk.
#include "io/harness/bulk.hpp"
#include "io/harness/memory_sweep.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

struct a_bulk : scene<bulk_world> {
    static constexpr bool is_long = true;
    std::vector<task_ref> tasks = tasks_of(20, 3);

    a_bulk() {
        auto const aside = [](auto f) {
            return [f](auto const&... args) {
                scarce_memory::aside const ours;
                f(args...);
            };
        };
        options.on_result = aside(options.on_result);
        options.on_progress = aside(options.on_progress);
        open();
    }
    bool run() {
        if (!begin([&] { bulk_world::begin(std::move(tasks)); })) return false;
        settle(*this);
        return true;
    }
    unsigned completions() const { return bulk_world::completions; }
    void check() const {
        if (bulk_world::completions == 0) return;
        BOOST_TEST(accounts());
        if (code) BOOST_TEST((code == errc::out_of_memory), code.message());
        if (!code) BOOST_TEST(report.pulled == 20U);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_bulk)

BOOST_AUTO_TEST_CASE(a_bulk_of_twenty) {
    sweep_all<a_bulk>();
}

BOOST_AUTO_TEST_SUITE_END()
