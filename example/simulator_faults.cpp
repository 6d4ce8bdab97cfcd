// SPDX-License-Identifier: BSL-1.0
#include "simulator_faults.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using oms::testing::fault;

[[noreturn]] void wrong(std::string const& word, std::string const& value) {
    throw std::invalid_argument(word + " cannot be \"" + value + "\"");
}

template <class Number>
Number number(std::string const& word, std::string_view text) {
    Number value{};
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size()) wrong(word, std::string(text));
    return value;
}

struct fault_word {
    char const* name;
    bool takes_value;
    bool acts;  // says what becomes of a request; else, which one
    void (*apply)(fault&, std::string const& word, std::string const& value);
};

void set_share(fault& of, std::string const& word, std::string const& value) {
    if (value.empty() || value.back() != '%') wrong(word, value);
    auto const percent = number<double>(word, std::string_view(value).substr(0, value.size() - 1));
    if (!(percent > 0 && percent <= 100)) wrong(word, value);
    of.share(percent / 100);
}

void set_delay(fault& of, std::string const& word, std::string const& value) {
    auto const time = time_of(value);
    if (!time) wrong(word, value);
    of.delay(*time);
}

// `16/10ms`: so many bytes, and so long between them.
void set_drip(fault& of, std::string const& word, std::string const& value) {
    std::size_t const slash = value.find('/');
    auto const time = slash == std::string::npos ? std::nullopt : time_of(std::string_view(value).substr(slash + 1));
    if (!time) wrong(word, value);
    of.drip(number<std::size_t>(word, std::string_view(value).substr(0, slash)), *time);
}

// `503`, or `403:OMS.0206` with the service's own code.
void set_reply(fault& of, std::string const& word, std::string const& value) {
    std::size_t const colon = value.find(':');
    auto const status = number<unsigned>(word, std::string_view(value).substr(0, colon));
    if (status < 200 || status > 599) wrong(word, value);
    if (colon == std::string::npos) {
        of.reply(status);
        return;
    }
    std::string const code = value.substr(colon + 1);
    if (code.find_first_of("\"\\") != std::string::npos) wrong(word, value);
    of.reply(status, R"({"error_code":")" + code + R"(","error_msg":"as the script says"})");
}

fault_word const words[] = {
    {"method", true, false, [](fault& f, std::string const&, std::string const& v) { f.method(v); }},
    {"attempt", true, false,
     [](fault& f, std::string const& w, std::string const& v) { f.attempt(number<unsigned>(w, v)); }},
    {"times", true, false,
     [](fault& f, std::string const& w, std::string const& v) { f.times(number<std::size_t>(w, v)); }},
    {"nth", true, false,
     [](fault& f, std::string const& w, std::string const& v) { f.nth(number<std::size_t>(w, v)); }},
    {"after", true, false,
     [](fault& f, std::string const& w, std::string const& v) { f.after(number<std::size_t>(w, v)); }},
    {"share", true, false, set_share},
    {"reply", true, true, set_reply},
    {"throttle", true, true,
     [](fault& f, std::string const& w, std::string const& v) { f.throttle(number<unsigned>(w, v)); }},
    {"throttle-endpoint", true, true,
     [](fault& f, std::string const& w, std::string const& v) {
         f.throttle(number<unsigned>(w, v), oms::testing::throttle_scope::endpoint);
     }},
    {"delay", true, true, set_delay},
    {"drip", true, true, set_drip},
    {"close-after-bytes", true, true,
     [](fault& f, std::string const& w, std::string const& v) { f.close_after_bytes(number<std::size_t>(w, v)); }},
    {"reset", false, true, [](fault& f, std::string const&, std::string const&) { f.reset_before_reply(); }},
    {"reset-after-headers", false, true,
     [](fault& f, std::string const&, std::string const&) { f.reset_after_headers(); }},
    {"no-reply", false, true, [](fault& f, std::string const&, std::string const&) { f.no_reply(); }},
    {"refuse-stream", false, true, [](fault& f, std::string const&, std::string const&) { f.refuse_stream(); }},
    {"reset-stream", true, true,
     [](fault& f, std::string const& w, std::string const& v) { f.reset_stream(number<std::uint32_t>(w, v)); }},
    {"go-away", false, true, [](fault& f, std::string const&, std::string const&) { f.go_away(); }},
    {"pass", false, true, [](fault& f, std::string const&, std::string const&) { f.pass(); }},
    {"execute", false, true, [](fault& f, std::string const&, std::string const&) { f.then_execute(true); }},
    {"do-not-execute", false, true, [](fault& f, std::string const&, std::string const&) { f.then_execute(false); }},
};

// What comes first: which requests.
oms::testing::request_matcher matcher_of(std::string const& word, std::string const& value) {
    if (word == "project") return oms::testing::project(value);
    if (word == "path") return oms::testing::path(value);
    std::size_t const slash = value.find('/');
    if (slash == std::string::npos) wrong(word, value);
    return oms::testing::task(oms::sync_task(value.substr(0, slash), value.substr(slash + 1)));
}

bool picks(std::string const& word) {
    return word == "project" || word == "path" || word == "task";
}

}  // namespace

char const fault_words[] =
    "Lines of a script: [project ID | task PROJECT/TASK | path PREFIX] [method NAME] [attempt N] [times N] [nth N]\n"
    "[after N] [share N%] and then reply STATUS[:CODE], throttle N, throttle-endpoint N, delay TIME, drip BYTES/TIME,\n"
    "close-after-bytes N, reset, reset-after-headers, no-reply, pass, execute or do-not-execute; over HTTP/2 also\n"
    "refuse-stream, reset-stream CODE or go-away.\n"
    "Of all lines that fit a request the first one counts.\n";

std::optional<std::chrono::milliseconds> time_of(std::string_view text) {
    std::uint32_t count = 0;
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (code != std::errc()) return {};
    std::string_view const unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (unit == "ms") return std::chrono::milliseconds(count);
    if (unit == "s") return std::chrono::seconds(count);
    if (unit == "m") return std::chrono::minutes(count);
    return {};
}

void add_fault(oms::testing::simulator& sim, std::string_view line) {
    std::istringstream stream{std::string(line)};
    std::vector<std::string> const all{std::istream_iterator<std::string>(stream), {}};
    if (all.empty() || all.front().front() == '#') return;
    auto at = all.begin();
    auto const value_of = [&](std::string const& word) {
        if (++at == all.end()) throw std::invalid_argument(word + " takes a value");
        return *at;
    };
    // All is read before any of it is in force.
    std::vector<std::pair<fault_word const*, std::string>> applied;
    oms::testing::request_matcher match;
    if (picks(*at)) {
        std::string const word = *at;
        match = matcher_of(word, value_of(word));
        ++at;
    }
    for (; at != all.end(); ++at) {
        std::string const word = *at;
        auto const* const found =
            std::ranges::find(words, word, [](fault_word const& w) { return std::string_view(w.name); });
        if (found == std::end(words)) throw std::invalid_argument("there is no word \"" + word + "\"");
        applied.emplace_back(found, found->takes_value ? value_of(word) : std::string());
    }
    if (std::ranges::none_of(applied, [](auto const& each) { return each.first->acts; }))
        throw std::invalid_argument("the line says nothing of what becomes of the requests");
    fault rule = sim.on(match);
    for (auto const& [word, value] : applied)
        word->apply(rule, word->name, value);
}
