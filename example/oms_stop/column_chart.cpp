// SPDX-License-Identifier: BSL-1.0
#include "column_chart.hpp"

#include "plain_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace oms_stop {

namespace {

constexpr double width = 720, height = 190, left = 52, right = 20, top = 10, bottom = 24;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

std::string short_number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, value < 1e6 ? "%.6g" : "%.2g", value);
    return text;
}

// The end of the vertical axis: its half is a short number, too.
double axis_end(double most) {
    if (!(most > 0)) return 1;
    double const ten = std::pow(10, std::floor(std::log10(most)));
    for (double const each : {1., 2., 3., 4., 6., 8.}) {
        if (most <= each * ten) return each * ten;
    }
    return 10 * ten;
}

}  // namespace

std::string markup(std::string_view text) {
    constexpr char replacement[] = "\xEF\xBF\xBD";
    std::string result;
    while (!text.empty()) {
        character const c = front_character(text);
        if (c.code == '&' && c.valid) {
            result += "&amp;";
        } else if (c.code == '<' && c.valid) {
            result += "&lt;";
        } else if (c.code == '>' && c.valid) {
            result += "&gt;";
        } else if (c.code == '"' && c.valid) {
            result += "&quot;";
        } else if (c.code == '\'' && c.valid) {
            result += "&#39;";
        } else if (c.plain()) {
            result += text.substr(0, c.size);
        } else {
            result += replacement;
        }
        text.remove_prefix(c.size);
    }
    return result;
}

std::string svg_of(column_chart const& chart) {
    double most = 0;
    for (auto const& each : chart.columns)
        most = std::max(most, each.value);
    double const end = axis_end(most);
    double const step = (width - left - right) / static_cast<double>(std::max<std::size_t>(chart.columns.size(), 1));
    auto const x_of = [&](std::size_t column) { return left + step * static_cast<double>(column); };
    auto const y_of = [&](double value) { return height - bottom - (height - top - bottom) * value / end; };

    std::string svg = "<svg viewBox=\"0 0 " + number(width) + " " + number(height) + "\" role=\"img\" aria-label=\"" +
                      markup(chart.title) + "\">\n";
    for (double const value : {0., end / 2, end}) {
        svg += "<path class=\"grid\" d=\"M" + number(left) + " " + number(y_of(value)) + "H" + number(width - right) +
               "\"/><text class=\"label\" text-anchor=\"end\" x=\"" + number(left - 6) + "\" y=\"" +
               number(y_of(value) + 4) + "\">" + short_number(value) + "</text>\n";
    }
    double const gap = step > 6 ? 2 : 0;
    for (std::size_t i = 0; i < chart.columns.size(); ++i) {
        auto const& each = chart.columns[i];
        if (!(each.value > 0)) continue;
        // However little, it is seen.
        double const y = std::min(y_of(each.value), height - bottom - 1);
        svg += "<rect class=\"column\" x=\"" + number(x_of(i) + gap / 2) + "\" y=\"" + number(y) + "\" width=\"" +
               number(step - gap) + "\" height=\"" + number(height - bottom - y) + "\"><title>" + markup(each.about) +
               "</title></rect>\n";
    }
    for (auto const& mark : chart.marks) {
        svg += "<text class=\"label\" text-anchor=\"middle\" x=\"" + number(x_of(mark.before)) + "\" y=\"" +
               number(height - 6) + "\">" + markup(mark.text) + "</text>\n";
    }
    return svg + "</svg>\n";
}

}  // namespace oms_stop
