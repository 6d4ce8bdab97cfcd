// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_TOOL_SMALL_DISK_HPP
#define OMS_TEST_TOOL_SMALL_DISK_HPP

// A disk of a few pages that can be filled and emptied: a tmpfs in a mount namespace of its own.

#include "system/child_process.hpp"
#include "system/temporary_directory.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

namespace oms::test {

class small_disk {
public:
    static constexpr std::size_t page = 4096, pages = 64;

    /// Where nothing may be mounted, it is not there.
    small_disk() {
        for (char const* const user : {"--user --map-root-user ", ""}) {
            if (mount(user)) return;
        }
    }
    explicit operator bool() const noexcept { return !root_.empty(); }

    /// The path of a file on it, for every process.
    std::string file(std::string_view name) const { return root_ + "/" + std::string(name); }

    /// Has no more than so many pages free.
    void leave(std::size_t free) {
        std::error_code ignored;
        std::filesystem::remove(file("filler"), ignored);
        auto const room = std::filesystem::space(root_).available / page;
        if (room > free)
            run({"/bin/sh", "-c", "head -c " + std::to_string((room - free) * page) + " /dev/zero >" + file("filler")});
    }

private:
    // Its keeper lives as long as this; by its process the namespace has a name outside of it, too.
    bool mount(std::string const& user) {
        std::string const at = directory_.file("disk");
        std::filesystem::create_directory(at);
        directory_.write("keeper", "");
        keeper_ = std::make_unique<child_process>(std::vector<std::string>{
            "/bin/sh", "-c",
            "exec unshare " + user + "--mount --propagation private sh -c 'mount -t tmpfs -o size=" +
                std::to_string(pages * page) + " small \"$1\" && echo $$ >\"$2\" && exec tail -f /dev/null' sh " + at +
                " " + directory_.file("keeper") + " 2>/dev/null"});
        while (keeper_->running()) {
            std::string const pid = directory_.read("keeper");
            if (pid.ends_with('\n')) {
                root_ = "/proc/" + pid.substr(0, pid.size() - 1) + "/root" + at;
                return true;
            }
            std::this_thread::yield();
        }
        return false;
    }

    temporary_directory directory_;
    std::unique_ptr<child_process> keeper_;
    std::string root_;
};

}  // namespace oms::test

#endif
