// SPDX-License-Identifier: BSL-1.0
//
// How low a client on Asio can go: prepared bytes, a TLS engine over two flat buffers, a send that does not wait for
// the event loop, a reply scanned by hand, callbacks in memory of their own; and nothing of what a client is for.

#include "request_bytes.hpp"

#include <openssl/ssl.h>
#include <boost/asio.hpp>

#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Two places suffice: one operation, and one within it.
class places {
public:
    void* take(std::size_t size) {
        for (auto& p : places_) {
            if (!p.taken && size <= sizeof p.bytes) return p.taken = true, p.bytes;
        }
        return ::operator new(size);
    }
    void give_back(void* at) {
        for (auto& p : places_) {
            if (p.bytes == at) return void(p.taken = false);
        }
        ::operator delete(at);
    }

private:
    struct place {
        alignas(std::max_align_t) unsigned char bytes[1024];
        bool taken = false;
    };
    place places_[2];
};

template <class T>
struct places_allocator {
    using value_type = T;
    places* from;

    explicit places_allocator(places* p) : from(p) {}
    template <class U>
    places_allocator(places_allocator<U> const& other) : from(other.from) {}
    T* allocate(std::size_t n) { return static_cast<T*>(from->take(n * sizeof(T))); }
    void deallocate(T* at, std::size_t) { from->give_back(at); }
    template <class U>
    bool operator==(places_allocator<U> const& other) const {
        return from == other.from;
    }
};

/// The status once the whole reply is there.
std::optional<int> status_of(std::string_view bytes) {
    auto const end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos || bytes.size() < 16) return {};
    std::size_t body = 0;
    for (auto at = bytes.find('\n') + 1; at < end;) {
        auto const line = bytes.substr(at, bytes.find('\r', at) - at);
        if (line.size() > 16 && line[14] == ':' && strncasecmp(line.data(), "content-length", 14) == 0) {
            body = std::strtoul(line.data() + 15, nullptr, 10);
        }
        at += line.size() + 2;
    }
    if (bytes.size() < end + 4 + body) return {};
    return (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + (bytes[11] - '0');
}

class flat_bio {
public:
    flat_bio() : bio_(BIO_new(method())) { BIO_set_data(bio_, this); }
    BIO* get() const { return bio_; }  // owned by the SSL
    std::vector<char> out;
    char in[8192];
    std::size_t at = 0, end = 0;

private:
    static flat_bio& of(BIO* b) { return *static_cast<flat_bio*>(BIO_get_data(b)); }
    static int write(BIO* b, char const* data, std::size_t size, std::size_t* written) {
        of(b).out.insert(of(b).out.end(), data, data + size);
        *written = size;
        return 1;
    }
    static int read(BIO* b, char* data, std::size_t size, std::size_t* count) {
        auto& self = of(b);
        BIO_clear_retry_flags(b);
        auto const n = std::min(size, self.end - self.at);
        if (n == 0) return BIO_set_retry_read(b), 0;
        std::memcpy(data, self.in + self.at, n);
        self.at += n;
        *count = n;
        return 1;
    }
    static BIO_METHOD* method() {
        static BIO_METHOD* const m = [] {
            auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "flat");
            BIO_meth_set_write_ex(made, write);
            BIO_meth_set_read_ex(made, read);
            BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) -> long { return command == BIO_CTRL_FLUSH; });
            BIO_meth_set_create(made, [](BIO* b) { return BIO_set_init(b, 1), 1; });
            return made;
        }();
        return m;
    }

    BIO* bio_;
};

class connection {
public:
    connection(bench::options const& o, bench::window& w, asio::io_context& context, SSL_CTX* ctx, unsigned& up,
               std::vector<std::unique_ptr<connection>>& all)
        : window_(w),
          socket_(context.get_executor()),
          ssl_(SSL_new(ctx)),
          request_(o),
          context_(context),
          up_(up),
          all_(all) {
        SSL_set_connect_state(ssl_);
        SSL_set_tlsext_host_name(ssl_, "localhost");
        SSL_set1_host(ssl_, "localhost");
        SSL_set_bio(ssl_, bio_.get(), bio_.get());
    }
    ~connection() { SSL_free(ssl_); }

    void open(tcp::endpoint const& to) {
        socket_.async_connect(to, [this](error_code ec) {
            if (ec) fail(ec.message());
            socket_.non_blocking(true);
            socket_.set_option(tcp::no_delay(true));
            step();
        });
    }

    void next() {
        if (!window_.begin()) return;
        begun_ = bench::steady::now();
        have_ = 0;
        auto const& bytes = request_.of_task(window_.task());
        std::size_t written = 0;
        SSL_write_ex(ssl_, bytes.data(), bytes.size(), &written);
        send();
    }

private:
    using socket_type = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;

    template <class Handler>
    auto in_place(Handler handler) {
        return asio::bind_allocator(places_allocator<void>(&places_), std::move(handler));
    }

    [[noreturn]] static void fail(std::string const& what) {
        std::fprintf(stderr, "%s\n", what.c_str());
        std::exit(1);
    }

    void send() {
        if (bio_.out.empty()) return receive();
        error_code ec;
        auto const n = socket_.write_some(asio::buffer(bio_.out), ec);
        if (!ec && n == bio_.out.size()) return bio_.out.clear(), receive();
        if (ec && ec != asio::error::would_block) fail(ec.message());
        if (!ec) bio_.out.erase(bio_.out.begin(), bio_.out.begin() + static_cast<std::ptrdiff_t>(n));
        asio::async_write(socket_, asio::buffer(bio_.out), in_place([this](error_code failed, std::size_t) {
                              if (failed) fail(failed.message());
                              bio_.out.clear();
                              receive();
                          }));
    }

    void receive() {
        socket_.async_read_some(asio::buffer(bio_.in), in_place([this](error_code ec, std::size_t n) {
                                    if (ec) fail(ec.message());
                                    bio_.at = 0;
                                    bio_.end = n;
                                    step();
                                }));
    }

    void step() {
        if (!handshaken_) {
            int const result = SSL_do_handshake(ssl_);
            if (result != 1) {
                if (SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ) fail("the handshake failed");
                return send();
            }
            handshaken_ = true;
            asio::async_write(socket_, asio::buffer(bio_.out), [this](error_code ec, std::size_t) {
                if (ec) fail(ec.message());
                bio_.out.clear();
                if (++up_ < all_.size()) return;
                for (auto& each : all_)
                    each->next();
            });
            return;
        }
        for (;;) {
            std::size_t n = 0;
            int const result = SSL_read_ex(ssl_, plain_ + have_, sizeof plain_ - have_, &n);
            if (result != 1) {
                if (SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ) fail("the connection broke");
                return send();
            }
            have_ += n;
            if (auto const status = status_of({plain_, have_})) {
                window_.end(begun_, *status);
                if (window_.complete()) context_.stop();
                return next();
            }
        }
    }

    bench::window& window_;
    socket_type socket_;
    flat_bio bio_;
    SSL* ssl_;
    bench::request_bytes request_;
    asio::io_context& context_;
    unsigned& up_;
    std::vector<std::unique_ptr<connection>>& all_;
    bench::steady::time_point begun_;
    char plain_[4096];
    std::size_t have_ = 0;
    bool handshaken_ = false;
    places places_;
};

}  // namespace

int main(int argc, char** argv) {
    bench::options const options(argc, argv);
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> const ctx(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_load_verify_file(ctx.get(), options.ca_file.c_str()) != 1) return 2;

    bench::window window(options, "floor_asio");
    asio::io_context context(1);
    tcp::endpoint const server(asio::ip::address_v4::loopback(), static_cast<unsigned short>(std::stoi(options.port)));
    unsigned up = 0;
    std::vector<std::unique_ptr<connection>> all;
    for (std::size_t i = 0; i < options.in_flight; ++i) {
        all.push_back(std::make_unique<connection>(options, window, context, ctx.get(), up, all));
    }
    for (auto& each : all)
        each->open(server);
    context.run();
    window.print(all.size());
    return window.failed() == 0 && window.complete() ? 0 : 1;
}
