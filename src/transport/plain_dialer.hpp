// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_PLAIN_DIALER_HPP
#define OMS_TRANSPORT_PLAIN_DIALER_HPP

#include "transport/dialer.hpp"
#include "transport/name_cache.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace oms::transport {

/// Opens connections without TLS and without a proxy: to the machine's own
/// metadata service, which has neither, and to nothing else.
class plain_dialer final : public dialer {
public:
    plain_dialer(boost::asio::any_io_executor executor, std::shared_ptr<host_resolver> resolver);
    ~plain_dialer() override;

    std::shared_ptr<dial> start(std::uint64_t id, dial_target const& target, std::shared_ptr<dial_user> user) override;

private:
    boost::asio::any_io_executor executor_;
    std::shared_ptr<name_cache> names_;
};

}  // namespace oms::transport

#endif
