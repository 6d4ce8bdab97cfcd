// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_CONSOLE_HPP
#define OMS_STOP_CONSOLE_HPP

#include "progress.hpp"

#include <chrono>
#include <string>

namespace oms_stop {

/// How much is said.
enum class loudness { quiet, normal, verbose };

/// Standard error, and the log file: what is said to people, and how far things are. Nothing that is said steers a
/// terminal.
class console {
public:
    /// @param log_file  Where lines go, too, with the time; empty: nowhere.
    /// @throws failure  the log file cannot be opened.
    console(loudness how_much, std::string const& log_file);
    console(console const&) = delete;
    console& operator=(console const&) = delete;
    ~console();

    /// Says something in any case.
    void say(std::string const& text);
    /// Says something, unless it is to be quiet.
    void note(std::string const& text);
    /// Says something where more is wanted.
    void detail(std::string const& text);
    /// Says what failed: to who hears nothing else, and to who wants more.
    void fail(std::string const& text);
    /// Writes to the log file only; where that fails, says so once, and writes there no more.
    void log(std::string const& text);
    /// Asks, without a line end. Until there is an answer nothing is drawn, and what is said stands before the
    /// question.
    void ask(std::string const& text);
    /// The question was answered, by a line.
    void answered();
    /// The question is no more, and was not answered.
    void withdraw();

    /// Shows how far it is: a bar that is drawn over and over on a terminal, else a line every few seconds.
    void show(progress const& p);
    /// Takes the bar away, for something else to be printed.
    void make_room();
    /// Leaves the last bar where it is.
    void end(progress const& p);

private:
    void print(std::string const& text);

    loudness const loudness_;
    bool const draws_;
    bool drawn_ = false;
    std::string question_;
    std::string const log_file_;
    int log_ = -1;
    std::chrono::steady_clock::time_point told_ = std::chrono::steady_clock::now();
};

/// Whether standard error is a terminal that understands how a line is drawn over.
bool draws_on_terminal();

}  // namespace oms_stop

#endif
