// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_TOOL_REPORT_BUILDER_HPP
#define OMS_TEST_TOOL_REPORT_BUILDER_HPP

// Reports as the tool writes them, line by line.

#include "report_line.hpp"
#include "report_reader.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace oms::test {

inline oms_stop::record read_report_text(std::string text) {
    oms_stop::text_source from(oms_stop::text_source::in_memory{std::move(text)});
    return oms_stop::read_report(from);
}

class report_builder {
public:
    using object = boost::json::object;

    report_builder() = default;
    explicit report_builder(object run) : run_(std::move(run)) {}

    report_builder& planned(std::string const& project, std::string const& task, object more = {}) {
        auto const number = static_cast<std::int64_t>(numbers_.size()) + 1;
        numbers_[project + "/" + task] = number;
        more["type"] = "planned";
        more["planned"] = number;
        more["project"] = project;
        more["tasks"] = boost::json::array{task};
        return add(std::move(more));
    }
    report_builder& sent(std::string const& path) { return add({{"sent", numbers_.at(path)}, {"ms", 0}}); }
    report_builder& result(std::string const& path, object more) {
        more["result"] = numbers_.at(path);
        return add(std::move(more));
    }
    report_builder& stopped(std::string const& path, int took = 30) {
        return result(path, {{"outcome", "stopped"}, {"ms", took}, {"took", took}});
    }
    report_builder& refused(std::string const& path, std::string const& code, std::string const& message = "no") {
        return result(path, {{"outcome", "refused"},
                             {"ms", 30},
                             {"took", 30},
                             {"code", code},
                             {"condition", "permission_denied"},
                             {"message", message}});
    }
    report_builder& add(object line) { return raw(oms_stop::sealed(line)); }
    report_builder& raw(std::string line) {
        lines_.push_back(std::move(line) + "\n");
        return *this;
    }

    std::string text() const {
        object run{{"type", "run"}, {"schema", 2}, {"tasks", numbers_.size()}, {"at", "2026-03-01T08:30:00.000Z"}};
        for (auto const& [name, value] : run_)
            run[name] = value;
        std::string text = oms_stop::sealed(run) + "\n";
        for (std::string const& line : lines_)
            text += line;
        return text;
    }
    oms_stop::record read() const { return read_report_text(text()); }

private:
    object run_;
    std::map<std::string, std::int64_t> numbers_;
    std::vector<std::string> lines_;
};

}  // namespace oms::test

#endif
