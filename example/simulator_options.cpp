// SPDX-License-Identifier: BSL-1.0
#include "simulator_options.hpp"

#include "simulator_faults.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace {

[[noreturn]] void wrong(std::string const& name, std::string const& value) {
    throw bad_usage(name + " cannot be \"" + value + "\"");
}

template <class Number>
Number number(std::string const& name, std::string const& text) {
    Number value{};
    auto const result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size()) wrong(name, text);
    return value;
}

std::string text_of_file(std::string const& name) {
    std::ifstream file(name, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file) throw std::runtime_error("cannot read " + name);
    return text;
}

void read_http(settings& s, std::string const& name, std::string const& value) {
    using enum oms::testing::http_versions;
    if (value == "1") {
        s.options.http = http_1_1;
    } else if (value == "2") {
        s.options.http = http_2;
    } else if (value == "both") {
        s.options.http = both;
    } else {
        wrong(name, value);
    }
}

// `5%:503` as `share 5% reply 503`; `2s` as `delay 2s`.
std::string shared_fault(std::string const& word, std::string const& value) {
    std::size_t const colon = value.find(':');
    if (colon == std::string::npos) return word + " " + value;
    return "share " + value.substr(0, colon) + " " + word + " " + value.substr(colon + 1);
}

void read_script(settings& s, std::string const&, std::string const& value) {
    std::istringstream text(text_of_file(value));
    for (std::string line; std::getline(text, line);)
        s.faults.push_back(line);
}

void read_tokens_end(settings& s, std::string const& name, std::string const& value) {
    s.tokens_end = time_of(value);
    if (!s.tokens_end) wrong(name, value);
}

using text = std::string const&;

option_row const rows[] = {
    {"--port", "N", "Listen on this port of 127.0.0.1; 0, as without it: on one that is free.",
     [](settings& s, text name, text value) { s.options.port = number<std::uint16_t>(name, value); }},
    {"--threads", "N", "Serve with so many threads.",
     [](settings& s, text name, text value) { s.options.threads = number<unsigned>(name, value); }},
    {"--projects", "N", "Have so many projects.",
     [](settings& s, text name, text value) { s.options.projects = number<std::uint32_t>(name, value); }},
    {"--tasks-per-project", "N", "Have so many sync tasks that run in each project.",
     [](settings& s, text name, text value) { s.options.tasks_per_project = number<std::uint32_t>(name, value); }},
    {"--latency", "MILLISECONDS", "Wait so long before each reply.",
     [](settings& s, text name, text value) {
         s.options.latency = std::chrono::milliseconds(number<std::uint32_t>(name, value));
     }},
    {"--stop-again", "STATUS", "Answer a stop of a task that does not run so; 200 accepts it. Else it is 400 OMS.0066.",
     [](settings& s, text name, text value) {
         s.options.sync_tasks.stop_of_stopped.status = number<unsigned>(name, value);
     }},
    {"--http", "1|2|both", "Speak these versions of HTTP; 1 as without it.", read_http},
    {"--throttle", "N", "Take so many requests of a project a second, and answer others 429.",
     [](settings& s, text, text value) { s.faults.push_back("throttle " + value); }},
    {"--fail", "N%:STATUS", "Answer such a share of requests with this status.",
     [](settings& s, text, text value) { s.faults.push_back(shared_fault("reply", value)); }},
    {"--slow", "[N%:]TIME", "Answer all requests, or such a share of them, so much later; 250ms, 2s or 5m.",
     [](settings& s, text, text value) { s.faults.push_back(shared_fault("delay", value)); }},
    {"--script", "FILE", "Do with requests what the lines of this file say.", read_script},
    {"--expire-tokens-after", "TIME", "Take no token from then on; 250ms, 2s or 5m.", read_tokens_end},
    {"--ca-key", "FILE",
     "Use this key for the root certificate, and make it where the file is not there, so that a simulator that comes "
     "back is trusted.",
     [](settings& s, text, text value) { s.ca_key = value; }},
    {"--ca-out", "FILE", "Write the root certificate to trust.",
     [](settings& s, text, text value) { s.ca_out = value; }},
    {"--token-out", "FILE", "Write a line \"project token\" for each project.",
     [](settings& s, text, text value) { s.token_out = value; }},
    {"--profile-out", "FILE", "Write a key for all projects, as HUAWEICLOUD_SDK_CREDENTIALS_FILE names it.",
     [](settings& s, text, text value) { s.profile_out = value; }},
    {"--tasks-out", "FILE", "Write a line \"project/task\" for each task.",
     [](settings& s, text, text value) { s.tasks_out = value; }},
};

}  // namespace

std::span<option_row const> option_rows() {
    return rows;
}

settings parse(std::span<char const* const> arguments) {
    settings s;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        std::string const name = arguments[i];
        auto const* const row =
            std::ranges::find(rows, name, [](option_row const& each) { return std::string_view(each.name); });
        if (row == std::end(rows)) throw bad_usage("there is no option " + name);
        if (i + 1 == arguments.size()) throw bad_usage(name + " takes a value");
        row->read(s, name, arguments[i + 1]);
    }
    s.options.keep_ledger = false;
    if (!s.ca_key.empty() && std::filesystem::exists(s.ca_key)) s.options.ca_key_pem = text_of_file(s.ca_key);
    return s;
}
