// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_OUTPUT_HPP
#define OMS_STOP_OUTPUT_HPP

#include <string>
#include <string_view>

namespace oms_stop {

/// A file that is written from its begin to its end, and whose every failure is told. A reader that left is none.
class output {
public:
    /// Of a descriptor that is open, or should be.
    /// @param name  For people.
    output(int file, std::string name) : file_(file), name_(std::move(name)) {}
    output(output const&) = delete;
    output& operator=(output const&) = delete;

    void write(std::string_view text);
    /// Writes what is kept back so far.
    void flush() noexcept;
    /// Flushes, and closes it: some systems tell only then that the disk is full.
    /// @throws failure  `not_written`, with its name and the system's reason, where not all was written.
    void finish();

    bool is_terminal() const noexcept;

private:
    int file_;
    std::string name_;
    std::string kept_;
    int error_ = 0;  // the first
};

/// Standard output, with the name of the file that it is.
std::string standard_output_name();

/// Makes sure that no file which is opened later takes the number of a standard stream that is closed: writing to one
/// that was fails from then on.
void occupy_standard_streams() noexcept;

/// Writes a file in place of what was there.
/// @throws failure  `not_written`
void write_file(std::string const& path, std::string_view text);

}  // namespace oms_stop

#endif
