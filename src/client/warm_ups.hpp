// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_WARM_UPS_HPP
#define OMS_CLIENT_WARM_UPS_HPP

// Those that wait until so many connections to an endpoint are open.

#include "client/completion.hpp"
#include "client/texts.hpp"
#include "endpoint/health.hpp"

#include <oms/task.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace oms::detail {

class warm_ups {
public:
    using wait_type = pending_completion<stop_result>;
    using time_point = std::chrono::steady_clock::time_point;

    bool empty() const noexcept { return all_.empty(); }
    std::size_t size() const noexcept { return all_.size(); }
    /// How many the most demanding one still waits for.
    std::size_t missing() const noexcept {
        std::size_t most = 0;
        for (one const& each : all_)
            most = std::max(most, each.missing);
        return most;
    }

    /// @param missing  Connections to be opened from now on, whoever for.
    /// @throws std::bad_alloc  Then it is still the caller's.
    void add(std::unique_ptr<wait_type>&& wait, std::size_t missing, time_point now) {
        all_.push_back({missing, now, nullptr});
        all_.back().wait = std::move(wait);
    }
    /// Another one is open.
    void opened() noexcept {
        for (one& each : all_)
            each.missing -= std::min<std::size_t>(each.missing, 1);
    }
    /// Those that miss none any more.
    completion_chain done(time_point now) noexcept {
        return take([](one const& each) { return each.missing == 0; }, {}, phase::done, now);
    }
    /// None is to be had.
    completion_chain failed(oms::endpoint::trouble const& why, phase where, time_point now) noexcept {
        return take([](one const&) { return true; }, why, where, now);
    }
    /// One waits no more.
    std::unique_ptr<any_pending_completion> take_wait(std::uint64_t id) noexcept {
        auto const at = std::find_if(all_.begin(), all_.end(), [id](one const& each) { return each.wait->id == id; });
        if (at == all_.end()) return nullptr;
        auto found = std::move(at->wait);
        all_.erase(at);
        return found;
    }

private:
    struct one {
        std::size_t missing;
        time_point begun;
        std::unique_ptr<wait_type> wait;
    };

    template <class Which>
    completion_chain take(Which which, oms::endpoint::trouble const& why, phase where, time_point now) noexcept {
        completion_chain result;
        for (one& each : all_) {
            if (!which(each)) continue;
            wait_type& w = *each.wait;
            w.code = why.code;
            stop_result& r = w.result();
            r.cause = why.cause;
            r.phase = where;
            r.elapsed = now - each.begun;
            if (!why.text.empty()) tell_details(r, [&](error_details& d) { d.connection = why.text; });
            result.push(std::move(each.wait));
        }
        std::erase_if(all_, [](one const& each) { return each.wait == nullptr; });
        return result;
    }

    std::vector<one> all_;
};

}  // namespace oms::detail

#endif
