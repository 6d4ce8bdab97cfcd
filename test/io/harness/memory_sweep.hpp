// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_MEMORY_SWEEP_HPP
#define OMS_TEST_IO_HARNESS_MEMORY_SWEEP_HPP

// Memory that runs out: each allocation of an operation fails in turn, once or
// together with all that follow until its end. An initiating function that
// throws has started nothing; all else completes once, and the client goes on.
// Of the long stories only some are tried; OMS_MEMORY_STEP=1 tries them all.

#include "io/harness/scarce_memory.hpp"
#include "io/harness/world.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

namespace oms::scripted {

using namespace std::chrono_literals;
using lasts = scarce_memory::lasts;
using whose = scarce_memory::whose;

/// One world, the operation in it, and what is seen of it.
template <class World = world>
struct scene : World {
    using World::World;
    static constexpr bool is_long = false;
    std::shared_ptr<started> first = std::make_shared<started>();

    // Starts it: what is thrown here has started nothing.
    template <class Start>
    bool begin(Start&& start) {
        try {
            start();
        } catch (std::bad_alloc const&) {
            return false;
        }
        return true;
    }
};

inline void check_usable(world& w) {
    for (int i = 0; i < 2; ++i) {
        auto const fresh = w.stop(sync_task("p", "after"));
        w.run_for(2min);
        BOOST_TEST_REQUIRE(fresh->completions == 1U);
        BOOST_TEST_REQUIRE(!fresh->code, fresh->code.message());
    }
}

inline std::size_t step_of_long_stories() {
    char const* const value = std::getenv("OMS_MEMORY_STEP");
    int const step = value != nullptr ? std::atoi(value) : 0;
    return step > 0 ? static_cast<std::size_t>(step) : 5;
}

/// Fails each allocation of `run` in a world that `prepare` has made ready; `run` gives false where it threw.
/// `completions` counts how often its operation has completed.
template <class Story>
std::size_t sweep(lasts how, whose of) {
    std::size_t const step = Story::is_long ? step_of_long_stories() : 1;
    for (std::size_t k = 1;; k += step) {
        BOOST_TEST_CONTEXT((of == whose::ours ? "of the library's " : "of all ")
                           << "allocation " << k << (how == lasts::once ? ", once" : " and all behind it")) {
            Story s;
            bool begun = false;
            std::size_t asked = 0;
            {
                scarce_memory scarce(k, how, of);
                begun = s.run();
                asked = scarce.end();
            }
            s.run_for(10min);
            BOOST_TEST_REQUIRE(s.completions() == (begun ? 1U : 0U));
            s.check();
            check_usable(s);
            if (asked < k) return asked;
        }
    }
}

template <class Story>
std::size_t sweep_only(whose of) {
    std::size_t const once = sweep<Story>(lasts::once, of);
    std::size_t const for_ever = sweep<Story>(lasts::for_ever, of);
    BOOST_TEST_MESSAGE(once << " allocations failed once, " << for_ever << " with all behind them");
    return once + for_ever;
}

template <class Story>
void sweep_all() {
    std::size_t const swept = sweep_only<Story>(whose::ours) + sweep_only<Story>(whose::anybodys);
    BOOST_TEST(swept > 0U);
}

// Until nothing is left to do at this time.
inline void settle(world& w) {
    w.time.run(*w.io, w.time.now());
}

struct a_stop : scene<> {
    a_stop() { open(); }
    bool run() {
        task_ref task = [&] {
            scarce_memory::aside const ours;
            return sync_task("p", "t");
        }();
        if (!begin([&] { stop_into(first, std::move(task)); })) return false;
        settle(*this);
        return true;
    }
    unsigned completions() const { return first->completions; }
    void check() const {
        if (first->completions == 0 || !first->code) return;
        BOOST_TEST((first->code == errc::out_of_memory), first->code.message());
        BOOST_TEST(!first->inside);
        bool const sent = !net.ledger.empty() && net.ledger.back().handed_over > 0;
        BOOST_TEST((first->result.outcome == (sent ? outcome::unknown : outcome::not_sent)));
    }
};

}  // namespace oms::scripted

#endif
