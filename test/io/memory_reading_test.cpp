// SPDX-License-Identifier: BSL-1.0
//
// Memory runs out while a task is read, and a list of them.
#include "client/client_core.hpp"
#include "client/reading.hpp"
#include "io/harness/client_over.hpp"
#include "io/harness/memory_sweep.hpp"
#include "wire/task_body.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

struct a_show : scene<> {
    unsigned count = 0;
    error_code code;
    task_info info;

    a_show() {
        net.server = [](request const& r) {
            answer a;
            a.bytes = reply_text(200, r.method == "GET" ? R"({"id":"t","status":"SYNCHRONIZING"})" : "");
            return a;
        };
        open();
    }
    bool run() {
        std::optional<task_ref> task;
        {
            scarce_memory::aside const ours;
            task = sync_task("p", "t");
        }
        auto const start = [&] {
            auto parse = [](std::string_view body, task_info& out) { return wire::parse_task(body, out); };
            detail::reading<task_info, decltype(parse)>::start(
                *core,
                [this](error_code ec, task_info i) {
                    ++count;
                    code = ec;
                    info = std::move(i);
                },
                parse, std::move(*task), oms::call::show_operation(task_kind::sync_task), "query_time=1", nullptr,
                nullptr, core->enter());
        };
        if (!begin(start)) return false;
        settle(*this);
        return true;
    }
    unsigned completions() const { return count; }
    void check() const {
        if (count == 0) return;
        if (code) {
            BOOST_TEST((code == errc::out_of_memory), code.message());
        } else {
            BOOST_TEST(info.status == "SYNCHRONIZING");
        }
    }
};

/// Three pages to their end, and tasks of them.
struct a_list : scene<> {
    static constexpr bool is_long = true;
    std::optional<client> of;
    std::optional<task_list> list;
    unsigned asked = 0;
    unsigned answered = 0;
    std::vector<std::string> seen;
    bool at_end = false;
    bool failed = false;

    a_list() {
        net.server = [](request const& r) {
            answer a;
            if (r.method != "GET") {
                a.bytes = reply_text(200);
                return a;
            }
            std::size_t const offset = std::stoul(r.target.substr(r.target.find("offset=") + 7));
            std::string rows;
            for (std::size_t i = offset; i < std::min<std::size_t>(offset + 2, 5); ++i) {
                rows += std::string(rows.empty() ? "" : ",") + R"({"sync_task_id":"t)" + std::to_string(i) +
                        R"(","status":"SYNCHRONIZING"})";
            }
            a.bytes = reply_text(200, R"({"tasks":[)" + rows + R"(],"count":5})");
            return a;
        };
        open();
        of.emplace(client_over(core));
        list_query query("p");
        query.limit = 2;
        list.emplace(of->list_all(std::move(query)));
    }
    ~a_list() {
        list.reset();
        of.reset();
    }
    // Asks for one until it is the end; after a failure once more.
    bool run() {
        for (unsigned turns = 0; turns < 40 && !at_end; ++turns) {
            auto const taken = [this](error_code ec, std::optional<task_ref> task) {
                scarce_memory::aside const ours;
                ++answered;
                failed = failed || ec;
                if (ec) BOOST_TEST((ec == errc::out_of_memory), ec.message());
                if (task) seen.push_back(task->task_id);
                at_end = !ec && !task;
            };
            if (begin([&] { list->async_next(taken); })) ++asked;
            settle(*this);
            if (answered != asked) return true;
        }
        return true;
    }
    unsigned completions() const { return asked == answered ? 1 : 0; }
    void check() {
        auto const memory_is_back = [this] {
            at_end = false;
            run();
        };
        if (!at_end) memory_is_back();
        std::sort(seen.begin(), seen.end());
        BOOST_TEST((seen == std::vector<std::string>{"t0", "t1", "t2", "t3", "t4"}), seen.size() << " of 5");
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_reading)

BOOST_AUTO_TEST_CASE(a_show_of_a_task) {
    sweep_all<a_show>();
}

BOOST_AUTO_TEST_CASE(a_list_to_its_end) {
    sweep_all<a_list>();
}

BOOST_AUTO_TEST_SUITE_END()
