// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SUPPORT_RECORDER_HPP
#define OMS_TEST_SYSTEM_SUPPORT_RECORDER_HPP

// An observer that writes everything down; for clients that one thread runs.

#include <oms/observer.hpp>

#include <chrono>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace oms::test {

class recorder final : public observer {
public:
    struct begin {
        std::uint64_t call;
        std::string tag, operation;
        task_ref task;
    };
    struct end {
        std::uint64_t call;
        std::string tag, request_id;
        error_code code;
        oms::outcome outcome;
        unsigned attempts;
    };
    struct phase_end {
        std::uint64_t call;
        std::string tag;
        unsigned attempt;
        oms::phase phase;
        error_code code;
        std::chrono::steady_clock::duration elapsed;
    };
    struct retry {
        std::uint64_t call;
        std::string tag, reason;
        unsigned attempt;
        error_code code;
        bool repeated;
    };
    struct connection {
        std::uint64_t id, call;
        connection_event::kind what;
        std::string endpoint, reason;
        error_code code;
        bool resumed;
    };

    std::vector<begin> begins;
    std::vector<end> ends;
    std::vector<phase_end> phases;
    std::vector<retry> retries;
    std::vector<connection> connections;
    std::string text;  // every string of every event

    void clear() {
        begins.clear();
        ends.clear();
        phases.clear();
        retries.clear();
        connections.clear();
    }

    void on_call_begin(call_begin_event const& e) noexcept override {
        begins.push_back({e.call.call_id, std::string(e.call.tag), std::string(to_string(e.operation)), *e.task});
        write(e.call.tag, e.operation, *e.task);
    }
    void on_call_end(call_end_event const& e) noexcept override {
        stop_result const& r = *e.result;
        ends.push_back({e.call.call_id, std::string(e.call.tag), r.request_id, e.code, r.outcome, r.attempts});
        write(*e.task, e.code.message(), describe_failure(e.code, r), r.service_code, r.service_message, r.final_status,
              r.details().body, r.details().connection, r.details().error_detail, r.cause.message());
    }
    void on_phase(phase_event const& e) noexcept override {
        phases.push_back({e.call.call_id, std::string(e.call.tag), e.attempt, e.phase, e.code, e.elapsed});
        write(e.call.tag, e.phase, e.code.message());
    }
    void on_retry(retry_event const& e) noexcept override {
        retries.push_back(
            {e.call.call_id, std::string(e.call.tag), std::string(to_string(e.reason)), e.attempt, e.code, e.repeated});
        write(e.call.tag, e.reason, e.code.message());
    }
    void on_connection(connection_event const& e) noexcept override {
        connections.push_back({e.connection_id, e.call.call_id, e.what, std::string(e.endpoint),
                               std::string(to_string(e.reason)), e.code, e.session_resumed});
        write(e.endpoint, e.reason, e.code.message());
    }
    void on_warning(warning_event const& e) noexcept override { write(e.code, e.text); }

private:
    template <class... T>
    void write(T const&... parts) {
        std::ostringstream line;
        ((line << parts << ' '), ...);
        text += line.str();
        text += '\n';
    }
};

}  // namespace oms::test

#endif
