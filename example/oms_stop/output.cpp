// SPDX-License-Identifier: BSL-1.0
#include "output.hpp"

#include "failure.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace oms_stop {

namespace {

constexpr std::size_t kept_most = 65536;

// Whoever read it has seen enough.
bool reader_left(int error) noexcept {
    return error == EPIPE;
}

}  // namespace

void output::write(std::string_view text) {
    kept_.append(text);
    if (kept_.size() >= kept_most) flush();
}

void output::flush() noexcept {
    std::string_view text = kept_;
    while (!text.empty() && error_ == 0) {
        ssize_t const size = ::write(file_, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) error_ = errno;
        if (size > 0) text.remove_prefix(static_cast<std::size_t>(size));
    }
    kept_.clear();
}

void output::finish() {
    flush();
    bool const unused = file_ < 0;
    if (!unused && ::close(std::exchange(file_, -1)) != 0 && error_ == 0 && errno != EINTR) error_ = errno;
    if (error_ == 0 || reader_left(error_)) return;
    throw failure(exit_code::not_written, "cannot write " + name_ + ": " + std::generic_category().message(error_));
}

bool output::is_terminal() const noexcept {
    return ::isatty(file_) != 0;
}

std::string standard_output_name() {
    std::error_code code;
    auto const target = std::filesystem::read_symlink("/proc/self/fd/1", code);
    bool const file = !code && target.is_absolute();
    return "standard output" + (file ? " (" + target.string() + ")" : std::string());
}

void occupy_standard_streams() noexcept {
    for (int const stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) >= 0) continue;
        // The lowest free number is this one's. Its use the wrong way round fails, as that of a closed one does.
        (void)!::open("/dev/null", stream == STDOUT_FILENO ? O_RDONLY : O_WRONLY);
    }
}

void write_file(std::string const& path, std::string_view text) {
    int const file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) {
        throw failure(exit_code::not_written, "cannot write " + path + ": " + std::generic_category().message(errno));
    }
    output to(file, path);
    to.write(text);
    to.finish();
}

}  // namespace oms_stop
