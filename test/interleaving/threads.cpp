// SPDX-License-Identifier: BSL-1.0
//
// What POSIX threads call, in the place of the C library's own: a thread of a scene asks the scheduler, and every other
// thread gets what it always had.
#include "interleaving/turn.hpp"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

using oms::interleaved::turn;

#define OMS_IN_ITS_PLACE extern "C" __attribute__((visibility("default")))

namespace {

// The C library's function. Looked for by the first call, which may come before any constructor has run.
template <class Function>
class replaced {
public:
    constexpr explicit replaced(char const* name) noexcept : name_(name) {}
    template <class... Arguments>
    auto operator()(Arguments... arguments) noexcept {
        Function* f = known_.load(std::memory_order_relaxed);
        if (f == nullptr) {
            f = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name_));
            known_.store(f, std::memory_order_relaxed);
        }
        return f(arguments...);
    }

private:
    char const* const name_;
    std::atomic<Function*> known_{nullptr};
};

using of_mutex = int(pthread_mutex_t*);
using of_condition = int(pthread_cond_t*);

constinit replaced<of_mutex> real_lock("pthread_mutex_lock");
constinit replaced<of_mutex> real_try_lock("pthread_mutex_trylock");
constinit replaced<of_mutex> real_unlock("pthread_mutex_unlock");
constinit replaced<of_condition> real_signal("pthread_cond_signal");
constinit replaced<of_condition> real_broadcast("pthread_cond_broadcast");
constinit replaced<int(pthread_cond_t*, pthread_mutex_t*)> real_wait("pthread_cond_wait");
constinit replaced<int(pthread_cond_t*, pthread_mutex_t*, timespec const*)> real_timed_wait("pthread_cond_timedwait");
constinit replaced<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, timespec const*)> real_clock_wait(
    "pthread_cond_clockwait");

// Time does not pass in a scene.
void no_timed_wait() noexcept {
    if (turn::mine() == nullptr) return;
    std::fputs("A thread of a scene waits for a time, of which the scheduler knows nothing.\n", stderr);
    std::abort();
}

}  // namespace

OMS_IN_ITS_PLACE int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    turn* const mine = turn::mine();
    if (mine == nullptr) return real_lock(mutex);
    mine->lock(mutex);
    return 0;
}

OMS_IN_ITS_PLACE int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
    turn* const mine = turn::mine();
    if (mine == nullptr) return real_try_lock(mutex);
    return mine->try_lock(mutex) ? 0 : EBUSY;
}

OMS_IN_ITS_PLACE int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
    turn* const mine = turn::mine();
    if (mine == nullptr) return real_unlock(mutex);
    mine->unlock(mutex);
    return 0;
}

OMS_IN_ITS_PLACE int pthread_cond_signal(pthread_cond_t* condition) noexcept {
    turn* const mine = turn::mine();
    if (mine == nullptr) return real_signal(condition);
    mine->notify(condition, false);
    return 0;
}

OMS_IN_ITS_PLACE int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
    turn* const mine = turn::mine();
    if (mine == nullptr) return real_broadcast(condition);
    mine->notify(condition, true);
    return 0;
}

OMS_IN_ITS_PLACE int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    turn* const mine = turn::mine();
    if (mine == nullptr) return real_wait(condition, mutex);
    mine->wait(condition, mutex);
    return 0;
}

OMS_IN_ITS_PLACE int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, timespec const* until) {
    no_timed_wait();
    return real_timed_wait(condition, mutex, until);
}

OMS_IN_ITS_PLACE int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                                            timespec const* until) {
    no_timed_wait();
    return real_clock_wait(condition, mutex, clock, until);
}
