// SPDX-License-Identifier: BSL-1.0
#include "io/harness/secure_dialer.hpp"

#include "io/harness/proxied_session.hpp"
#include "io/harness/scarce_memory.hpp"
#include "testing/certificate.hpp"
#include "testing/tls_session.hpp"
#include "transport/handshake_result.hpp"
#include "transport/https_tunnel.hpp"
#include "transport/tls_context.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <map>
#include <new>
#include <utility>
#include <variant>

namespace oms::scripted {

namespace {

using tls_socket = transport::basic_tls_socket<secure_socket>;
using tls_stream = transport::basic_tls_stream<secure_socket>;
using nested_tls_stream = transport::basic_tls_stream<tls_socket>;

testing::identity const& root() {
    static testing::identity const made = testing::make_root("root");
    return made;
}

SSL_CTX& server_context(int version) {
    static std::map<int, testing::ssl_ctx_ptr> made;
    auto& context = made[version];
    if (!context) {
        testing::certificate_request request;
        request.common_name = "oms.test";
        request.alternative_names = "DNS:oms.test,DNS:proxy.test";
        context = testing::make_server_context(testing::make_server(root(), request));
        SSL_CTX_set_max_proto_version(context.get(), version);
    }
    return *context;
}

// One for all worlds, as it costs more than a handshake; they share no session.
std::shared_ptr<transport::tls_context> client_context() {
    static auto const made = [] {
        tls_options trust;
        trust.ca_pem = secure_root();
        return std::make_shared<transport::tls_context>(trust);
    }();
    made->forget("oms.test:443");
    return made;
}

// Without sessions, as a client's is: one for all, too.
transport::proxy_route proxy_route(secure_options const& options) {
    static auto const tls = [] {
        tls_options trust;
        trust.ca_pem = testing::to_pem(*root().certificate);
        trust.resume_sessions = false;
        return std::make_shared<transport::tls_context>(trust);
    }();
    transport::proxy_route route;
    route.proxy.speaks = wire::proxy_url::protocol::https;
    route.proxy.host = options.proxy_host;
    route.proxy.peer = options.proxy_host + ":443";
    route.proxy.authorization = secret("Basic secret");
    route.user_agent = "oms-cpp/test";
    route.tls = [] { return tls; };
    return route;
}

std::unique_ptr<testing::session> server_of(secure_options const& options) {
    SSL_CTX& server = server_context(options.version);
    if (!options.proxy) return std::make_unique<testing::tls_session>(server);
    return std::make_unique<proxied_session>(server, server, *options.proxy);
}

// Sees what goes through the library's stream.
class witnessed_stream final : public transport::stream {
public:
    witnessed_stream(network& n, std::shared_ptr<secure_line> line, std::unique_ptr<transport::stream> inner)
        : net_(n), line_(std::move(line)), inner_(std::move(inner)) {
        net_.most_live_streams = std::max(net_.most_live_streams, ++net_.live_streams);
    }
    ~witnessed_stream() override { --net_.live_streams; }

    std::size_t read_some(std::span<char> into, error_code& ec) noexcept override {
        std::size_t const n = inner_->read_some(into, ec);
        line_->delivered({into.data(), n});
        return n;
    }
    void write(std::string_view bytes, error_code& ec) noexcept override {
        line_->begin_request(bytes);
        inner_->write(bytes, ec);
    }
    void flush(error_code& ec) noexcept override { inner_->flush(ec); }
    bool handed_over() const noexcept override { return inner_->handed_over(); }
    bool has_unread() const noexcept override { return inner_->has_unread(); }
    void async_receive(std::shared_ptr<transport::stream_user> user) override {
        inner_->async_receive(std::move(user));
    }
    void async_wait(transport::readiness what, std::shared_ptr<transport::stream_user> user) override {
        inner_->async_wait(what, std::move(user));
    }
    void trim() noexcept override { inner_->trim(); }
    void close(bool orderly) noexcept override { inner_->close(orderly); }

private:
    network& net_;
    std::shared_ptr<secure_line> const line_;
    std::unique_ptr<transport::stream> const inner_;
};

// Goes through the phases that are planned one by one, and then shakes hands.
class secure_dial final : public transport::dial,
                          public transport::stream_user,
                          public std::enable_shared_from_this<secure_dial> {
public:
    secure_dial(network& n, std::uint64_t id, transport::dial_target target, std::shared_ptr<transport::dial_user> user,
                std::vector<dial_step> steps, std::shared_ptr<transport::tls_context> tls,
                std::shared_ptr<secure_line> line, std::optional<transport::proxy_route> route)
        : net_(n),
          id_(id),
          target_(std::move(target)),
          user_(std::move(user)),
          steps_(std::move(steps)),
          tls_(std::move(tls)),
          line_(std::move(line)),
          route_(std::move(route)) {
        ++net_.live_dials;
    }
    ~secure_dial() override { --net_.live_dials; }

    void abandon() noexcept override {
        user_.reset();
        if (auto const tunnel = tunnel_.lock()) tunnel->abandon();
        std::visit(
            [](auto& stream) {
                if (stream) stream->close(false);
            },
            stream_);
    }

    void next() {
        scarce_memory::aside const ours;
        boost::asio::post(net_.io, [self = shared_from_this()] { self->go_on(); });
    }

private:
    void go_on() {
        auto const user = user_;
        if (!user) return;
        dial_step const step = steps_[at_++];
        user->on_dial_phase(id_, step.in);
        scarce_memory::aside const ours;
        auto end = [self = shared_from_this(), last = at_ == steps_.size()] { last ? self->begin() : self->go_on(); };
        net_.time.after(step.takes, std::move(end));
    }

    // As every dial: without memory for a step it has failed.
    template <class Work>
    void step(Work&& work) {
        try {
            work();
        } catch (std::bad_alloc const&) {
            if (!user_) throw;
            transport::dial_result r;
            r.code = errc::out_of_memory;
            std::exchange(user_, nullptr)->on_dialed(id_, std::move(r));
        }
    }

    void begin() {
        if (!user_) return;
        step([&] { route_ ? ask() : secure(secure_socket(line_)); });
    }

    void ask() {
        user_->on_dial_phase(id_, phase::proxy);
        auto const tunnel = std::make_shared<transport::https_tunnel<secure_socket>>(
            transport::strand(boost::asio::any_io_executor(net_.io.get_executor())), secure_socket(line_), *route_,
            target_.peer);
        tunnel_ = tunnel;
        tunnel->start([self = shared_from_this()](transport::tunnel_result<tls_socket> asked) {
            if (!self->user_) return;
            if (!asked.code) return self->step([&] { self->secure(std::move(*asked.tunnel)); });
            transport::dial_result r;
            r.code = asked.code;
            r.cause = asked.cause;
            r.text = std::move(asked.what);
            r.alert = asked.alert;
            scarce_memory::aside const ours;
            r.known = {self->net_.addresses.front()};
            r.attempts.push_back({r.known.front(), r.code});
            std::exchange(self->user_, nullptr)->on_dialed(self->id_, std::move(r));
        });
    }

    template <class Socket>
    void secure(Socket socket) {
        user_->on_dial_phase(id_, phase::handshake);
        error_code ec;
        stream_ = std::make_unique<transport::basic_tls_stream<Socket>>(
            std::move(socket),
            std::make_unique<transport::tls_engine>(tls_, target_.host, target_.literal, target_.peer, target_.offered),
            ec);
        shake();
    }

    void shake() {
        error_code ec;
        std::visit(
            [&](auto& stream) {
                stream->handshake(ec);
                if (transport::would_block(ec)) stream->async_wait(stream->wanted(), shared_from_this());
            },
            stream_);
        if (!transport::would_block(ec)) shaken(ec);
    }

    void shaken(error_code ec) {
        transport::dial_result r = std::visit(
            [&](auto& stream) { return transport::handshake_result(std::move(stream), ec, *tls_, target_.peer); },
            stream_);
        if (r.connected) {
            scarce_memory::aside const ours;
            r.connected = std::make_unique<witnessed_stream>(net_, line_, std::move(r.connected));
        }
        auto const user = std::exchange(user_, nullptr);
        user->on_dialed(id_, std::move(r));
    }

    void on_ready(transport::readiness, error_code ec) override {
        if (user_) step([&] { ec ? shaken(ec) : shake(); });
    }

    network& net_;
    std::uint64_t const id_;
    transport::dial_target const target_;
    std::shared_ptr<transport::dial_user> user_;
    std::vector<dial_step> const steps_;
    std::size_t at_ = 0;
    std::shared_ptr<transport::tls_context> const tls_;
    std::shared_ptr<secure_line> const line_;
    std::optional<transport::proxy_route> const route_;
    std::weak_ptr<transport::tunnel_request> tunnel_;
    std::variant<std::unique_ptr<tls_stream>, std::unique_ptr<nested_tls_stream>> stream_;
};

class secure_dialer final : public transport::dialer {
public:
    secure_dialer(network& n, secure_options const& options) : net_(n), options_(options), tls_(client_context()) {}

    std::shared_ptr<transport::dial> start(std::uint64_t id, transport::dial_target const& target,
                                           std::shared_ptr<transport::dial_user> user) override {
        scarce_memory::aside const ours;
        auto steps = net_.begin_dial(target);
        auto const line = std::make_shared<secure_line>(net_, server_of(options_), options_.line);
        net_.on_forget.emplace_back([weak = std::weak_ptr<secure_line>(line)] {
            if (auto const waited = weak.lock()) waited->forget_waits();
        });
        std::optional<transport::proxy_route> route;
        if (options_.proxy) {
            std::erase_if(steps, [](dial_step const& each) { return each.in == phase::handshake; });
            route = proxy_route(options_);
        }
        auto const made =
            std::make_shared<secure_dial>(net_, id, target, std::move(user), std::move(steps),
                                          options_.trust ? options_.trust() : tls_, line, std::move(route));
        made->next();
        return made;
    }

private:
    network& net_;
    secure_options const options_;
    std::shared_ptr<transport::tls_context> const tls_;
};

}  // namespace

std::string secure_root() {
    return testing::to_pem(*root().certificate);
}

void secure(network& n, secure_options const& options) {
    n.other_dialer = std::make_shared<secure_dialer>(n, options);
}

}  // namespace oms::scripted
