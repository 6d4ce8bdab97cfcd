// SPDX-License-Identifier: BSL-1.0
// A run's report as the tool reads it. Lines that are JSON get the checksum that they would have, so that what is
// behind it is tried, too; those that begin with `!` are left as they are.
#include "failure.hpp"
#include "fuzz/fuzz.hpp"
#include "record.hpp"
#include "report_line.hpp"
#include "report_reader.hpp"

#include <boost/json/parse.hpp>

namespace oms::fuzz {

namespace {

std::string with_checksums(input in) {
    std::string text;
    while (!in.empty()) {
        std::string_view line = in.line();
        if (!line.empty() && line.front() == '!') {
            line.remove_prefix(1);
        } else {
            boost::system::error_code code;
            auto const value = boost::json::parse({line.data(), line.size()}, code);
            if (!code && value.is_object()) {
                auto object = value.get_object();
                object.erase("sum");
                text.append(oms_stop::sealed(object)).append(1, '\n');
                continue;
            }
        }
        text.append(line).append(1, '\n');
    }
    return text;
}

}  // namespace

void run(input in) {
    try {
        oms_stop::text_source from(oms_stop::text_source::in_memory{with_checksums(in)});
        oms_stop::record const read = oms_stop::read_report(from);
        require(!read.sessions.empty(), "a report has a run");
        for (oms_stop::record::number n = 0; n < read.size(); ++n) {
            auto const entry = read.entry(n);
            require(!(read.done(n) && read.unknown(n)), "what is unknown is not done");
            require(entry.state.ended || !read.word(n).empty(), "something became of every task");
            read.report_number(n);
            read.ended_at(n);
        }
        read.all_done();
    } catch (oms_stop::failure const& e) {
        require(*e.what() != '\0', "a refusal has a reason");
    }
}

}  // namespace oms::fuzz
