// SPDX-License-Identifier: BSL-1.0
#include "system/child_process.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <system_error>

namespace oms::test {
namespace {

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (std::string& s : strings)
        result.push_back(s.data());
    result.push_back(nullptr);
    return result;
}

// Runs between fork and exec, in a copy of a process that may have had more threads: system calls only.
// A child ends with the thread that started it, so that it does not outlive a test that was killed.
[[noreturn]] void become(char* const* arguments, char* const* environment, std::optional<int> inherited, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);
    // Sockets of ours that a child held open would not be closed when we close them.
    syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
    if (inherited) fcntl(*inherited, F_SETFD, 0);
    execve(arguments[0], arguments, environment);
    _exit(127);
}

}  // namespace

child_process::child_process(std::vector<std::string> arguments, std::vector<std::string> environment,
                             std::optional<int> inherited) {
    // Where a name occurs twice the first counts.
    for (char** variable = environ; *variable != nullptr; ++variable)
        environment.emplace_back(*variable);
    std::vector<char*> const argv = pointers(arguments);
    std::vector<char*> const envp = pointers(environment);
    pid_t const parent = getpid();
    pid_ = fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0) become(argv.data(), envp.data(), inherited, parent);
}

child_process::~child_process() {
    if (!running()) return;
    kill(pid_, SIGTERM);
    if (wait_for(std::chrono::seconds(5))) return;
    kill(pid_, SIGKILL);
    wait_for(std::chrono::seconds(5));
}

std::optional<int> child_process::wait_for(std::chrono::milliseconds time) {
    if (status_) return status_;
    // A descriptor of the process becomes readable when it ends.
    auto const descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
    pollfd entry{descriptor, POLLIN, 0};
    int const ready = poll(&entry, 1, static_cast<int>(time.count()));
    close(descriptor);
    if (ready <= 0) return {};
    int status = 0;
    if (waitpid(pid_, &status, 0) != pid_) throw std::system_error(errno, std::generic_category(), "waitpid");
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return status_;
}

bool child_process::running() {
    return !wait_for(std::chrono::milliseconds(0));
}

void child_process::send(int signal) {
    if (running()) kill(pid_, signal);
}

void run(std::vector<std::string> arguments) {
    std::string const name = arguments.front();
    child_process process(std::move(arguments));
    auto const status = process.wait_for(std::chrono::minutes(1));
    if (status != 0) {
        throw std::runtime_error(name + (status ? " ended with " + std::to_string(*status) : " does not end"));
    }
}

}  // namespace oms::test
