// SPDX-License-Identifier: BSL-1.0
#include "client/event_note.hpp"

namespace oms::detail {

namespace {

struct teller {
    observer& to;
    std::string const& text;
    task_ref const* task;

    void operator()(call_begin_event& e) const noexcept {
        e.task = task;
        to.on_call_begin(e);
    }
    void operator()(phase_event const& e) const noexcept { to.on_phase(e); }
    void operator()(retry_event& e) const noexcept {
        e.request_id = text;
        to.on_retry(e);
    }
    void operator()(throttle_event const& e) const noexcept { to.on_throttle(e); }
    void operator()(connection_event& e) const noexcept {
        e.endpoint = text;
        to.on_connection(e);
    }
    void operator()(warning_event& e) const noexcept {
        e.text = text;
        to.on_warning(e);
    }
};

}  // namespace

void event_note::tell(observer& o) noexcept {
    std::visit(teller{o, text_, task_ ? &*task_ : nullptr}, event_);
}

}  // namespace oms::detail
