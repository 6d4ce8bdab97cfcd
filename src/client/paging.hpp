// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_PAGING_HPP
#define OMS_CLIENT_PAGING_HPP

// Which page is asked for next, and which rows are new. Pure.

#include <oms/client.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>

namespace oms::detail {

/// Rows move to lower offsets when others leave the list (a filter by status
/// while tasks are stopped), and past a page that was read. So the list is read
/// again from its first row until a pass brings nothing new.
class paging {
public:
    explicit paging(list_query query);

    /// The page to ask for.
    list_query const& wanted() const noexcept { return query_; }
    /// Where it throws for want of memory, the page is to be asked for again.
    void take(task_page page);
    /// A row that no pass gave before.
    std::optional<task_info> next();
    /// Nothing is left to ask for or to give.
    bool at_end() const noexcept { return ended_ && rows_.empty(); }
    /// Whether every row was seen, as far as can be told.
    bool complete() const noexcept { return ended_ && !beyond_reach_ && !restless_; }

private:
    static constexpr std::uint32_t last_offset = 10'000;
    static constexpr unsigned most_passes = 16;

    void end_pass();

    list_query query_;
    std::uint32_t const first_;
    std::deque<task_info> rows_;
    std::unordered_set<std::string> seen_;
    unsigned passes_ = 0;
    std::uint64_t total_ = 0;    // as the first page of this pass said
    std::size_t pages_ = 0;      // of this pass
    bool anything_new_ = false;  // in this pass
    bool shifted_ = false;       // the total changed, or a row came twice
    bool beyond_reach_ = false;  // rows lie behind the last offset that the service takes
    bool restless_ = false;      // the passes did not come to rest
    bool ended_ = false;
};

}  // namespace oms::detail

#endif
