// SPDX-License-Identifier: BSL-1.0
#include "transport/tcp_dialer.hpp"

#include "transport/connect_race.hpp"
#include "transport/handshake_result.hpp"
#include "transport/https_tunnel.hpp"
#include "transport/proxy_tunnel.hpp"
#include "transport/tls_socket.hpp"
#include "transport/tls_stream.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <limits>
#include <new>
#include <utility>
#include <variant>

#ifdef __linux__
#    include <netinet/tcp.h>
#    include <sys/socket.h>
#endif

namespace oms::transport {

namespace {

using boost::asio::ip::tcp;

std::vector<std::string> texts_of(address_list const& addresses) {
    std::vector<std::string> result;
    for (auto const& each : addresses)
        result.push_back(each.to_string());
    return result;
}

// What is sent to a peer that is gone, or on a way that forgot the connection, is not acknowledged: the system gives it
// up after a quarter of an hour by itself.
void limit_unanswered([[maybe_unused]] tcp::socket& socket, [[maybe_unused]] duration after) noexcept {
#ifdef TCP_USER_TIMEOUT
    auto const ms = std::chrono::duration_cast<std::chrono::milliseconds>(after).count();
    if (ms > std::numeric_limits<int>::max()) return;
    auto const value = static_cast<unsigned>(ms);
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &value, sizeof value);  // as well as it goes
#endif
}

address_list addresses_of(std::vector<std::string> const& texts) {
    address_list result;
    for (std::string const& each : texts) {
        error_code ec;
        auto const address = boost::asio::ip::make_address(each, ec);
        if (!ec) result.push_back(address);
    }
    return result;
}

// One dial, on a strand of its own: it is no hot path, and a race has many handlers.
class tcp_dial final : public dial, public stream_user, public std::enable_shared_from_this<tcp_dial> {
public:
    /// @param route  Null: directly.
    tcp_dial(strand s, std::uint64_t id, dial_target target, std::shared_ptr<proxy_route const> route,
             std::shared_ptr<tls_context> tls, std::weak_ptr<name_cache> names, std::shared_ptr<dial_user> user,
             socket_rules rules)
        : strand_(std::move(s)),
          id_(id),
          target_(std::move(target)),
          route_(std::move(route)),
          tls_(std::move(tls)),
          rules_(std::move(rules)),
          user_(std::move(user)),
          names_(std::move(names)) {}

    void start() {
        boost::asio::post(strand_, [self = shared_from_this()] { self->step([&] { self->resolve(); }); });
    }

    void abandon() noexcept override {
        try {
            boost::asio::post(strand_, [self = shared_from_this()] { self->drop(); });
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
            dial_result none;
            none.code = errc::out_of_memory;
            finish(std::move(none));
        }
    }

    // Whom to connect to: the proxy, or the target itself.
    std::string const& host() const noexcept { return route_ ? route_->proxy.host : target_.host; }
    std::uint16_t port() const noexcept { return route_ ? route_->proxy.port : target_.port; }
    bool literal() const noexcept { return route_ ? route_->proxy.literal : target_.literal; }

    void resolve() {
        if (!user_) return;
        if (literal()) {
            error_code ec;
            auto const address = boost::asio::ip::make_address(host(), ec);
            return ec ? fail(errc::host_not_found, ec) : connect({address});
        }
        auto const names = names_.lock();
        if (!names) return;
        user_->on_dial_phase(id_, phase::resolve);
        // Who wants the dial keeps it meanwhile: a resolver may never answer.
        names->resolve(host(), std::chrono::steady_clock::now(), weak_from_this(),
                       [weak = weak_from_this()](error_code code, error_code cause, address_list const& addresses) {
                           auto const self = weak.lock();
                           if (!self) return;
                           auto go_on = [self, code, cause, addresses] {
                               self->step([&] { code ? self->fail(code, cause) : self->connect(addresses); });
                           };
                           boost::asio::post(self->strand_, std::move(go_on));
                       });
    }

    void connect(address_list const& addresses) {
        if (!user_) return;
        user_->on_dial_phase(id_, phase::connect);
        reached_.known = texts_of(addresses);
        auto const race =
            std::make_shared<connect_race>(strand_, addresses, port(), addresses_of(target_.last), rules_.from);
        race_ = race;
        race->start(
            [self = shared_from_this()](error_code ec, process_socket socket) {
                self->step([&] { self->raced(ec, std::move(socket)); });
            },
            [self = shared_from_this()] { self->tell_where(); });
    }

    void raced(error_code ec, process_socket socket) {
        if (!user_) return;
        for (std::string const& each : texts_of(race_.lock()->failed()))
            reached_.attempts.push_back({each, errc::connect_failed});
        if (ec) {
            if (auto const names = names_.lock()) names->distrust(host());
            return fail(ec == errc::out_of_memory ? errc::out_of_memory : errc::connect_failed, ec);
        }
        reached_.address = texts_of(race_.lock()->under_way()).front();
        tell_where();
        limit_unanswered(socket, rules_.unanswered);
        if (route_) {
            tunnel(std::move(socket));
        } else {
            secure(std::move(socket));
        }
    }

    void tell_where() {
        auto const race = race_.lock();
        if (user_ && race) user_->on_dial_addresses(id_, reached_.known, texts_of(race->under_way()));
    }

    void tunnel(process_socket socket) {
        if (!user_) return;
        user_->on_dial_phase(id_, phase::proxy);
        using protocol = wire::proxy_url::protocol;
        switch (route_->proxy.speaks) {
            case protocol::http:
                return ask<process_socket>(make_http_tunnel(strand_, std::move(socket), *route_, target_.peer));
            case protocol::https:
                return ask<tls_socket>(
                    std::make_shared<https_tunnel<process_socket>>(strand_, std::move(socket), *route_, target_.peer));
            case protocol::socks5:
                return ask<process_socket>(make_socks_tunnel(strand_, std::move(socket), *route_, target_));
        }
    }

    template <class Socket>
    void ask(std::shared_ptr<proxy_tunnel<Socket>> const& tunnel) {
        tunnel_ = tunnel;
        tunnel->start([self = shared_from_this()](tunnel_result<Socket> result) {
            self->step([&] {
                if (result.code) {
                    self->fail(result.code, result.cause,
                               self->where() + ": " + result.code.message() + " (" + result.what + ")", result.alert);
                } else {
                    self->secure(std::move(*result.tunnel));
                }
            });
        });
    }

    template <class Socket>
    void secure(Socket socket) {
        if (!user_) return;
        user_->on_dial_phase(id_, phase::handshake);
        error_code ec;
        stream_ = std::make_unique<basic_tls_stream<Socket>>(
            std::move(socket),
            std::make_unique<tls_engine>(tls_, target_.host, target_.literal, target_.peer, target_.offered), ec);
        if (ec) return fail(errc::connect_failed, ec);
        shake();
    }

    void shake() {
        if (!user_) return;
        error_code ec;
        std::visit(
            [&](auto& stream) {
                stream->handshake(ec);
                if (would_block(ec)) stream->async_wait(stream->wanted(), shared_from_this());
            },
            stream_);
        if (!would_block(ec)) shaken(ec);
    }

    void shaken(error_code ec) {
        std::string const way = route_ ? "; by the proxy " + route_->proxy.peer : std::string();
        std::visit([&](auto& stream) { finish(handshake_result(std::move(stream), ec, *tls_, target_.peer, way)); },
                   stream_);
    }

    void on_ready(readiness, error_code ec) override {
        auto go_on = [self = shared_from_this(), ec] {
            self->step([&] {
                if (!ec) {
                    self->shake();
                } else if (self->user_) {
                    self->shaken(ec);
                }
            });
        };
        boost::asio::dispatch(strand_, std::move(go_on));
    }

    std::string where() const { return route_ ? target_.peer + " by the proxy " + route_->proxy.peer : target_.peer; }

    // Nothing was asked of the target yet: where the proxy is not there, it is the proxy that is named.
    void fail(error_code code, error_code cause, std::string text = {}, int alert = policy::no_alert) {
        if (route_ && code == condition::connection_failed) {
            char const* const what = code == errc::host_not_found   ? "the proxy's name does not exist: correct its URL"
                                     : code == errc::resolve_failed ? "the proxy's name could not be looked up now"
                                                                    : "the proxy accepts no connection: see if it runs";
            text = where() + ": " + what;
            if (cause && cause != code) text += " (" + cause.message() + ")";
            if (code == errc::host_not_found || !cause) cause = code;
            code = errc::proxy_failed;
        }
        dial_result result;
        result.code = code;
        result.cause = cause;
        result.alert = alert;
        if (text.empty()) {
            text = where() + ": " + code.message();
            if (cause && cause != code) text += " (" + cause.message() + ")";
        }
        result.text = std::move(text);
        finish(std::move(result));
    }

    void finish(dial_result result) {
        auto const user = std::exchange(user_, nullptr);
        result.known = std::move(reached_.known);
        result.attempts = std::move(reached_.attempts);
        result.address = std::move(reached_.address);
        try {
            if (result.code && !result.address.empty()) result.attempts.push_back({result.address, result.code});
        } catch (std::bad_alloc const&) {  // then the next dial may go there again
        }
        if (user) user->on_dialed(id_, std::move(result));
    }

    void drop() noexcept {
        user_.reset();
        if (auto const race = race_.lock()) race->abandon();
        if (auto const tunnel = tunnel_.lock()) tunnel->abandon();
        std::visit(
            [](auto& stream) {
                if (stream) stream->close(false);
            },
            stream_);
    }

    strand strand_;
    std::uint64_t const id_;
    dial_target const target_;
    std::shared_ptr<proxy_route const> const route_;
    std::shared_ptr<tls_context> const tls_;
    socket_rules const rules_;
    std::shared_ptr<dial_user> user_;  // null: nobody listens any more
    // These hold the dial while they work, and what they wait for holds them: owned
    // here as well, all would outlive a context that is destroyed in the meantime.
    std::weak_ptr<name_cache> const names_;
    std::weak_ptr<connect_race> race_;
    dial_result reached_;  // where it has been so far
    std::weak_ptr<tunnel_request> tunnel_;
    std::variant<std::unique_ptr<tls_stream>, std::unique_ptr<nested_tls_stream>> stream_;
};

}  // namespace

tcp_dialer::tcp_dialer(boost::asio::any_io_executor executor, tls_source tls, std::shared_ptr<host_resolver> resolver,
                       std::shared_ptr<proxy_route const> proxy, socket_rules rules)
    : executor_(std::move(executor)),
      tls_(std::move(tls)),
      names_(std::make_shared<name_cache>(executor_, std::move(resolver))),
      proxy_(std::move(proxy)),
      rules_(std::move(rules)) {}

tcp_dialer::~tcp_dialer() {
    names_->close();
}

std::shared_ptr<dial> tcp_dialer::start(std::uint64_t id, dial_target const& target, std::shared_ptr<dial_user> user) {
    bool const direct = !proxy_ || proxy_->except.covers(target.host, target.port);
    auto const d = std::make_shared<tcp_dial>(strand(executor_), id, target, direct ? nullptr : proxy_, tls_(), names_,
                                              std::move(user), rules_);
    d->start();
    return d;
}

}  // namespace oms::transport
