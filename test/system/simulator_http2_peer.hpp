// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SIMULATOR_HTTP2_PEER_HPP
#define OMS_TEST_SYSTEM_SIMULATOR_HTTP2_PEER_HPP

// A blocking client of HTTP/2 for the simulator's own tests.

#include "http2/session.hpp"
#include "system/simulator_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulator_test {

// What became of a stream.
struct http2_answer {
    bool over = false;
    oms::http2::event::kind what{};
    unsigned status = 0;
    std::string body, request_id, date;
    oms::http2::failure failure{};
    oms::http2::standing standing{};
    oms::http2::reason code{};
};

class http2_peer {
public:
    // `offered`: protocols as ALPN has them.
    explicit http2_peer(std::uint16_t port, simulator const& sim, std::string_view offered = "\2h2")
        : tls_(asio::ssl::context::tls_client), stream_(context_, tls_), session_(limits()) {
        tls_.add_certificate_authority(asio::buffer(sim.ca_pem()));
        SSL_set1_verify_cert_store(stream_.native_handle(), SSL_CTX_get_cert_store(tls_.native_handle()));
        stream_.set_verify_mode(asio::ssl::verify_peer);
        SSL_set_alpn_protos(stream_.native_handle(), reinterpret_cast<unsigned char const*>(offered.data()),
                            static_cast<unsigned>(offered.size()));
        stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
        stream_.handshake(asio::ssl::stream_base::client);
        session_.open(out_);
    }
    explicit http2_peer(simulator const& sim) : http2_peer(sim.port(), sim) {}

    std::string protocol() const {
        unsigned char const* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(stream_.native_handle(), &name, &size);
        return {reinterpret_cast<char const*>(name), size};
    }

    using fields = std::vector<std::pair<std::string, std::string>>;

    // Not sent before `flush`.
    oms::http2::stream_id start(std::string_view method, std::string_view target, fields const& more,
                                std::string_view body = {}) {
        using oms::http2::indexing;
        std::vector<oms::http2::header_field> list{{":method", method, indexing::table},
                                                   {":scheme", "https", indexing::table},
                                                   {":path", target, indexing::none},
                                                   {":authority", "localhost", indexing::table}};
        for (auto const& [name, value] : more)
            list.push_back({name == "x-auth-token" ? "x-auth-token" : std::string_view(name), value,
                            name == "x-auth-token" ? indexing::token : indexing::none});
        oms::http2::request r;
        r.fields = list;
        r.body = body;
        r.body_limit = 1'000'000;
        return session_.start(r, out_);
    }
    oms::http2::stream_id start_stop(simulator const& sim, oms::task_ref const& task) {
        return start("POST", path_of(task) + "/stop",
                     {{"content-length", "0"}, {"x-auth-token", sim.token(task.project_id)}});
    }

    void flush() {
        boost::system::error_code ec;
        if (!out_.empty()) asio::write(stream_, asio::buffer(out_), ec);
        if (ec) end(ec);
        sent_bytes += out_.size();
        out_.clear();
    }
    void cancel(oms::http2::stream_id id) { session_.cancel(id, out_); }

    // Until this stream is over, or the connection.
    http2_answer const& wait(oms::http2::stream_id id) {
        while (!answers[id].over && !ended) {
            flush();
            read();
        }
        return answers[id];
    }
    void wait_for_end() {
        while (!ended) {
            flush();
            read();
        }
    }
    http2_answer const& stop(simulator const& sim, oms::task_ref const& task) { return wait(start_stop(sim, task)); }

    void read() {
        boost::system::error_code ec;
        std::array<char, 4096> some{};
        std::size_t const size = stream_.read_some(asio::buffer(some), ec);
        session_.put({some.data(), size});
        if (ec) end(ec);
        oms::http2::event e;
        while (session_.next(e, out_))
            hear(e);
    }

    oms::http2::session& session() noexcept { return session_; }

    std::map<oms::http2::stream_id, http2_answer> answers;
    bool going_away = false;
    bool ended = false;
    boost::system::error_code end_code;
    std::size_t sent_bytes = 0;

private:
    static oms::http2::session_limits limits() {
        oms::http2::session_limits made;
        made.stream_window = 20'000;
        return made;
    }

    void end(boost::system::error_code why) {
        if (!end_code) end_code = why;
        session_.finish();
    }

    void hear(oms::http2::event const& e) {
        using kind = oms::http2::event::kind;
        if (e.what == kind::ended) ended = true;
        if (e.what == kind::going_away) going_away = true;
        if (e.stream == 0) return;
        auto& a = answers[e.stream];
        a.over = e.what != kind::header;
        a.what = e.what;
        a.status = e.reply.status;
        a.body = e.reply.body;
        a.request_id = e.reply.request_id;
        a.date = e.reply.date;
        a.failure = e.failure;
        a.standing = e.standing;
        a.code = e.code;
    }

    asio::io_context context_;
    asio::ssl::context tls_;
    asio::ssl::stream<asio::ip::tcp::socket> mutable stream_;
    oms::http2::session session_;
    std::string out_;
};

}  // namespace simulator_test

#endif
