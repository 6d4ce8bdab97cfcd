// SPDX-License-Identifier: BSL-1.0
#include "approval.hpp"

#include "failure.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>

#include <fcntl.h>
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

question::question(event_loop& loop) : terminal_(loop.context()) {
    int const file = open_terminal();
    if (file < 0) throw failure(exit_code::refused_to_start, "nothing was stopped: no terminal is there to ask on");
    terminal_.assign(file);
}

void question::ask(console& say, std::string const& text, std::function<void(std::string const&)> answered) {
    say.ask(text);
    line_.clear();
    boost::asio::async_read_until(terminal_, boost::asio::dynamic_buffer(line_, longest_answer), '\n',
                                  [this, answered = std::move(answered)](boost::system::error_code code, std::size_t) {
                                      while (!line_.empty() && (line_.back() == '\n' || line_.back() == '\r'))
                                          line_.pop_back();
                                      answered(code ? std::string() : line_);
                                  });
}

void question::cancel() {
    terminal_.cancel();
}

void ask_for_number(event_loop& loop, console& say, std::string const& text, std::size_t count) {
    std::string const number = std::to_string(count);
    if (!can_ask()) {
        throw failure(exit_code::refused_to_start,
                      "nothing was stopped: " + number + " tasks need --yes where no terminal is there");
    }
    question of(loop);
    std::optional<std::string> answer;
    of.ask(say, text + " Type " + number + ": ", [&](std::string const& typed) { answer = typed; });
    loop.run_until([&] { return answer || loop.ended(); });
    if (!answer) {
        of.cancel();
        loop.run_until([&] { return answer.has_value(); });
        say.say("");
    }
    if (loop.ended())
        throw failure(loop.how(), std::string(loop.why()) + " before the first stop: nothing was stopped");
    if (*answer != number) {
        throw failure(exit_code::refused_to_start, "nothing was stopped: that was not " + number);
    }
}

}  // namespace oms_stop
