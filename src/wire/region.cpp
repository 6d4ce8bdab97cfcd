// SPDX-License-Identifier: BSL-1.0
#include "wire/region.hpp"

#include "wire/chars.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace oms::wire {

namespace {

using std::string_view;

constexpr std::size_t max_size = 63;

// Both lists in the order of the alphabet.
constexpr std::array<string_view, 21> oms_regions{
    "af-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "cn-east-2",  "cn-east-3",      "cn-east-4",      "cn-north-1",     "cn-north-12",    "cn-north-4",
    "cn-north-9", "cn-south-1",     "cn-south-4",     "cn-southwest-2", "la-north-2",     "la-south-2",
    "me-east-1",  "sa-brazil-1",    "tr-west-1",
};
constexpr std::array<string_view, 27> iam_regions{
    "ae-ad-1",     "af-south-1",  "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",   "ap-southeast-4",
    "cn-east-2",   "cn-east-3",   "cn-east-4",      "cn-east-5",      "cn-north-1",       "cn-north-12",
    "cn-north-2",  "cn-north-4",  "cn-north-9",     "cn-south-1",     "cn-south-2",       "cn-southwest-2",
    "eu-west-0",   "la-north-2",  "la-south-2",     "me-east-1",      "my-kualalumpur-1", "na-mexico-1",
    "ru-moscow-1", "sa-brazil-1", "tr-west-1",
};
constexpr std::array<string_view, 3> sync_regions{"cn-east-3", "cn-north-4", "cn-southwest-2"};

static_assert(std::is_sorted(oms_regions.begin(), oms_regions.end()));
static_assert(std::is_sorted(iam_regions.begin(), iam_regions.end()));
static_assert(std::is_sorted(sync_regions.begin(), sync_regions.end()));

template <std::size_t N>
bool contains(std::array<string_view, N> const& list, string_view region) noexcept {
    return std::binary_search(list.begin(), list.end(), region);
}

std::string host_url(string_view service, string_view region) {
    std::string url = "https://";
    url.append(service).append(".").append(region).append(".myhuaweicloud.com");
    return url;
}

// Takes the longest run of characters of one class off the front.
std::size_t take_run(string_view& text, bool (*in_class)(char) noexcept) noexcept {
    auto const stop = std::find_if_not(text.begin(), text.end(), in_class);
    auto const count = static_cast<std::size_t>(stop - text.begin());
    text.remove_prefix(count);
    return count;
}

bool take_hyphen(string_view& text) noexcept {
    if (!text.starts_with('-')) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

bool valid_region(string_view region) noexcept {
    if (region.size() > max_size) return false;
    if (take_run(region, is_lower) < 2 || !take_hyphen(region)) return false;
    if (take_run(region, is_lower) < 1 || !take_hyphen(region)) return false;
    std::size_t const digits = take_run(region, is_digit);
    return digits >= 1 && digits <= 3 && region.empty();
}

bool known_region(string_view region) noexcept {
    return contains(oms_regions, region);
}

bool has_sync_tasks(string_view region) noexcept {
    return contains(sync_regions, region);
}

std::string oms_endpoint(string_view region) {
    return host_url("oms", region);
}

std::string iam_endpoint(string_view region) {
    return contains(iam_regions, region) ? host_url("iam", region) : "https://iam.myhuaweicloud.com";
}

std::string region_of_variable(string_view variable, string_view service) {
    constexpr string_view prefix = "HUAWEICLOUD_SDK_REGION_";
    if (!variable.starts_with(prefix)) return {};
    variable.remove_prefix(prefix.size());
    if (!variable.starts_with(service)) return {};
    variable.remove_prefix(service.size());
    if (!variable.starts_with('_')) return {};
    std::string region(variable.substr(1));
    std::transform(region.begin(), region.end(), region.begin(), [](char c) { return c == '_' ? '-' : to_lower(c); });
    return region;
}

}  // namespace oms::wire
