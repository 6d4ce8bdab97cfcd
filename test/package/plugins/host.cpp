// SPDX-License-Identifier: BSL-1.0
// Loads two plugins, each with a copy of the library of its own, has both stop a task at the same time, and unloads
// them; a hundred times. Nothing of them may stay: no code, no thread, no open file.

#include <dlfcn.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iterator>
#include <thread>

namespace {

[[noreturn]] void fail(char const* what, int round) {
    std::fprintf(stderr, "round %d: %s\n", round, what);
    std::exit(1);
}

class plugin {
public:
    plugin(char const* path, int round) : path_(path), round_(round), handle_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
        if (handle_ == nullptr) fail(dlerror(), round);
        stop_one_ = reinterpret_cast<bool (*)()>(dlsym(handle_, "plugin_stops_one"));
        if (stop_one_ == nullptr) fail(dlerror(), round);
    }
    plugin(plugin const&) = delete;
    plugin& operator=(plugin const&) = delete;
    ~plugin() {
        if (dlclose(handle_) != 0) fail(dlerror(), round_);
        if (dlopen(path_, RTLD_NOW | RTLD_NOLOAD) != nullptr) fail("the plugin stays", round_);
    }

    bool stop_one() const { return stop_one_(); }

private:
    char const* path_;
    int round_;
    void* handle_;
    bool (*stop_one_)() = nullptr;
};

std::size_t count(char const* directory) {
    using entries = std::filesystem::directory_iterator;
    return static_cast<std::size_t>(std::distance(entries(directory), entries()));
}

}  // namespace

int main(int, char** argv) {
    std::size_t files = 0;
    for (int round = 1; round <= 100; ++round) {
        {
            plugin const one(argv[1], round);
            plugin const other(argv[2], round);
            auto also = std::async(std::launch::async, [&] { return other.stop_one(); });
            bool const stopped = one.stop_one();
            if (!also.get() || !stopped) fail("a task was not stopped", round);
        }
        // The system may list for a moment what was joined.
        for (int looks = 0; count("/proc/self/task") != 1; ++looks) {
            if (looks == 10'000) fail("a thread stays", round);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        // What OpenSSL opens for itself, it opens once.
        if (round == 1) files = count("/proc/self/fd");
        if (count("/proc/self/fd") != files) fail("a file stays open", round);
    }
    std::puts("100 rounds");
}
