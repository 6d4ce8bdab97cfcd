// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_UNIT_HTTP2_NGHTTP2_SERVER_HPP
#define OMS_TEST_UNIT_HTTP2_NGHTTP2_SERVER_HPP

// nghttp2's side of a connection as a server, in memory: what it read of each request, and what it is to answer.

#include <boost/test/unit_test.hpp>

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oms::test {

class nghttp2_server {
public:
    struct stream {
        std::vector<std::pair<std::string, std::string>> fields;
        std::string body;
        bool whole = false;          // the request has come
        std::uint32_t closed = ~0U;  // with this code
        std::string reply;           // of its body, what is not sent yet
    };

    explicit nghttp2_server(std::vector<nghttp2_settings_entry> const& settings = {}) {
        nghttp2_session_callbacks* callbacks = nullptr;
        nghttp2_session_callbacks_new(&callbacks);
        nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, on_invalid);
        nghttp2_session* made = nullptr;
        BOOST_REQUIRE_EQUAL(nghttp2_session_server_new(&made, callbacks, this), 0);
        nghttp2_session_callbacks_del(callbacks);
        session_.reset(made);
        BOOST_REQUIRE_EQUAL(nghttp2_submit_settings(made, 0, settings.data(), settings.size()), 0);
    }

    // Every byte must be to its liking.
    void take(std::string_view bytes) {
        auto const used =
            nghttp2_session_mem_recv(get(), reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size());
        BOOST_REQUIRE_EQUAL(used, static_cast<ssize_t>(bytes.size()));
        BOOST_REQUIRE_EQUAL(invalid_, 0);
    }

    std::string output() {
        std::string made;
        for (;;) {
            std::uint8_t const* bytes = nullptr;
            auto const size = nghttp2_session_mem_send(get(), &bytes);
            BOOST_REQUIRE(size >= 0);
            if (size == 0) return made;
            made.append(reinterpret_cast<char const*>(bytes), static_cast<std::size_t>(size));
        }
    }

    void answer(std::int32_t id, std::vector<std::pair<std::string, std::string>> const& fields, std::string body,
                std::vector<std::pair<std::string, std::string>> trailers = {}) {
        streams[id].reply = std::move(body);
        trailers_[id] = std::move(trailers);
        auto const list = list_of(fields);
        nghttp2_data_provider provider{};
        provider.source.ptr = &streams[id];
        provider.read_callback = read_reply;
        bool const has_body = !streams[id].reply.empty() || !trailers_[id].empty();
        BOOST_REQUIRE_EQUAL(
            nghttp2_submit_response(get(), id, list.data(), list.size(), has_body ? &provider : nullptr), 0);
    }

    void inform(std::int32_t id) {
        std::vector<std::pair<std::string, std::string>> const fields{{":status", "103"}, {"link", "</x>"}};
        auto const list = list_of(fields);
        BOOST_REQUIRE_EQUAL(
            nghttp2_submit_headers(get(), NGHTTP2_FLAG_NONE, id, nullptr, list.data(), list.size(), nullptr), 0);
    }

    nghttp2_session* get() const noexcept { return session_.get(); }

    std::map<std::int32_t, stream> streams;

private:
    using field_list = std::vector<std::pair<std::string, std::string>>;

    struct free_session {
        void operator()(nghttp2_session* s) const noexcept { nghttp2_session_del(s); }
    };

    static nghttp2_server& self(void* user) { return *static_cast<nghttp2_server*>(user); }
    static std::string text(std::uint8_t const* bytes, std::size_t size) {
        return {reinterpret_cast<char const*>(bytes), size};
    }
    static std::vector<nghttp2_nv> list_of(field_list const& fields) {
        std::vector<nghttp2_nv> list;
        for (auto const& [name, value] : fields) {
            auto* const n = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data()));
            auto* const v = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data()));
            list.push_back({n, v, name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
        }
        return list;
    }

    static int on_header(nghttp2_session*, nghttp2_frame const* frame, std::uint8_t const* name, std::size_t name_size,
                         std::uint8_t const* value, std::size_t value_size, std::uint8_t, void* user) {
        self(user).streams[frame->hd.stream_id].fields.emplace_back(text(name, name_size), text(value, value_size));
        return 0;
    }
    static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, std::uint8_t const* bytes, std::size_t size,
                       void* user) {
        self(user).streams[id].body += text(bytes, size);
        return 0;
    }
    static int on_frame(nghttp2_session*, nghttp2_frame const* frame, void* user) {
        bool const message = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
        if (message && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
            self(user).streams[frame->hd.stream_id].whole = true;
        return 0;
    }
    static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
        self(user).streams[id].closed = code;
        return 0;
    }
    static int on_invalid(nghttp2_session*, nghttp2_frame const*, int code, void* user) {
        // More streams than were announced is no fault: the announcement may be on its way.
        if (code != NGHTTP2_ERR_REFUSED_STREAM) self(user).invalid_ = code;
        return 0;
    }
    static ssize_t read_reply(nghttp2_session* session, std::int32_t id, std::uint8_t* into, std::size_t size,
                              std::uint32_t* flags, nghttp2_data_source* source, void* user) {
        auto& from = static_cast<stream*>(source->ptr)->reply;
        std::size_t const taken = std::min(size, from.size());
        std::memcpy(into, from.data(), taken);
        from.erase(0, taken);
        if (!from.empty()) return static_cast<ssize_t>(taken);
        *flags |= NGHTTP2_DATA_FLAG_EOF;
        auto const& trailers = self(user).trailers_[id];
        if (!trailers.empty()) {
            *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
            auto const list = list_of(trailers);
            nghttp2_submit_trailer(session, id, list.data(), list.size());
        }
        return static_cast<ssize_t>(taken);
    }

    std::unique_ptr<nghttp2_session, free_session> session_;
    std::map<std::int32_t, field_list> trailers_;
    int invalid_ = 0;
};

}  // namespace oms::test

#endif
