// SPDX-License-Identifier: BSL-1.0
#include "transport/tcp_dialer.hpp"

#include "transport/connect_race.hpp"
#include "transport/tls_stream.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <new>
#include <utility>

namespace oms::transport {

namespace {

using boost::asio::ip::tcp;

// One dial, on a strand of its own: it is no hot path, and a race has many handlers.
class tcp_dial final : public dial, public stream_user, public std::enable_shared_from_this<tcp_dial> {
public:
    tcp_dial(connect_race::strand s, std::uint64_t id, dial_target target, std::shared_ptr<tls_context> tls,
             std::shared_ptr<name_cache> names, std::shared_ptr<dial_user> user)
        : strand_(std::move(s)),
          id_(id),
          target_(std::move(target)),
          tls_(std::move(tls)),
          names_(std::move(names)),
          user_(std::move(user)) {}

    void start() {
        boost::asio::post(strand_, [self = shared_from_this()] { self->resolve(); });
    }

    void abandon() noexcept override {
        try {
            boost::asio::post(strand_, [self = shared_from_this()] { self->drop(); });
        } catch (...) {  // no memory: it ends by itself, and nobody listens
        }
    }

private:
    void resolve() {
        if (!user_) return;
        if (target_.literal) {
            error_code ec;
            auto const address = boost::asio::ip::make_address(target_.host, ec);
            return ec ? fail(errc::host_not_found, ec) : connect({address});
        }
        user_->on_dial_phase(id_, phase::resolve);
        auto const self = shared_from_this();
        names_->resolve(target_.host, std::chrono::steady_clock::now(),
                        [self](error_code code, error_code cause, address_list const& addresses) {
                            boost::asio::post(self->strand_, [self, code, cause, addresses] {
                                if (code) {
                                    self->fail(code, cause);
                                } else {
                                    self->connect(addresses);
                                }
                            });
                        });
    }

    void connect(address_list const& addresses) {
        if (!user_) return;
        user_->on_dial_phase(id_, phase::connect);
        race_ = std::make_shared<connect_race>(strand_, addresses, target_.port);
        race_->start([self = shared_from_this()](error_code ec, tcp::socket socket) {
            self->race_.reset();
            if (ec) {
                self->names_->distrust(self->target_.host);
                self->fail(errc::connect_failed, ec);
            } else {
                self->secure(std::move(socket));
            }
        });
    }

    void secure(tcp::socket socket) {
        if (!user_) return;
        user_->on_dial_phase(id_, phase::handshake);
        try {
            error_code ec;
            stream_ = std::make_unique<tls_stream>(
                std::move(socket), std::make_unique<tls_engine>(tls_, target_.host, target_.literal, target_.peer), ec);
            if (ec) return fail(errc::connect_failed, ec);
        } catch (std::bad_alloc const&) {
            return fail(errc::handshake_failed,
                        boost::system::errc::make_error_code(boost::system::errc::not_enough_memory));
        }
        shake();
    }

    void shake() {
        if (!user_) return;
        error_code ec;
        stream_->handshake(ec);
        if (would_block(ec)) return stream_->async_wait(stream_->wanted(), shared_from_this());
        if (!ec) {
            dial_result result;
            result.resumed = stream_->engine().resumed();
            result.connected = std::move(stream_);
            return finish(std::move(result));
        }
        tls_->forget(target_.peer);  // it may have been the session that was offered
        bool const ours = ec.category() == client_category();
        error_code const code = ours ? ec : error_code(errc::handshake_truncated);
        std::string const text = stream_->engine().failure_text(code);
        stream_->close(false);
        fail(code, ec, text);
    }

    void on_ready(readiness, error_code ec) override {
        boost::asio::dispatch(strand_, [self = shared_from_this(), ec] {
            if (ec) {
                self->fail(errc::handshake_truncated, ec);
            } else {
                self->shake();
            }
        });
    }

    void fail(error_code code, error_code cause, std::string text = {}) {
        dial_result result;
        result.code = code;
        result.cause = cause;
        if (text.empty()) {
            text = target_.peer + ": " + code.message();
            if (cause && cause != code) text += " (" + cause.message() + ")";
        }
        result.text = std::move(text);
        finish(std::move(result));
    }

    void finish(dial_result result) {
        auto const user = std::exchange(user_, nullptr);
        if (user) user->on_dialed(id_, std::move(result));
    }

    void drop() noexcept {
        user_.reset();
        if (race_) race_->abandon();
        race_.reset();
        if (stream_) stream_->close(false);
    }

    connect_race::strand strand_;
    std::uint64_t const id_;
    dial_target const target_;
    std::shared_ptr<tls_context> const tls_;
    std::shared_ptr<name_cache> const names_;
    std::shared_ptr<dial_user> user_;  // null: nobody listens any more
    std::shared_ptr<connect_race> race_;
    std::unique_ptr<tls_stream> stream_;
};

}  // namespace

tcp_dialer::tcp_dialer(boost::asio::any_io_executor executor, std::shared_ptr<tls_context> tls,
                       std::shared_ptr<host_resolver> resolver)
    : executor_(std::move(executor)),
      tls_(std::move(tls)),
      names_(std::make_shared<name_cache>(executor_, std::move(resolver))) {}

std::shared_ptr<dial> tcp_dialer::start(std::uint64_t id, dial_target const& target, std::shared_ptr<dial_user> user) {
    auto const d =
        std::make_shared<tcp_dial>(boost::asio::make_strand(executor_), id, target, tls_, names_, std::move(user));
    d->start();
    return d;
}

}  // namespace oms::transport
