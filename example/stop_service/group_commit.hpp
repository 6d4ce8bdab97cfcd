// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_GROUP_COMMIT_HPP
#define STOP_SERVICE_GROUP_COMMIT_HPP

// The job store's thread. A commit waits for the disk, so all that was asked for while one is under way goes into the
// next one together: a slow disk makes everybody wait a little longer, and nobody wait in line.

#include "job_store.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <utility>
#include <vector>

namespace stop_service {

/// Its functions belong to the thread that runs the context.
class group_commit {
public:
    using work = std::function<void(job_store&)>;

    group_commit(boost::asio::io_context& context, job_store& store) : context_(context), store_(store) {}
    group_commit(group_commit const&) = delete;
    group_commit& operator=(group_commit const&) = delete;
    /// What is under way is finished.
    ~group_commit();

    /// Runs work on the store, in the order in which it is given. Completes with `void(std::exception_ptr)` once its
    /// effects are on the disk: what was read, too, can be told then, for nothing can undo it any more. Where one of
    /// them throws, or the commit does, nothing of all that was committed together happened, and all of them are told
    /// so.
    template <boost::asio::completion_token_for<void(std::exception_ptr)> Token>
    auto async_run(work what, Token&& token) {
        return boost::asio::async_initiate<Token, void(std::exception_ptr)>(
            [this](auto done, work given) { add(std::move(done), std::move(given)); }, token, std::move(what));
    }

    /// The same for coroutines, which it throws at.
    boost::asio::awaitable<void> run(work what) { return async_run(std::move(what), boost::asio::use_awaitable); }

    // For whoever watches the service.
    std::uint64_t commits() const noexcept { return commits_; }
    std::uint64_t failures() const noexcept { return failures_; }

private:
    using handler = boost::asio::any_completion_handler<void(std::exception_ptr)>;
    struct entry {
        entry(handler h, work w) : done(std::move(h)), what(std::move(w)) {}
        handler done;
        work what;
    };

    void add(handler done, work what);
    void begin();
    std::exception_ptr commit() noexcept;
    void finish(std::exception_ptr const& failure);

    boost::asio::io_context& context_;
    job_store& store_;
    std::vector<entry> waiting_;
    std::vector<entry> batch_;  // the thread's own, while it is busy
    bool busy_ = false;
    std::uint64_t commits_ = 0, failures_ = 0;
    boost::asio::thread_pool thread_{1};
};

}  // namespace stop_service

#endif
