// SPDX-License-Identifier: BSL-1.0
#include "event_loop.hpp"

#include <unistd.h>
#include <csignal>
#include <cstdio>

namespace oms_stop {

namespace {

constexpr int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};

// As `nohup` wants it.
bool ignored(int signal) noexcept {
    struct sigaction now {};
    return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace

event_loop::event_loop(std::optional<oms::duration> time) : signals_(context_), deadline_(context_) {
    for (int const each : watched) {
        if (!ignored(each)) signals_.add(each);
    }
    wait();
    if (!time) return;
    deadline_.expires_after(*time);
    deadline_.async_wait([this](boost::system::error_code code) {
        if (code) return;
        out_of_time_ = true;
        if (on_deadline) on_deadline();
    });
}

event_loop::~event_loop() {
    // They would end the program again, which has yet to print how the run went.
    sigset_t all;
    ::sigemptyset(&all);
    for (int const each : watched)
        ::sigaddset(&all, each);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

void event_loop::wait() {
    signals_.async_wait([this](boost::system::error_code code, int signal) {
        if (code) return;
        take(signal);
        wait();
    });
}

void event_loop::take(int signal) {
    if (signal == SIGUSR1 || signal == SIGUSR2) {
        if (on_pace) on_pace(signal == SIGUSR1 ? 1 : -1);
        return;
    }
    ++count_;
    if (signal_ == 0 && !out_of_time_) signal_ = signal;
    if (on_interrupt) on_interrupt(count_);
}

void leave_by(int signal) {
    std::fflush(stderr);
    std::signal(signal, SIG_DFL);
    sigset_t one;
    ::sigemptyset(&one);
    ::sigaddset(&one, signal);
    ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
    std::raise(signal);
    ::_exit(128 + signal);  // process 1 of a container is not ended by it
}

}  // namespace oms_stop
