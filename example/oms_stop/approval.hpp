// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_APPROVAL_HPP
#define OMS_STOP_APPROVAL_HPP

#include "console.hpp"
#include "event_loop.hpp"
#include "failure.hpp"
#include "options.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace oms_stop {

/// More tasks than this are stopped with consent only.
inline constexpr std::size_t stops_without_consent = 20;

/// Whether a person is there to be asked.
bool can_ask();

/// A question on the terminal, which may be a file's no more than messages are.
class question {
public:
    /// @throws failure  `refused_to_start`: there is no terminal.
    question(event_loop& loop, console& say);
    question(question const&) = delete;
    question& operator=(question const&) = delete;

    /// Asks, and calls with the line that is typed; with an empty one where the terminal is gone.
    /// What was typed before is no answer.
    void ask(std::string const& text, std::function<void(std::string const&)> answered);
    /// Ends the question: its answer is empty.
    void cancel();

private:
    console& say_;
    boost::asio::posix::stream_descriptor terminal_;
    std::string line_;
};

/// That consent is missing, and nobody can be asked.
failure not_asked(options const& o, std::size_t count);

/// Asks on the terminal for the number of tasks.
/// @throws failure  `refused_to_start` where there is no terminal, or another answer.
void ask_for_number(options const& o, event_loop& loop, console& say, std::string const& text, std::size_t count);

}  // namespace oms_stop

#endif
