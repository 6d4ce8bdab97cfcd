// SPDX-License-Identifier: BSL-1.0
#include "transport/plain_dialer.hpp"

#include "transport/connect_race.hpp"
#include "transport/process_socket.hpp"
#include "wire/digest.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <new>
#include <string>
#include <utility>

namespace oms::transport {

namespace {

using boost::asio::ip::tcp;

class plain_stream final : public stream {
public:
    plain_stream(process_socket socket, error_code& ec) : socket_(std::move(socket)) {
        socket_.non_blocking(true, ec);
        error_code ignored;
        socket_.set_option(tcp::no_delay(true), ignored);
    }
    ~plain_stream() override { wire::wipe(rest_); }

    std::size_t read_some(std::span<char> into, error_code& ec) noexcept override {
        return socket_.read_some(boost::asio::buffer(into.data(), into.size()), ec);
    }
    void write(std::string_view bytes, error_code& ec) noexcept override {
        handed_over_ = false;
        ec.clear();
        wire::wipe(rest_);
        sent_ = 0;
        try {
            rest_ = bytes;
        } catch (...) {
            ec = boost::asio::error::no_memory;
            return;
        }
        flush(ec);
    }
    void flush(error_code& ec) noexcept override {
        ec.clear();
        while (sent_ < rest_.size() && !ec)
            sent_ += socket_.write_some(boost::asio::buffer(rest_.data() + sent_, rest_.size() - sent_), ec);
        if (sent_ > 0) handed_over_ = true;
        if (sent_ == rest_.size()) wire::wipe(rest_);
        if (rest_.empty()) sent_ = 0;
    }
    bool handed_over() const noexcept override { return handed_over_; }
    bool has_unread() const noexcept override { return false; }
    void async_wait(readiness what, std::shared_ptr<stream_user> user) override {
        auto const how = what == readiness::read ? tcp::socket::wait_read : tcp::socket::wait_write;
        socket_.async_wait(how, [user = std::move(user), what](error_code ec) { user->on_ready(what, ec); });
    }
    void trim() noexcept override {}
    void close(bool) noexcept override {
        error_code ignored;
        socket_.close(ignored);
    }

private:
    process_socket socket_;
    std::string rest_;  // of the request; it may hold a token
    std::size_t sent_ = 0;
    bool handed_over_ = false;
};

class plain_dial final : public dial, public std::enable_shared_from_this<plain_dial> {
public:
    plain_dial(strand s, std::uint64_t id, dial_target target, std::weak_ptr<name_cache> names,
               std::shared_ptr<dial_user> user)
        : strand_(std::move(s)),
          id_(id),
          target_(std::move(target)),
          names_(std::move(names)),
          user_(std::move(user)) {}

    void start() {
        boost::asio::post(strand_, [self = shared_from_this()] { self->step([&] { self->resolve(); }); });
    }

    void abandon() noexcept override {
        try {
            boost::asio::post(strand_, [self = shared_from_this()] {
                self->user_.reset();
                if (auto const race = self->race_.lock()) race->abandon();
            });
        } catch (...) {  // no memory: it ends by itself, and nobody listens
        }
    }

private:
    // On the strand. Without memory for it the dial has failed; what is thrown behind its end is not its own.
    template <class Work>
    void step(Work&& work) {
        try {
            work();
        } catch (std::bad_alloc const&) {
            if (!user_) throw;
            if (auto const race = race_.lock()) race->abandon();  // which may have begun
            finish(errc::out_of_memory, {});
        }
    }

    void resolve() {
        if (!user_) return;
        if (target_.literal) {
            error_code ec;
            auto const address = boost::asio::ip::make_address(target_.host, ec);
            return ec ? finish(errc::host_not_found, ec) : connect({address});
        }
        auto const names = names_.lock();
        if (!names) return;
        user_->on_dial_phase(id_, phase::resolve);
        // Who wants the dial keeps it meanwhile: a resolver may never answer.
        names->resolve(target_.host, std::chrono::steady_clock::now(), weak_from_this(),
                       [weak = weak_from_this()](error_code code, error_code cause, address_list const& addresses) {
                           auto const self = weak.lock();
                           if (!self) return;
                           boost::asio::post(self->strand_, [self, code, cause, addresses] {
                               self->step([&] { code ? self->finish(code, cause) : self->connect(addresses); });
                           });
                       });
    }

    void connect(address_list const& addresses) {
        if (!user_) return;
        user_->on_dial_phase(id_, phase::connect);
        auto const race = std::make_shared<connect_race>(strand_, addresses, target_.port);
        race_ = race;
        race->start([self = shared_from_this()](error_code ec, process_socket socket) {
            self->step([&] {
                if (!self->user_) return;
                if (ec == errc::out_of_memory) return self->finish(ec, {});
                if (ec) return self->finish(errc::connect_failed, ec);
                auto made = std::make_unique<plain_stream>(std::move(socket), ec);
                ec ? self->finish(errc::connect_failed, ec) : self->finish({}, {}, std::move(made));
            });
        });
    }

    void finish(error_code code, error_code cause, std::unique_ptr<stream> connected = nullptr) {
        auto const user = std::exchange(user_, nullptr);
        if (!user) return;
        dial_result result;
        result.connected = std::move(connected);
        result.code = code;
        result.cause = cause;
        try {
            if (code) result.text = target_.peer + ": " + code.message() + " (" + cause.message() + ")";
        } catch (std::bad_alloc const&) {  // the codes say it, too
        }
        user->on_dialed(id_, std::move(result));
    }

    strand strand_;
    std::uint64_t const id_;
    dial_target const target_;
    std::weak_ptr<name_cache> const names_;
    std::weak_ptr<connect_race> race_;
    std::shared_ptr<dial_user> user_;  // null: nobody listens any more
};

}  // namespace

plain_dialer::plain_dialer(boost::asio::any_io_executor executor, std::shared_ptr<host_resolver> resolver)
    : executor_(std::move(executor)), names_(std::make_shared<name_cache>(executor_, std::move(resolver))) {}

plain_dialer::~plain_dialer() {
    names_->close();
}

std::shared_ptr<dial> plain_dialer::start(std::uint64_t id, dial_target const& target,
                                          std::shared_ptr<dial_user> user) {
    auto const d = std::make_shared<plain_dial>(strand(executor_), id, target, names_, std::move(user));
    d->start();
    return d;
}

}  // namespace oms::transport
