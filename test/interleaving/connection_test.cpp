// SPDX-License-Identifier: BSL-1.0
//
// A connection between two exchanges, where one thread hears of the reply and another one begins what follows: whatever
// their order, it is watched while it is idle, never twice, and each exchange that began is told of once.
#include "transport/http1_connection.hpp"

#include "interleaving/scheduler.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <utility>

using namespace oms::interleaved;
using namespace oms;

namespace {

constexpr std::string_view reply_text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

// What the system knows of one connection, and the peer that answers.
struct line_state {
    std::mutex mutex;
    std::condition_variable news;
    std::shared_ptr<transport::stream_user> reader;
    std::string bytes;
    bool hung_up = false;  // the peer
    bool closed = false;   // the connection
    std::string wrong;

    bool ready() const { return reader && (closed || hung_up || !bytes.empty()); }
};

class line final : public transport::stream {
public:
    explicit line(line_state& of) noexcept : of_(of) {}

    std::size_t read_some(std::span<char> into, error_code& ec) noexcept override {
        std::lock_guard const lock(of_.mutex);
        std::size_t const n = std::min(into.size(), of_.bytes.size());
        std::memcpy(into.data(), of_.bytes.data(), n);
        of_.bytes.erase(0, n);
        ec.clear();
        if (n == 0 && of_.hung_up) ec = boost::asio::error::eof;
        if (n == 0 && !of_.hung_up) ec = boost::asio::error::would_block;
        return n;
    }
    void write(std::string_view /*bytes*/, error_code& ec) noexcept override {
        std::lock_guard const lock(of_.mutex);
        if (of_.hung_up) {
            ec = boost::asio::error::broken_pipe;
            return;
        }
        of_.bytes += reply_text;
        of_.news.notify_all();
    }
    void flush(error_code& /*ec*/) noexcept override {}
    bool handed_over() const noexcept override { return true; }
    bool has_unread() const noexcept override { return false; }
    void async_wait(transport::readiness what, std::shared_ptr<transport::stream_user> user) override {
        std::lock_guard const lock(of_.mutex);
        if (what == transport::readiness::write) {
            of_.wrong = "it waits to write";
        } else if (std::exchange(of_.reader, std::move(user))) {
            of_.wrong = "it waits twice for reading";
        }
        of_.news.notify_all();
    }
    void trim() noexcept override {}
    void close(bool /*orderly*/) noexcept override {
        std::lock_guard const lock(of_.mutex);
        of_.closed = true;
        of_.news.notify_all();
    }

private:
    line_state& of_;
};

// Some threads wait for what comes, one begins exchanges as soon as they may begin, and one may be the peer that hangs
// up.
struct taking_turns : scene, transport::connection_owner {
    taking_turns(std::size_t hearing, bool hangs_up) : hearers(hearing), peer_hangs_up(hangs_up) {}

    std::vector<std::function<void()>> threads() override {
        link = std::make_shared<transport::http1_connection>(std::make_unique<line>(state), owner());
        link->watch();
        std::vector<std::function<void()>> all(hearers, [this] { hear(); });
        all.emplace_back([this] { begin(); });
        if (peer_hangs_up) all.emplace_back([this] { hang_up(); });
        others = all.size() - hearers;
        return all;
    }
    std::string verdict() override {
        if (!state.wrong.empty()) return state.wrong;
        if (replies + failures != begun) return "an exchange that began was told of too often, or not at all";
        if (!peer_hangs_up && replies != exchanges) return "an exchange failed for no reason";
        if (!state.closed && !state.reader) return "nobody watches an idle connection";
        if (state.hung_up && !state.closed) return "the peer hung up, and nobody has heard";
        return {};
    }

    // As an event loop does.
    void hear() {
        for (;;) {
            std::unique_lock lock(state.mutex);
            state.news.wait(lock, [&] { return state.ready() || others == 0; });
            if (!state.ready()) return;
            auto const reader = std::exchange(state.reader, nullptr);
            error_code const ec = state.closed ? error_code(boost::asio::error::operation_aborted) : error_code();
            lock.unlock();
            reader->on_ready(transport::readiness::read, ec);
        }
    }
    void begin() {
        for (std::size_t i = 0; i < exchanges; ++i) {
            std::unique_lock lock(state.mutex);
            state.news.wait(lock, [&] { return free || ended; });
            if (ended) break;
            free = false;
            lock.unlock();
            auto const x = link->offer();
            x->request = "POST";
            x->header_limit = x->body_limit = 1'000;
            x->follows = i > 0;
            lock.lock();
            ++begun;
            lock.unlock();
            if (x->start()) continue;
            lock.lock();
            --begun;
            ended = true;
        }
        leave();
    }
    void hang_up() {
        {
            std::unique_lock lock(state.mutex);
            state.news.wait(lock, [&] { return replies > 0; });
            state.hung_up = true;
            state.news.notify_all();
        }
        leave();
    }
    void leave() {
        std::lock_guard const lock(state.mutex);
        --others;
        state.news.notify_all();
    }

    void on_reply(transport::exchange& /*x*/, transport::reply const& r) override {
        std::lock_guard const lock(state.mutex);
        if (!r.keep_alive) state.wrong = "the reply was not read";
        ++replies;
        free = true;
        state.news.notify_all();
    }
    void on_drained(transport::connection& /*c*/) override { state.wrong = "nothing was drained"; }
    void on_exchange_failed(transport::exchange& /*x*/, transport::exchange_failure const& /*f*/) override {
        std::lock_guard const lock(state.mutex);
        ++failures;
        ended = true;
        state.news.notify_all();
    }
    void on_idle_closed(transport::connection& /*c*/, error_code const& /*why*/) override {
        std::lock_guard const lock(state.mutex);
        ended = true;
        state.news.notify_all();
    }

    // The connection shares it with nobody: it goes after it.
    std::shared_ptr<transport::connection_owner> owner() {
        return {std::shared_ptr<void>(), static_cast<transport::connection_owner*>(this)};
    }

    static constexpr std::size_t exchanges = 3;
    std::size_t const hearers;
    bool const peer_hangs_up;
    line_state state;
    std::shared_ptr<transport::connection> link;
    std::size_t begun = 0, replies = 0, failures = 0, others = 0;
    bool free = true, ended = false;
};

void try_turns(std::size_t hearers, bool hangs_up, std::size_t preemptions) {
    auto const found =
        try_orders([=] { return std::make_unique<taking_turns>(hearers, hangs_up); }, {.preemptions = preemptions});
    BOOST_TEST(found.wrong == "");
    BOOST_TEST(found.all);
    BOOST_TEST(found.orders > 1'000U);
    BOOST_TEST_MESSAGE(found.orders << " orders");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(connections_between_threads)

BOOST_AUTO_TEST_CASE(one_hears_and_another_one_begins) {
    try_turns(1, false, 3);
}

BOOST_AUTO_TEST_CASE(two_hear_and_another_one_begins) {
    try_turns(2, false, 1);
}

BOOST_AUTO_TEST_CASE(the_peer_hangs_up_meanwhile) {
    try_turns(1, true, 1);
}

BOOST_AUTO_TEST_SUITE_END()
