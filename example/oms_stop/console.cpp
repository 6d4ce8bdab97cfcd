// SPDX-License-Identifier: BSL-1.0
#include "console.hpp"

#include "failure.hpp"
#include "plain_text.hpp"
#include "utc.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace oms_stop {

namespace {

constexpr std::chrono::seconds between_lines{5};
constexpr std::size_t usual_columns = 80;

std::size_t columns_of_terminal() {
    winsize size{};
    bool const known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : usual_columns;
}

}  // namespace

bool draws_on_terminal() {
    char const* const kind = std::getenv("TERM");
    bool const dumb = kind == nullptr || *kind == '\0' || std::string_view(kind) == "dumb";
    return !dumb && ::isatty(STDERR_FILENO) != 0;
}

console::console(loudness how_much, std::string const& log_file)
    : loudness_(how_much), draws_(draws_on_terminal()), log_file_(log_file) {
    if (log_file.empty()) return;
    log_ = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_ < 0) {
        throw failure(exit_code::not_written,
                      "cannot write " + log_file + ": " + std::generic_category().message(errno));
    }
}

console::~console() {
    if (log_ >= 0) ::close(log_);
}

void console::log(std::string const& text) {
    if (log_ < 0) return;
    std::string const line = utc_text(std::chrono::system_clock::now()) + " " + plain(text) + "\n";
    ssize_t const size = ::write(log_, line.data(), line.size());
    if (size == static_cast<ssize_t>(line.size())) return;
    int const error = size < 0 ? errno : ENOSPC;  // a file takes less only where no more fits
    ::close(std::exchange(log_, -1));
    print("cannot write " + log_file_ + ": " + std::generic_category().message(error) +
          "; nothing more is written to it");
}

void console::print(std::string const& text) {
    make_room();
    std::string line = plain(text, true) + '\n';
    if (!question_.empty()) line = '\n' + line + question_;
    std::fputs(line.c_str(), stderr);
}

void console::say(std::string const& text) {
    log(text);
    print(text);
}

void console::note(std::string const& text) {
    log(text);
    if (loudness_ != loudness::quiet) print(text);
}

void console::detail(std::string const& text) {
    log(text);
    if (loudness_ == loudness::verbose) print(text);
}

void console::fail(std::string const& text) {
    log(text);
    if (loudness_ != loudness::normal) print(text);
}

void console::ask(std::string const& text) {
    make_room();
    question_ = plain(text, true);
    std::fputs(question_.c_str(), stderr);
}

void console::answered() {
    question_.clear();
}

void console::withdraw() {
    if (!question_.empty()) std::fputc('\n', stderr);
    question_.clear();
}

void console::show(progress const& p) {
    if (loudness_ == loudness::quiet || !question_.empty()) return;
    if (draws_) {
        drawn_ = true;
        std::fprintf(stderr, "\r%s\x1b[K", plain(progress_line(p, columns_of_terminal())).c_str());
        return;
    }
    auto const now = std::chrono::steady_clock::now();
    if (now - told_ < between_lines) return;
    told_ = now;
    note(progress_line(p, 0));
}

void console::make_room() {
    if (std::exchange(drawn_, false)) std::fputs("\r\x1b[K", stderr);
}

void console::end(progress const& p) {
    if (!drawn_) return;
    show(p);
    drawn_ = false;
    std::fputc('\n', stderr);
}

}  // namespace oms_stop
