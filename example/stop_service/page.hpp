// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_PAGE_HPP
#define STOP_SERVICE_PAGE_HPP

#include <string_view>

namespace stop_service {

/// A file of the page for people, which needs nothing but this service.
struct page_file {
    std::string_view path, type, text;
};

/// Null: none has this path.
page_file const* find_page_file(std::string_view path) noexcept;

}  // namespace stop_service

#endif
