// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_JOURNAL_HPP
#define OMS_STOP_JOURNAL_HPP

// The report of a run, while it is written: a line is with the system before
// what it announces happens, so that it outlives the program.

#include <boost/json/object.hpp>

#include <chrono>
#include <string>

namespace oms_stop {

class journal {
public:
    journal() = default;  ///< Writes nothing.
    /// Makes a file that does not exist, locks it, and brings its name to the disk; or opens a device, or a pipe that
    /// has a name.
    /// @throws usage_error  it exists.  @throws failure  it cannot be made.
    static journal create(std::string const& path);
    /// Opens a report to go on with it, and locks it.
    /// @throws usage_error  it cannot be opened, or another run writes it.
    static journal resume(std::string const& path);
    /// Whether a run writes a report at this moment.
    static bool is_written(std::string const& path) noexcept;
    /// Cuts a last line off that was not written whole. Of what was found to be a report only.
    /// @throws usage_error  it cannot be written.
    void cut_torn_line(std::string const& path);

    journal(journal&& other) noexcept;
    journal& operator=(journal&& other) noexcept;
    ~journal();

    /// Writes a line, with its checksum. After the first failure nothing more is written.
    /// @return Whether the whole line is with the system; `true` without a file.
    bool write(boost::json::object const& line) noexcept;
    /// Brings what was written to the disk; `if_due`: only where a second is nearly over.
    void sync(bool if_due) noexcept;

    /// Whether a line was lost.
    bool failed() const noexcept { return error_ != 0; }
    /// The system's reason for the first.
    std::string reason() const;

private:
    int file_ = -1;
    int error_ = 0;
    bool dirty_ = false;
    std::chrono::steady_clock::time_point synced_ = std::chrono::steady_clock::now();
};

}  // namespace oms_stop

#endif
