// SPDX-License-Identifier: BSL-1.0
#include "approval.hpp"

#include "failure.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <cstdio>

namespace oms_stop {

void ask(event_loop& loop, std::string const& question, std::size_t count) {
    // Input may be a file; a person is where messages are seen.
    int const file = ::isatty(STDERR_FILENO) != 0 ? ::open("/dev/tty", O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) {
        throw failure(exit_code::refused_to_start,
                      "nothing was stopped: " + std::to_string(count) + " tasks need --yes where no terminal is there");
    }
    boost::asio::posix::stream_descriptor terminal(loop.context(), file);
    std::fputs((question + " Type " + std::to_string(count) + ": ").c_str(), stderr);
    std::string answer;
    bool answered = false;
    boost::asio::async_read_until(terminal, boost::asio::dynamic_buffer(answer, 100), '\n',
                                  [&](boost::system::error_code, std::size_t) { answered = true; });
    loop.run_until([&] { return answered || loop.interrupted(); });
    if (!answered) {
        terminal.cancel();
        loop.run_until([&] { return answered; });
        throw failure(exit_code::interrupted, "interrupted before the first stop");
    }
    while (!answer.empty() && (answer.back() == '\n' || answer.back() == '\r'))
        answer.pop_back();
    if (answer != std::to_string(count)) {
        throw failure(exit_code::refused_to_start, "nothing was stopped: that was not " + std::to_string(count));
    }
}

}  // namespace oms_stop
