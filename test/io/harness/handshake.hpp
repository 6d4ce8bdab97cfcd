// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_HANDSHAKE_HPP
#define OMS_TEST_IO_HARNESS_HANDSHAKE_HPP

#include "io/harness/scarce_memory.hpp"
#include "testing/tls_session.hpp"
#include "transport/stream.hpp"
#include "transport/tls_context.hpp"
#include "transport/tls_engine.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace oms::scripted {

/// What a handshake of "localhost" comes to for the client, in memory. What is the server's takes no part in what
/// memory is missing.
/// @param resumed  Whether an earlier session went on, and takes the server's tickets.
inline error_code shake(std::shared_ptr<transport::tls_context> const& client, SSL_CTX& server,
                        bool* resumed = nullptr) {
    std::optional<testing::tls_session> session;
    std::string back;
    {
        scarce_memory::aside const theirs;
        session.emplace(server);
    }
    transport::tls_engine engine(client, "localhost", false, "localhost:443");
    auto const pass_on = [&] {
        scarce_memory::aside const theirs;
        std::string plain;
        session->receive(engine.output(), plain);
        engine.output().clear();
        back = session->output();
        session->clear_output();
        engine.feed(back);
    };
    error_code ec;
    for (int turns = 0; turns < 10; ++turns) {
        engine.handshake(ec);
        engine.take_rest();
        if (!transport::would_block(ec)) break;
        pass_on();
    }
    if (!ec && resumed != nullptr) {
        *resumed = engine.resumed();
        pass_on();
        std::array<char, 16> nothing{};
        error_code ignored;
        engine.read(nothing, ignored);
        engine.take_rest();
    }
    scarce_memory::aside const theirs;
    session.reset();
    return ec;
}

}  // namespace oms::scripted

#endif
