// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_PLAN_HPP
#define OMS_STOP_PLAN_HPP

// A plan: what a dry run prints, and --from takes. Its first line says what made it, its last one how many tasks there
// are and a checksum of all lines before, so that one that was cut or changed is known.

#include "digest.hpp"
#include "output.hpp"
#include "selected_task.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace oms_stop {

/// Writes a plan.
class plan_writer {
public:
    /// @param head  What made it.
    plan_writer(output& to, boost::json::object head);
    void write(selected_task const& task);
    /// @param left_out  Tasks that could not be looked at.
    void end(std::size_t left_out);

private:
    void line(boost::json::object const& of);

    output& to_;
    sha256_stream sum_;
    std::size_t tasks_ = 0;
};

/// Checks a plan while it is read; a file may hold several, one after the other.
class plan_checker {
public:
    /// What a line of a file with plans is.
    enum class line { task, frame, wrong };

    /// @param text   The line as it is.
    /// @param value  What it says.
    /// @param fault  Receives a sentence where it is wrong.
    line read(std::string_view text, boost::json::object const& value, std::string& fault);
    /// A sentence about what is missing at the end of the file; empty where nothing is.
    std::string fault_at_end() const;

    static bool begins(boost::json::object const& value);

private:
    bool open_ = false;
    sha256_stream sum_;
    std::size_t tasks_ = 0;
};

}  // namespace oms_stop

#endif
