// SPDX-License-Identifier: BSL-1.0
// The example stop-service: what it accepted is done and told, whatever becomes of its process.

#include "service/service_rig.hpp"

#include <boost/json/serialize.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using oms::test::caller;
using oms::test::http_answer;
using oms::test::job_account;
using oms::test::listener;
using oms::test::service_rig;
namespace match = oms::testing::match;

bool has(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(stop_service)

BOOST_AUTO_TEST_CASE(a_list_is_stopped_and_told) {
    service_rig rig(service_rig::tasks(3, 10));
    rig.start();
    auto const all = rig.sim.tasks();
    caller user(rig.port);
    // Named twice, it is stopped once.
    std::vector<oms::task_ref> list = all;
    list.push_back(all.front());
    http_answer const answer = user.post(oms::test::list_of(list));
    BOOST_TEST(answer.status == 202u, answer.body);
    job_account job;
    job.id = answer.json().at("id").as_string().c_str();
    BOOST_TEST(answer.header("Location") == "/stops/" + job.id);
    BOOST_TEST(answer.json().at("tasks").as_int64() == 30);
    job.listen(rig.port);
    BOOST_TEST(rig.check(all, job) == 30u);
    BOOST_TEST(rig.sim.count(200) == 30u);

    auto const summary = user.get("/stops/" + job.id).json();
    BOOST_TEST(boost::json::serialize(summary.at("outcomes")) == R"({"stopped":30})");
    BOOST_TEST(summary.at("done").as_bool());
    BOOST_TEST(user.get("/stops").json().at(0).at("id").as_string().c_str() == job.id);

    // Who has some of it gets the rest, and who has it all is told not to come again.
    job_account rest;
    rest.id = job.id;
    rest.last = 28;
    rest.listen(rig.port);
    BOOST_TEST(rest.outcomes.size() == 2u);
    BOOST_TEST(rest.ended);
    BOOST_TEST(listener(rig.port, job.id, 30).status() == 204u);

    // The same once more: nothing runs, and that is a success.
    job_account again = rig.accepted(user, all);
    again.listen(rig.port);
    BOOST_TEST(rig.check(all, again) == 30u);
    BOOST_TEST(again.outcomes.begin()->second == "already_stopped");

    BOOST_TEST(user.get("/healthz").body == "ok\n");
    std::string const metrics = user.get("/metrics").body;
    BOOST_TEST(has(metrics, "\nstop_service_jobs_accepted_total 2\n"), metrics);
    BOOST_TEST(has(metrics, "\nstop_service_results_total{outcome=\"stopped\"} 30\n"), metrics);
    BOOST_TEST(has(metrics, "\noms_calls_total 60\n"), metrics);
    BOOST_TEST(rig.end(SIGTERM) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_refused) {
    service_rig rig(service_rig::tasks(1, 1));
    rig.start();
    caller user(rig.port);
    struct wrong {
        std::string body;
        unsigned status;
        std::string why;
    };
    std::string long_list = "[";
    for (int i = 0; i < 10'001; ++i)
        long_list += R"({"project_id":"p","task_id":")" + std::to_string(i) + "\"},";
    long_list.back() = ']';
    for (wrong const& each : std::vector<wrong>{
             {"", 400, "no list in JSON"},
             {"{}", 400, "no list"},
             {"[]", 400, "empty"},
             {"[1]", 400, "entry 0"},
             {"[[[]]]", 400, "no list in JSON"},
             {R"([{"project_id":"p","task_id":"t"},{"project_id":"p"}])", 400, "entry 1"},
             {R"([{"project_id":"p","task_id":7}])", 400, "no text"},
             {R"([{"project_id":"p","task_id":"t","kind":"job"}])", 400, "kind"},
             {R"([{"project_id":"p","task_id":"t","name":"n"}])", 400, "a member other than"},
             {"[{\"project_id\":\"p\",\"task_id\":\"\xff\"}]", 400, "no list in JSON"},
             {long_list, 413, "in parts"},
         }) {
        http_answer const answer = user.post(each.body);
        BOOST_TEST(answer.status == each.status, each.body.substr(0, 80) << ": " << answer.body);
        BOOST_TEST(has(answer.body, each.why), answer.body);
    }
    std::string const good = R"([{"project_id":"p","task_id":"t"}])";
    BOOST_TEST(user.call("POST", "/stops", good).status == 415u);
    BOOST_TEST(user.call("POST", "/stops", good, "Content-Type: text/plain\r\n").status == 415u);
    std::string const json = caller::content_type;
    BOOST_TEST(user.call("POST", "/stops", good, json + "Host: evil.example\r\n").status == 421u);
    BOOST_TEST(user.call("POST", "/stops", good, json + "Origin: http://evil.example\r\n").status == 403u);
    BOOST_TEST(user.call("DELETE", "/stops").status == 405u);
    BOOST_TEST(user.call("POST", "/metrics").status == 405u);
    BOOST_TEST(user.get("/stops/none").status == 404u);
    std::string const unknown(32, '0');
    BOOST_TEST(user.get("/stops/" + unknown).status == 404u);
    BOOST_TEST(user.get("/stops/" + unknown + "/events").status == 404u);
    BOOST_TEST(user.call("GET", "/stops/" + unknown + "/events", {}, "Last-Event-ID: x\r\n").status == 400u);
    // What no reader would take for a request, and what is too large, whatever it is.
    BOOST_TEST(user.send("nonsense\r\n\r\n").status == 400u);
    BOOST_TEST(user.send("GET / HTTP/1.1\r\nX: " + std::string(10'000, 'x') + "\r\n\r\n").status == 431u);
    BOOST_TEST(user.send("POST /stops HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n").status == 413u);
    BOOST_TEST(rig.sim.requests() == 0u);
    BOOST_TEST(user.get("/stops").body == "[]\n");
}

BOOST_AUTO_TEST_CASE(who_comes_while_it_is_overloaded_is_told_when_to_come_again) {
    service_rig rig(service_rig::tasks(1, 12));
    rig.sim.on(match::any()).method("POST").held();
    rig.start({"--max-tasks", "10", "--max-listeners", "1"});
    auto const all = rig.sim.tasks();
    std::span<oms::task_ref const> const tasks(all);
    caller user(rig.port);
    job_account job = rig.accepted(user, tasks.first(10));
    http_answer const refused = user.post(oms::test::list_of(tasks.last(2)));
    BOOST_TEST(refused.status == 503u);
    BOOST_TEST(refused.header("Retry-After") == "5");
    {
        listener const first(rig.port, job.id);
        BOOST_TEST(first.status() == 200u);
        BOOST_TEST(listener(rig.port, job.id).status() == 503u);
        BOOST_TEST(has(user.get("/metrics").body, "\nstop_service_jobs_overloaded_total 1\n"));
        rig.sim.clear_faults();
        rig.sim.release();
    }
    while (!user.get("/stops/" + job.id).json().at("done").as_bool())
        std::this_thread::yield();
    job_account const next = rig.accepted(user, tasks.last(2));
    BOOST_TEST(!next.id.empty());
}

// Replies that fail, that never come, and that come late.
void make_trouble(oms::testing::simulator& sim) {
    sim.on(match::any()).method("POST").share(0.05).reply(503);
    sim.on(match::any()).method("POST").share(0.05).reset_after_headers();
    sim.on(match::any()).method("POST").share(0.05).reset_before_reply();
    sim.on(match::any()).method("POST").share(0.2).delay(5ms);
}

BOOST_AUTO_TEST_CASE(killed_amid_its_work_it_loses_nothing) {
    auto options = service_rig::tasks(40, 40);
    options.latency = 1ms;
    service_rig rig(options);
    make_trouble(rig.sim);
    rig.start();
    auto const all = rig.sim.tasks();
    std::span<oms::task_ref const> const tasks(all);
    std::vector<job_account> jobs;
    {
        caller user(rig.port);
        for (std::size_t i = 0; i < 4; ++i)
            jobs.push_back(rig.accepted(user, tasks.subspan(i * 400, 400)));
    }
    for (std::size_t kills = 1; kills <= 3; ++kills) {
        jobs[kills].listen(rig.port, jobs[kills].outcomes.size() + 60);
        BOOST_TEST(rig.end(SIGKILL) == 128 + SIGKILL);
        rig.start();
    }
    std::size_t stopped = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        jobs[i].listen(rig.port);
        stopped += rig.check(tasks.subspan(i * 400, 400), jobs[i]);
    }
    BOOST_TEST(stopped >= 1500u);
    BOOST_TEST_MESSAGE("1600 tasks, 3 kills: " << stopped << " stopped, " << rig.sim.requests() << " requests");
}

BOOST_AUTO_TEST_CASE(ended_by_a_signal_it_loses_nothing_and_repeats_nothing) {
    auto options = service_rig::tasks(20, 20);
    options.latency = 1ms;
    service_rig rig(options);
    rig.start();
    auto const all = rig.sim.tasks();
    job_account job;
    {
        caller user(rig.port);
        job = rig.accepted(user, all);
    }
    for (std::size_t ends = 0; ends < 3; ++ends) {
        job.listen(rig.port, job.outcomes.size() + 50);
        BOOST_TEST(rig.end(SIGTERM) == 0, rig.log);
        BOOST_TEST(has(rig.log, "tasks are left for the next start"), rig.log);
        rig.start();
    }
    job.listen(rig.port);
    BOOST_TEST(rig.check(all, job) == all.size());
    BOOST_TEST(rig.sim.requests() == all.size());  // each was asked for once
}

BOOST_AUTO_TEST_CASE(while_the_cloud_is_away_tasks_wait) {
    service_rig rig(service_rig::tasks(2, 5));
    rig.sim.refuse_connections();
    rig.start({"--patience", "1"});
    auto const all = rig.sim.tasks();
    caller user(rig.port);
    job_account job = rig.accepted(user, all);
    while (!has(rig.directory.read("err"), "was interrupted"))
        std::this_thread::yield();
    BOOST_TEST(user.get("/stops/" + job.id).json().at("ended").as_int64() == 0);
    rig.sim.accept_connections();
    job.listen(rig.port);
    BOOST_TEST(rig.check(all, job) == all.size());
}

BOOST_AUTO_TEST_CASE(one_database_serves_one_service) {
    service_rig rig(service_rig::tasks(1, 1));
    rig.start();
    oms::test::child_process second({"/bin/sh", "-c", "exec \"$@\" >/dev/null 2>>" + rig.directory.file("err"), "sh",
                                     OMS_STOP_SERVICE, "--listen", "127.0.0.1:0", "--database", rig.database});
    BOOST_TEST(second.wait_for(1min).value_or(-1) == 1);
    BOOST_TEST(has(rig.directory.read("err"), "jobs.db cannot be used: database is locked"));
    oms::test::child_process wrong(
        {"/bin/sh", "-c", "exec \"$@\" 2>>" + rig.directory.file("err"), "sh", OMS_STOP_SERVICE, "--keep", "0"});
    BOOST_TEST(wrong.wait_for(1min).value_or(-1) == 2);
    BOOST_TEST(has(rig.directory.read("err"), "--keep cannot be \"0\""));
}

BOOST_AUTO_TEST_CASE(no_secret_is_told_or_written) {
    service_rig rig(service_rig::tasks(1, 2));
    rig.sim.on(match::any()).attempt(1).reply(403, R"({"error_code":"OMS.0206","error_msg":"no"})");
    rig.start();
    auto const all = rig.sim.tasks();
    caller user(rig.port);
    job_account job = rig.accepted(user, all);
    std::string told;
    for (listener events(rig.port, job.id); auto const event = events.next();)
        told += boost::json::serialize(event->data);
    BOOST_TEST(has(told, "OMS.0206"), told);
    told += user.get("/metrics").body + user.get("/stops/" + job.id).body;
    BOOST_TEST(rig.end(SIGTERM) == 0);
    told += rig.log + rig.directory.read("jobs.db");
    BOOST_TEST(!has(told, service_rig::key_secret));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
