// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_ENDPOINT_DIRECTORY_HPP
#define OMS_CLIENT_ENDPOINT_DIRECTORY_HPP

// The endpoints of a client, by service and region.

#include "client/endpoint.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace oms::detail {

/// What endpoints are told apart by.
struct endpoint_key {
    oms::call::service asked;
    std::string region;

    friend bool operator<(endpoint_key const& a, endpoint_key const& b) noexcept {
        return a.asked != b.asked ? a.asked < b.asked : a.region < b.region;
    }
};

class endpoint_directory {
public:
    struct entry {
        entry(engine& of, std::vector<site> places, std::size_t least) : to(of, std::move(places), least) {}

        endpoint to;
        bool by_pattern = false;    // found by its name alone
        bool no_sync_told = false;  // that there may be no sync tasks
    };
    using map = std::map<endpoint_key, std::unique_ptr<entry>>;

    explicit endpoint_directory(engine& of) noexcept : engine_(of) {}

    /// Where the call goes; null: its region is none.
    /// @throws std::bad_alloc
    endpoint* of(step& s, call const& c);
    /// The service's in that region; empty: the client's own. Null: it is none.
    /// @throws std::bad_alloc
    endpoint* at(step& s, std::string const& region);
    /// One that has been used; null: it has not.
    endpoint const* find(oms::call::service asked, std::string const& region) const;
    /// A dial of any endpoint's; null: it has ended.
    dialing* find_dial(std::uint64_t id) const noexcept;

    template <class Function>
    void for_each(Function f) const {
        for (auto const& [key, each] : all_)
            f(each->to);
    }
    map const& all() const noexcept { return all_; }

    map release() noexcept;

private:
    entry* find_or_add(step& s, oms::call::service asked, std::string const& named);
    void warn_of_region(step& s, entry& e, call const& c);
    std::string const& region_of(std::string const& named) const noexcept;

    engine& engine_;
    map all_;
    entry* own_region_ = nullptr;  // the one without a region
};

}  // namespace oms::detail

#endif
