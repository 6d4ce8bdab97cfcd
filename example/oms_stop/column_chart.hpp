// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_COLUMN_CHART_HPP
#define OMS_STOP_COLUMN_CHART_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oms_stop {

/// Text that stands for itself in HTML and SVG, in an element or a quoted attribute. Control characters, also those
/// that turn the direction of what follows, are replaced.
/// @param text  In UTF-8.
std::string markup(std::string_view text);

/// Columns of values, to be drawn.
struct column_chart {
    std::string title;  ///< Read out where nothing is seen.
    struct column {
        double value = 0;   ///< Not negative.
        std::string about;  ///< Shown where it is pointed at.
    };
    std::vector<column> columns;
    struct mark {
        std::size_t before = 0;  ///< Stands at the left side of this column.
        std::string text;
    };
    std::vector<mark> marks;  ///< Of the horizontal axis.
};

/// Its SVG element. The colours are those of the classes `column`, `grid` and `label`.
std::string svg_of(column_chart const& chart);

}  // namespace oms_stop

#endif
