// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_CHILD_PROCESS_HPP
#define OMS_TEST_SYSTEM_CHILD_PROCESS_HPP

#include <sys/types.h>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace oms::test {

/// A program that runs beside the test and does not outlive it.
class child_process {
public:
    /// Starts a program.
    /// @param arguments    Its path, and what follows it.
    /// @param environment  `NAME=value`, added to our own.
    /// @param inherited    A descriptor that the program keeps under the same number.
    /// @throws std::system_error
    explicit child_process(std::vector<std::string> arguments, std::vector<std::string> environment = {},
                           std::optional<int> inherited = {});
    child_process(child_process const&) = delete;
    child_process& operator=(child_process const&) = delete;
    /// Ends it: asks, and after five seconds insists.
    ~child_process();

    /// Waits for its end: the exit status, or 128 and the signal's number. Nothing where the time is over.
    std::optional<int> wait_for(std::chrono::milliseconds time);

    /// Whether it has not ended.
    bool running();

    /// Sends it a signal, unless it has ended.
    void send(int signal);

private:
    pid_t pid_;
    std::optional<int> status_;
};

/// Runs a program to its end within a minute.
/// @throws std::runtime_error  unless its exit status is 0.
void run(std::vector<std::string> arguments);

}  // namespace oms::test

#endif
