// SPDX-License-Identifier: BSL-1.0
#include "approval.hpp"

#include "task_text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>
#include <optional>
#include <utility>

namespace oms_stop {

namespace {

// Input may be a file; a person is where messages are seen.
int open_terminal() {
    return ::isatty(STDERR_FILENO) != 0 ? ::open("/dev/tty", O_RDWR | O_CLOEXEC) : -1;
}

constexpr std::size_t longest_answer = 100;

}  // namespace

bool can_ask() {
    int const file = open_terminal();
    if (file >= 0) ::close(file);
    return file >= 0;
}

question::question(event_loop& loop, console& say) : say_(say), terminal_(loop.context()) {
    int const file = open_terminal();
    if (file < 0) throw failure(exit_code::refused_to_start, "nothing was stopped: no terminal is there to ask on");
    terminal_.assign(file);
}

void question::ask(std::string const& text, std::function<void(std::string const&)> answered) {
    ::tcflush(terminal_.native_handle(), TCIFLUSH);
    say_.ask(text);
    line_.clear();
    boost::asio::async_read_until(terminal_, boost::asio::dynamic_buffer(line_, longest_answer), '\n',
                                  [this, answered = std::move(answered)](boost::system::error_code code, std::size_t) {
                                      code ? say_.withdraw() : say_.answered();
                                      while (!line_.empty() && (line_.back() == '\n' || line_.back() == '\r'))
                                          line_.pop_back();
                                      answered(code ? std::string() : line_);
                                  });
}

void question::cancel() {
    say_.withdraw();
    terminal_.cancel();
}

failure not_asked(options const& o, std::size_t count) {
    return failure(exit_code::refused_to_start, std::string(nothing_done(o)) + ": " + counted(count, "task") +
                                                    (count == 1 ? " needs" : " need") +
                                                    " --yes where no terminal is there");
}

void ask_for_number(options const& o, event_loop& loop, console& say, std::string const& text, std::size_t count) {
    std::string const number = std::to_string(count);
    if (!can_ask()) throw not_asked(o, count);
    question of(loop, say);
    std::optional<std::string> answer;
    of.ask(text + " Type " + number + ": ", [&](std::string const& typed) { answer = typed; });
    loop.run_until([&] { return answer || loop.ended(); });
    if (!answer) {
        of.cancel();
        loop.run_until([&] { return answer.has_value(); });
    }
    if (loop.ended())
        throw failure(loop.how(), std::string(loop.why()) + " at the question: " + std::string(nothing_done(o)));
    if (*answer != number) {
        throw failure(exit_code::refused_to_start, std::string(nothing_done(o)) + ": that was not " + number);
    }
}

}  // namespace oms_stop
