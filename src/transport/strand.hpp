// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_STRAND_HPP
#define OMS_TRANSPORT_STRAND_HPP

// An executor whose functions run one at a time and in their order, on another
// executor, as those of Asio's strand do. That one keeps a function for which it
// could not get a turn, and runs nothing ever again, and it crashes where there
// is no memory to make it (Boost 1.81, `strand_executor_service`). What this one
// throws has submitted nothing, and the next function goes on.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/intrusive/list.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

namespace oms::transport {

/// What waits for its turn, and whose turn it is.
class strand_queue final : public std::enable_shared_from_this<strand_queue> {
public:
    class turn : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::safe_link>> {
    public:
        virtual ~turn() = default;
        virtual void take() = 0;
    };

    strand_queue() = default;
    strand_queue(strand_queue const&) = delete;
    strand_queue& operator=(strand_queue const&) = delete;
    ~strand_queue() { drop_all(); }

    /// Where it throws, `t` is gone, and nothing else is lost.
    void add(std::unique_ptr<turn> t, boost::asio::any_io_executor const& by);

    /// The turn of the calling thread, at once and behind all that waits, unless another thread has it. Takes no
    /// memory.
    class at_once {
    public:
        at_once(strand_queue& of, boost::asio::any_io_executor const& by) noexcept;
        at_once(at_once const&) = delete;
        at_once& operator=(at_once const&) = delete;
        ~at_once();

        explicit operator bool() const noexcept { return is_ours_; }
        /// What has come in the meantime. Throws what one of the others threw.
        void go_on();

    private:
        strand_queue& of_;
        boost::asio::any_io_executor const& by_;
        bool is_ours_ = false;
        bool is_first_ = false;  // not inside another turn of this thread
        std::exception_ptr thrown_;
    };

private:
    class way;
    struct sending;
    using turns_waiting = boost::intrusive::list<turn, boost::intrusive::constant_time_size<false>>;

    void run(boost::asio::any_io_executor const& by);
    void go_on();
    std::unique_ptr<turn> next(bool stays = false) noexcept;
    void leave(boost::asio::any_io_executor const& by) noexcept;
    void send(boost::asio::any_io_executor const& by);
    void lost() noexcept;
    void drop_all() noexcept;

    std::mutex mutex_;  // no other is taken under it
    turns_waiting waiting_;
    std::thread::id inside_;      // none: nobody
    bool on_its_way_ = false;     // a run of what waits
    std::thread::id sending_by_;  // while it is not known whether it is
};

class strand {
public:
    /// Of no other type: Asio asks what it is while it asks whether it can be made of itself.
    template <std::same_as<boost::asio::any_io_executor> Executor>
    explicit strand(Executor by) : line_(std::make_shared<strand_queue>()), by_(std::move(by)) {}

    boost::asio::any_io_executor const& get_inner_executor() const noexcept { return by_; }

    template <class Function>
    void execute(Function&& f) const {
        using function = std::decay_t<Function>;
        if (!never_inside_) {
            auto const keep = line_;  // `f` may hold the last of these
            if (strand_queue::at_once now(*keep, by_); now) {
                {
                    function own(std::forward<Function>(f));
                    own();
                }
                return now.go_on();
            }
        }
        struct own_turn final : strand_queue::turn {
            explicit own_turn(function&& own) : of(std::move(own)) {}
            void take() override { of(); }
            function of;
        };
        line_->add(std::make_unique<own_turn>(function(std::forward<Function>(f))), by_);
    }

    boost::asio::execution_context& query(boost::asio::execution::context_t) const {
        return boost::asio::query(by_, boost::asio::execution::context);
    }
    boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) const noexcept {
        using boost::asio::execution::blocking;
        return never_inside_ ? boost::asio::execution::blocking_t(blocking.never)
                             : boost::asio::execution::blocking_t(blocking.possibly);
    }
    strand require(boost::asio::execution::blocking_t::never_t) const { return {line_, by_, true, tracked_}; }
    strand require(boost::asio::execution::blocking_t::possibly_t) const { return {line_, by_, false, tracked_}; }
    boost::asio::execution::outstanding_work_t query(boost::asio::execution::outstanding_work_t) const noexcept {
        using boost::asio::execution::outstanding_work;
        return tracked_ ? boost::asio::execution::outstanding_work_t(outstanding_work.tracked)
                        : boost::asio::execution::outstanding_work_t(outstanding_work.untracked);
    }
    strand require(boost::asio::execution::outstanding_work_t::tracked_t w) const {
        return {line_, boost::asio::prefer(by_, w), never_inside_, true};
    }
    strand require(boost::asio::execution::outstanding_work_t::untracked_t w) const {
        return {line_, boost::asio::prefer(by_, w), never_inside_, false};
    }

    friend bool operator==(strand const& a, strand const& b) noexcept { return a.line_ == b.line_; }
    friend bool operator!=(strand const& a, strand const& b) noexcept { return a.line_ != b.line_; }

private:
    strand(std::shared_ptr<strand_queue> line, boost::asio::any_io_executor by, bool never_inside, bool tracked)
        : line_(std::move(line)), by_(std::move(by)), never_inside_(never_inside), tracked_(tracked) {}

    std::shared_ptr<strand_queue> line_;
    boost::asio::any_io_executor by_;
    bool never_inside_ = false;
    bool tracked_ = false;
};

}  // namespace oms::transport

#endif
