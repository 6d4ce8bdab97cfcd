// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_HANDSHAKE_RESULT_HPP
#define OMS_TRANSPORT_HANDSHAKE_RESULT_HPP

#include "transport/basic_tls_stream.hpp"
#include "transport/dialer.hpp"
#include "transport/tls_context.hpp"

#include <memory>
#include <string>
#include <utility>

namespace oms::transport {

/// What a dial has come to whose handshake has ended with `ec`; a stream that is of no use is closed.
/// @param way  For people, behind the reason of a failure.
template <class Socket>
dial_result handshake_result(std::unique_ptr<basic_tls_stream<Socket>> shaken, error_code ec, tls_context& tls,
                             std::string const& peer, std::string const& way = {}) {
    dial_result result;
    if (!ec) {
        result.resumed = shaken->engine().resumed();
        result.speaks = shaken->engine().protocol();
        result.connected = std::move(shaken);
        return result;
    }
    tls.forget(peer);  // it may have been the session that was offered
    bool const ours = ec.category() == client_category();
    result.code = ours ? ec : error_code(errc::handshake_truncated);
    result.cause = ec;
    result.alert = shaken->engine().alert();
    result.text = shaken->engine().failure_text(result.code) + way;
    shaken->close(false);
    return result;
}

}  // namespace oms::transport

#endif
