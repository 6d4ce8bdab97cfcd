// SPDX-License-Identifier: BSL-1.0
#include "journal.hpp"

#include "failure.hpp"

#include <boost/json/serialize.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>
#include <utility>

namespace oms_stop {

namespace {

std::string reason_now() {
    return std::generic_category().message(errno);
}

}  // namespace

journal journal::create(std::string const& path) {
    journal result;
    result.file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (result.file_ < 0 && errno == EEXIST) {
        std::error_code ignored;
        auto const type = std::filesystem::status(path, ignored).type();
        if (type != std::filesystem::file_type::character && type != std::filesystem::file_type::fifo) {
            throw usage_error(path + " exists: --resume it, or name another --report");
        }
        result.file_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        if (result.file_ >= 0) return result;  // nothing to lock: what is written there is not read again
    }
    if (result.file_ < 0 || ::flock(result.file_, LOCK_EX | LOCK_NB) != 0) {
        throw failure(exit_code::report_not_written, "cannot write " + path + ": " + reason_now());
    }
    return result;
}

journal journal::resume(std::string const& path) {
    journal result;
    result.file_ = ::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
    if (result.file_ < 0) throw usage_error("cannot write " + path + ": " + reason_now());
    if (::flock(result.file_, LOCK_EX | LOCK_NB) != 0) throw usage_error("another run writes " + path);
    std::string const text = read_text(path);
    std::size_t const whole = text.rfind('\n') + 1;  // 0 where there is no line
    if (whole < text.size() && ::ftruncate(result.file_, static_cast<off_t>(whole)) != 0) {
        throw usage_error("cannot write " + path + ": " + reason_now());
    }
    return result;
}

journal::journal(journal&& other) noexcept {
    *this = std::move(other);
}

journal& journal::operator=(journal&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(failed_, other.failed_);
    std::swap(dirty_, other.dirty_);
    std::swap(synced_, other.synced_);
    return *this;
}

journal::~journal() {
    if (file_ >= 0) ::close(file_);
}

void journal::write(boost::json::object const& line) noexcept {
    if (file_ < 0 || failed_) return;
    try {
        std::string const text = boost::json::serialize(line) + '\n';
        for (std::size_t done = 0; done < text.size();) {
            ssize_t const size = ::write(file_, text.data() + done, text.size() - done);
            if (size < 0 && errno == EINTR) continue;
            if (size <= 0) {
                failed_ = true;
                return;
            }
            done += static_cast<std::size_t>(size);
        }
        dirty_ = true;
    } catch (...) {
        failed_ = true;
    }
}

void journal::sync(bool if_due) noexcept {
    auto const now = std::chrono::steady_clock::now();
    if (file_ < 0 || !dirty_ || (if_due && now - synced_ < std::chrono::seconds(1))) return;
    synced_ = now;
    dirty_ = false;
    // Pipes and devices have nothing to bring to a disk.
    if (::fdatasync(file_) != 0 && errno != EINVAL && errno != EROFS) failed_ = true;
}

std::string read_text(std::string const& path) {
    if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file) throw usage_error("cannot read " + path);
    return text;
}

}  // namespace oms_stop
