// SPDX-License-Identifier: BSL-1.0
#include "system/slow_names.hpp"

#include <condition_variable>
#include <mutex>
#include <string_view>

#include <dlfcn.h>
#include <netdb.h>

namespace {

std::mutex mutex;
std::condition_variable changed;
bool held = false;
unsigned questions = 0;

}  // namespace

// The program's own comes before the system's.
extern "C" int getaddrinfo(char const* node, char const* service, addrinfo const* hints, addrinfo** result) {
    static auto const real = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    if (node == nullptr || !std::string_view(node).ends_with(".slow.test")) {
        return real(node, service, hints, result);
    }
    std::unique_lock lock(mutex);
    ++questions;
    changed.wait(lock, [] { return !held; });
    return real("127.0.0.1", service, hints, result);
}

namespace oms::test {

slow_names::slow_names() {
    std::lock_guard const lock(mutex);
    held = true;
    questions = 0;
}

slow_names::~slow_names() {
    release();
}

unsigned slow_names::asked() const {
    std::lock_guard const lock(mutex);
    return questions;
}

void slow_names::release() {
    {
        std::lock_guard const lock(mutex);
        held = false;
    }
    changed.notify_all();
}

}  // namespace oms::test
