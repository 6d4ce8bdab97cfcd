// SPDX-License-Identifier: BSL-1.0
#include "auth/source_request.hpp"

#include "auth/ending.hpp"
#include "transport/lent_executor.hpp"

#include <boost/asio/post.hpp>

#include <new>
#include <utility>

namespace oms::auth {

// What another source is asked. Its handler keeps it: as long as the source has that, it may look at the slot.
struct source_request::inquiry {
    boost::asio::cancellation_signal signal;
    ending how;
    answer_handler done;  // of whoever takes it out of the request
    // The answer, on its way to the strand.
    error_code code;
    credential value;
    std::string reason;
};

std::shared_ptr<source_request> source_request::make(credential_request request, credential_handler handler,
                                                     ended at_end) {
    // Whoever asks may be a thread of anybody's, and the context goes at any time.
    auto const* const lent = request.executor.target<transport::lent_executor>();
    auto in = lent != nullptr ? lent->enter() : transport::context_gate::pass();
    auto const network = detail::lent_network::of(request);
    auto const now = network ? network->now() : std::nullopt;
    if (!now || !request.executor || (lent != nullptr && !in)) {
        in.leave();
        handler.fail(errc::credentials_unavailable, "it can only be asked by a client");
        return nullptr;
    }
    auto made = std::make_shared<source_request>(std::move(request), std::move(handler), *now, std::move(at_end));
    made->user_agent_ = network->user_agent();
    if (!add_to_context(made->strand_, made)) {
        in.leave();
        made->leave_context();
        return nullptr;
    }
    // Weak: the signal lives in what the handler holds.
    if (made->slot_.is_connected()) {
        try {
            made->slot_.assign([weak = std::weak_ptr(made)](boost::asio::cancellation_type) {
                auto const self = weak.lock();  // the end destroys this very function
                if (self) self->end(errc::cancelled, {}, {});
            });
        } catch (std::bad_alloc const&) {
            made->end(errc::out_of_memory, {}, {});
            return nullptr;
        }
    }
    return made;
}

source_request::source_request(credential_request&& request, credential_handler&& handler, moment a, ended&& at_end)
    : project_id(std::move(request.project_id)),
      region(std::move(request.region)),
      asked(a),
      deadline(request.deadline),
      network_(detail::lent_network::of(request)),
      at_end_(std::move(at_end)),
      strand_(std::move(request.executor)),
      slot_(request.cancellation),
      handler_(std::move(handler)) {}

bool source_request::post(std::function<void()> f) {
    std::lock_guard const lock(mutex_);  // so that the context does not go in between
    if (!strand_) return false;
    boost::asio::post(strand_, [self = shared_from_this(), f = std::move(f)] {
        if (!self->over()) self->step(f);
    });
    return true;
}

bool source_request::over() {
    std::lock_guard const lock(mutex_);
    return !strand_;
}

// What is thrown behind its end is not its own.
template <class Work>
void source_request::step(Work&& work) {
    try {
        work();
    } catch (std::bad_alloc const&) {
        if (over()) throw;
        end(errc::out_of_memory, {}, {});
    }
}

void source_request::post_end(error_code code, credential value, std::string reason) {
    auto const shared = std::make_shared<credential>(std::move(value));
    post([self = shared_from_this(), code, shared, reason = std::move(reason)]() mutable {
        self->end(code, std::move(*shared), std::move(reason));
    });
}

void source_request::send(fetch_request request, fetch_handler done) {
    auto const network = network_.lock();
    if (!network) return end(errc::cancelled, {}, {});  // its client has ended
    boost::asio::any_io_executor strand;
    {
        std::lock_guard const lock(mutex_);
        strand = strand_;
    }
    if (!strand) return;
    under_way_ = network->start(strand, std::move(request),
                                [self = shared_from_this(), done = std::move(done)](fetch_result got) {
                                    self->under_way_.reset();
                                    self->step([&] { done(std::move(got)); });
                                });
}

void source_request::ask(credentials_provider& of, std::string of_project, answer_handler done) {
    auto const network = network_.lock();
    if (!network) return end(errc::cancelled, {}, {});  // its client has ended
    auto const q = std::make_shared<inquiry>();
    q->done = std::move(done);
    credential_request request;
    request.project_id = std::move(of_project);
    request.region = region;
    request.deadline = deadline;
    request.cancellation = q->signal.slot();
    detail::lent_network::put(request, network);
    credential_handler answer([weak = weak_from_this(), q](error_code code, credential value, std::string reason) {
        if (code == errc::credentials_dropped && q->how.leave_it()) return;
        if (auto const self = weak.lock()) self->take(q, code, std::move(value), std::move(reason));
    });
    {
        std::lock_guard const lock(mutex_);
        if (!strand_) return;
        request.executor = strand_;
        inquiry_ = q;
    }
    // What throws has not taken the question on, whatever it did with the handler.
    error_code failed;
    try {
        of.async_get(std::move(request), std::move(answer));
    } catch (std::bad_alloc const&) {
        failed = errc::out_of_memory;
    } catch (...) {
        failed = errc::credentials_unavailable;
    }
    if (q->how.was_left() && !failed) failed = errc::credentials_dropped;
    // Behind an answer that it gave before.
    if (failed) post([this, q, failed] { answered(q, failed, {}, {}); });
}

// From any thread, once.
void source_request::take(inquiry_ptr const& q, error_code code, credential value, std::string reason) {
    q->code = code;
    q->value = std::move(value);
    q->reason = std::move(reason);
    try {
        post([this, q] { answered(q, q->code, std::move(q->value), std::move(q->reason)); });
    } catch (std::bad_alloc const&) {
        finish(errc::out_of_memory, {}, {}, false);
    }
}

void source_request::answered(inquiry_ptr const& q, error_code code, credential value, std::string reason) {
    {
        std::lock_guard const lock(mutex_);
        if (inquiry_ != q) return;
        inquiry_.reset();
    }
    auto const done = std::exchange(q->done, nullptr);
    done(code, std::move(value), std::move(reason));
}

std::optional<moment> source_request::now() const {
    auto const network = network_.lock();
    return network ? network->now() : std::nullopt;
}

void source_request::warn(std::string_view code, std::string_view text) const {
    if (auto const network = network_.lock()) network->warn(code, text);
}

void source_request::end(error_code code, credential value, std::string reason) {
    finish(code, std::move(value), std::move(reason), true);
}

// Elsewhere than on the strand only its lock guards it: the slot stays as it is, which knows it weakly.
void source_request::finish(error_code code, credential&& value, std::string&& reason, bool on_strand) {
    boost::asio::any_io_executor strand;
    credential_handler handler;
    inquiry_ptr open;
    {
        std::lock_guard const lock(mutex_);
        if (!strand_) return;
        strand = std::exchange(strand_, {});
        handler = std::move(handler_);
        open = std::move(inquiry_);
    }
    auto const self = shared_from_this();
    if (on_strand && slot_.is_connected()) slot_.clear();
    if (open) open->done = nullptr;  // which keeps this
    if (auto const f = std::exchange(under_way_, nullptr)) f->abandon();
    remove_from_context(strand, *this);
    if (auto const at_end = std::exchange(at_end_, nullptr)) at_end(*this);
    code ? handler.fail(code, std::move(reason)) : handler({}, std::move(value));
    if (open && on_strand) open->signal.emit(boost::asio::cancellation_type::terminal);
}

void source_request::leave_context() noexcept {
    boost::asio::any_io_executor strand;
    credential_handler handler;
    inquiry_ptr open;
    {
        std::lock_guard const lock(mutex_);
        if (!strand_) return;
        strand = std::exchange(strand_, {});
        handler = std::move(handler_);
        open = std::move(inquiry_);
    }
    if (open) {
        open->done = nullptr;
        open->signal.slot().clear();
    }
    if (auto const f = std::exchange(under_way_, nullptr)) f->leave_context();
    try {
        if (auto const at_end = std::exchange(at_end_, nullptr)) at_end(*this);
        handler.fail(errc::shut_down, "its execution context is gone");
    } catch (...) {  // no memory, and nobody to tell
    }
}

}  // namespace oms::auth
