// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SERVICE_SERVICE_RIG_HPP
#define OMS_TEST_SERVICE_SERVICE_RIG_HPP

// The example stop-service as a process of its own, between callers and the simulator; and both accounts of each task.

#include "service/caller.hpp"
#include "system/child_process.hpp"
#include "system/temporary_directory.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace oms::test {

inline std::string list_of(std::span<task_ref const> tasks) {
    boost::json::array list;
    for (task_ref const& each : tasks) {
        boost::json::object const entry{{"project_id", each.project_id}, {"task_id", each.task_id}};
        list.push_back(entry);
    }
    return boost::json::serialize(list);
}

/// What the service told of the tasks of one job, event by event, over as many streams as it took.
struct job_account {
    std::string id;
    std::uint64_t last = 0;                       ///< The last event's number.
    std::map<std::string, std::string> outcomes;  ///< By task.
    std::size_t told_twice = 0, out_of_order = 0;
    bool ended = false;  ///< The `end` came.

    void take(service_event const& event) {
        ended = event.name == "end";
        if (ended) return;
        auto const& data = event.data.as_object();
        std::string const outcome = data.at("outcome").as_string().c_str();
        told_twice += outcomes.emplace(data.at("task_id").as_string().c_str(), outcome).second ? 0 : 1;
        out_of_order += event.id == last + 1 ? 0 : 1;
        last = event.id;
    }

    /// Listens until the end, the stream's end, or so many results.
    void listen(std::uint16_t port, std::size_t until = SIZE_MAX) {
        listener events(port, id, last);
        while (outcomes.size() < until) {
            auto const event = events.next();
            if (!event) return;
            take(*event);
        }
    }
};

struct service_rig {
    static constexpr char key_id[] = "AKOFTHESTOPSERVICE00";
    static constexpr char key_secret[] = "nobody-may-ever-see-this-secret-of-a-key";

    testing::simulator sim;
    temporary_directory directory;
    std::string database = directory.file("jobs.db");
    std::unique_ptr<child_process> process;
    std::uint16_t port = 0;
    std::string log;

    explicit service_rig(testing::simulator_options const& options) : sim(options) {
        sim.add_key({key_id, key_secret});
        directory.write("ca.pem", sim.ca_pem());
        directory.write("err", "");
    }
    ~service_rig() {
        if (process) end(SIGTERM);
    }
    service_rig(service_rig const&) = delete;
    service_rig& operator=(service_rig const&) = delete;

    static testing::simulator_options tasks(std::size_t projects, std::size_t each) {
        testing::simulator_options options;
        options.projects = projects;
        options.tasks_per_project = each;
        return options;
    }

    void start(std::vector<std::string> more = {}) {
        directory.write("where", "");
        std::vector<std::string> all{"/bin/sh",
                                     "-c",
                                     "exec \"$@\" >" + directory.file("where") + " 2>>" + directory.file("err"),
                                     "sh",
                                     OMS_STOP_SERVICE,
                                     "--listen",
                                     "127.0.0.1:0",
                                     "--database",
                                     database};
        std::ranges::move(more, std::back_inserter(all));
        std::vector<std::string> environment{"OMS_ENDPOINT=" + sim.endpoint(),
                                             "OMS_CA_FILE=" + directory.file("ca.pem"),
                                             std::string("HUAWEICLOUD_SDK_AK=") + key_id,
                                             std::string("HUAWEICLOUD_SDK_SK=") + key_secret,
                                             "https_proxy=",
                                             "HTTPS_PROXY="};
        process = std::make_unique<child_process>(std::move(all), std::move(environment));
        std::string where;
        while (!where.ends_with('\n') && process->running()) {
            std::this_thread::yield();
            where = directory.read("where");
        }
        BOOST_REQUIRE_MESSAGE(where.starts_with("listening on http://127.0.0.1:"), directory.read("err"));
        port = static_cast<std::uint16_t>(std::stoul(where.substr(where.rfind(':') + 1)));
    }

    /// Ends it by a signal, and waits for that: the exit status.
    int end(int signal) {
        process->send(signal);
        int const status = process->wait_for(std::chrono::minutes(1)).value_or(-1);
        process.reset();
        log = directory.read("err");
        return status;
    }

    /// Has a list accepted.
    job_account accepted(caller& by, std::span<task_ref const> all) const {
        http_answer const answer = by.post(list_of(all));
        BOOST_REQUIRE_MESSAGE(answer.status == 202u, answer.head + answer.body);
        job_account job;
        job.id = answer.json().at("id").as_string().c_str();
        return job;
    }

    /// Holds what was told of the tasks against what the simulator saw, task by task. How many do not run any more.
    std::size_t check(std::span<task_ref const> all, job_account const& told) const {
        BOOST_TEST(told.ended, told.id);
        BOOST_TEST(told.told_twice == 0u);
        BOOST_TEST(told.out_of_order == 0u);
        BOOST_TEST(told.outcomes.size() == all.size());
        std::size_t lost = 0, misreported = 0, stopped = 0;
        for (task_ref const& each : all) {
            auto const found = told.outcomes.find(each.task_id);
            if (found == told.outcomes.end()) {
                ++lost;
                continue;
            }
            bool const success = found->second == "stopped" || found->second == "already_stopped";
            stopped += success ? 1 : 0;
            std::size_t const effects = sim.stops(each);
            if (found->second == "unknown" || effects == (success ? 1u : 0u)) continue;
            ++misreported;
            BOOST_TEST_MESSAGE(each.task_id << " " << found->second << ", and it was stopped " << effects << " times");
        }
        BOOST_TEST(lost == 0u);
        BOOST_TEST(misreported == 0u);
        return stopped;
    }
};

}  // namespace oms::test

#endif
