// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_LENT_EXECUTOR_HPP
#define OMS_TRANSPORT_LENT_EXECUTOR_HPP

// An executor for others to keep, as providers of credentials, sources of
// tasks and whoever else answers on a thread of its own: once its context is
// gone, what is submitted to it is dropped, and its copies hold nothing.

#include "transport/context_gate.hpp"

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace oms::transport {

/// What is lent: the context's own executor, left with its gate.
class loan {
public:
    /// What is left with the gate.
    struct deposit : context_gate::belonging {
        explicit deposit(boost::asio::any_completion_executor e) noexcept : executor(std::move(e)) {}
        boost::asio::any_completion_executor executor;
        boost::asio::any_completion_executor work;  // tracked, while some copy asks for it
    };

    /// With a pass, or on a thread of the context.
    loan(std::shared_ptr<context_gate> gate, boost::asio::execution_context& of, std::unique_ptr<deposit> d) noexcept
        : gate_(std::move(gate)), context_(of), deposit_(d.get()) {
        gate_->keep(std::move(d));
    }
    virtual ~loan();

    boost::asio::execution_context& context() const noexcept { return context_; }
    /// Empty: the context is gone, or the loan is over. With a pass.
    boost::asio::any_completion_executor executor() const;
    context_gate& gate() const noexcept { return *gate_; }
    std::shared_ptr<context_gate> const& shared_gate() const noexcept { return gate_; }

    void track() noexcept;
    void untrack() noexcept;

    /// Ends the loan: what was left with the gate; null: there is nothing any more. With a pass, or on a thread of the
    /// context.
    std::unique_ptr<deposit> end() noexcept;

private:
    std::shared_ptr<context_gate> const gate_;
    boost::asio::execution_context& context_;
    mutable std::mutex mutex_;
    deposit* deposit_;  // of use with a pass only
    unsigned tracked_ = 0;
};

/// Never runs a function inside `execute`, where the lent one does not.
class lent_executor {
public:
    explicit lent_executor(std::shared_ptr<loan> of, bool tracked = false) noexcept
        : of_(std::move(of)), tracked_(tracked) {
        if (tracked_) of_->track();
    }
    lent_executor(lent_executor const& other) noexcept : lent_executor(other.of_, other.tracked_) {}
    lent_executor(lent_executor&& other) noexcept
        : of_(std::move(other.of_)), tracked_(std::exchange(other.tracked_, false)) {}
    lent_executor& operator=(lent_executor other) noexcept {
        of_.swap(other.of_);
        std::swap(tracked_, other.tracked_);
        return *this;
    }
    ~lent_executor() {
        if (tracked_) of_->untrack();
    }

    template <class Function>
    void execute(Function&& f) const {
        auto const in = of_->gate().enter();
        if (!in) return;
        if (auto const to = of_->executor()) to.execute(std::forward<Function>(f));
    }

    /// For what has to be done in its context at once.
    context_gate::pass enter() const noexcept { return of_->gate().enter(); }
    /// Its context is gone, or about to.
    bool lost() const noexcept { return of_->gate().closed(); }

    boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept { return of_->context(); }
    static constexpr boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) noexcept {
        return boost::asio::execution::blocking.never;
    }
    lent_executor require(boost::asio::execution::blocking_t::never_t) const noexcept { return *this; }
    boost::asio::execution::outstanding_work_t query(boost::asio::execution::outstanding_work_t) const noexcept {
        using boost::asio::execution::outstanding_work;
        return tracked_ ? boost::asio::execution::outstanding_work_t(outstanding_work.tracked)
                        : boost::asio::execution::outstanding_work_t(outstanding_work.untracked);
    }
    lent_executor require(boost::asio::execution::outstanding_work_t::tracked_t) const noexcept {
        return lent_executor(of_, true);
    }
    lent_executor require(boost::asio::execution::outstanding_work_t::untracked_t) const noexcept {
        return lent_executor(of_, false);
    }

    friend bool operator==(lent_executor const& a, lent_executor const& b) noexcept { return a.of_ == b.of_; }
    friend bool operator!=(lent_executor const& a, lent_executor const& b) noexcept { return a.of_ != b.of_; }

private:
    std::shared_ptr<loan> of_;
    bool tracked_;
};

}  // namespace oms::transport

#endif
