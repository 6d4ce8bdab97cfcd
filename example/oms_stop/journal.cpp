// SPDX-License-Identifier: BSL-1.0
#include "journal.hpp"

#include "failure.hpp"
#include "report_line.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <utility>

namespace oms_stop {

namespace {

std::string reason_of(int error) {
    return std::generic_category().message(error);
}

bool written(int file, std::string_view text) noexcept {
    while (!text.empty()) {
        ssize_t const size = ::write(file, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

// Pipes and devices have nothing to bring to a disk.
bool synced(int file) noexcept {
    return ::fdatasync(file) == 0 || errno == EINVAL || errno == EROFS;
}

// A file that is on the disk under no name would be lost with its directory.
bool directory_synced(std::string const& path) {
    std::string const parent = std::filesystem::path(path).parent_path().string();
    int const directory = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return true;  // it may be written to and not read
    bool const done = ::fsync(directory) == 0 || errno == EINVAL || errno == EROFS;
    int const error = errno;
    ::close(directory);
    errno = error;
    return done;
}

// Where the last line that has an end ends.
off_t end_of_lines(int file) {
    struct stat about {};
    if (::fstat(file, &about) != 0) return -1;
    char block[4096];
    for (off_t end = about.st_size; end > 0;) {
        auto const size = static_cast<ssize_t>(std::min<off_t>(end, sizeof block));
        if (::pread(file, block, static_cast<std::size_t>(size), end - size) != size) return -1;
        for (ssize_t i = size; i > 0; --i) {
            if (block[i - 1] == '\n') return end - size + i;
        }
        end -= size;
    }
    return 0;
}

// False: another one has it. Whoever only looks whether it is had has it for a moment: so more than once.
bool locked(int file) noexcept {
    constexpr int tries = 6;
    constexpr timespec pause{0, 20'000'000};
    for (int i = 0; i < tries; ++i) {
        if (i > 0) ::nanosleep(&pause, nullptr);
        if (::flock(file, LOCK_EX | LOCK_NB) == 0) return true;
        if (errno != EWOULDBLOCK && errno != EINTR) return false;
    }
    errno = EWOULDBLOCK;
    return false;
}

// What another name would mend.
[[noreturn]] void cannot_write(std::string const& path, int error) {
    throw usage_error("cannot write " + path + ": " + reason_of(error));
}

}  // namespace

journal journal::create(std::string const& path) {
    journal result;
    result.file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (result.file_ < 0 && errno == EISDIR) cannot_write(path, EISDIR);
    if (result.file_ < 0 && errno == EEXIST) {
        std::error_code ignored;
        auto const type = std::filesystem::status(path, ignored).type();
        if (type == std::filesystem::file_type::directory) cannot_write(path, EISDIR);
        if (type != std::filesystem::file_type::character && type != std::filesystem::file_type::fifo) {
            throw usage_error(path + " exists: --resume it, or name another --report");
        }
        result.file_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        if (result.file_ >= 0) return result;  // nothing to lock: what is written there is not read again
    }
    if (result.file_ < 0 || !locked(result.file_) || !directory_synced(path)) {
        throw failure(exit_code::not_written, "cannot write " + path + ": " + reason_of(errno));
    }
    return result;
}

journal journal::resume(std::string const& path) {
    journal result;
    result.file_ = ::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC);
    if (result.file_ < 0) cannot_write(path, errno);
    if (!locked(result.file_)) throw usage_error("another run writes " + path);
    return result;
}

bool journal::is_written(std::string const& path) noexcept {
    // Others have no lock, and to open a pipe would be a reader's sign to go on.
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return false;
    int const file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return false;
    bool const locked = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ::close(file);
    return locked;
}

void journal::cut_torn_line(std::string const& path) {
    off_t const whole = end_of_lines(file_);
    if (whole < 0 || ::ftruncate(file_, whole) != 0) cannot_write(path, errno);
}

journal::journal(journal&& other) noexcept {
    *this = std::move(other);
}

journal& journal::operator=(journal&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(error_, other.error_);
    std::swap(dirty_, other.dirty_);
    std::swap(synced_, other.synced_);
    return *this;
}

journal::~journal() {
    if (file_ >= 0) ::close(file_);
}

bool journal::write(boost::json::object const& line) noexcept {
    if (file_ < 0) return true;
    if (error_ != 0) return false;
    try {
        if (!written(file_, sealed(line) + '\n')) error_ = errno == 0 ? EIO : errno;
        dirty_ = true;
    } catch (...) {
        error_ = ENOMEM;
    }
    return error_ == 0;
}

void journal::sync(bool if_due) noexcept {
    // Whoever asks does so a few times a second.
    constexpr std::chrono::milliseconds due{700};
    auto const now = std::chrono::steady_clock::now();
    if (file_ < 0 || !dirty_ || (if_due && now - synced_ < due)) return;
    synced_ = now;
    dirty_ = false;
    if (!synced(file_) && error_ == 0) error_ = errno;
}

std::string journal::reason() const {
    return reason_of(error_);
}

}  // namespace oms_stop
