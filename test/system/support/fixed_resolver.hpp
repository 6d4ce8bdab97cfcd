// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SUPPORT_FIXED_RESOLVER_HPP
#define OMS_TEST_SYSTEM_SUPPORT_FIXED_RESOLVER_HPP

#include <oms/resolver.hpp>

#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <string>
#include <utility>
#include <vector>

namespace oms::test {

/// Answers every question alike.
class fixed_resolver final : public host_resolver {
public:
    explicit fixed_resolver(std::vector<boost::asio::ip::address> addresses) : addresses_(std::move(addresses)) {}
    explicit fixed_resolver(error_code code) : code_(code) {}

    void async_resolve(std::string, handler done) override {
        ++asked;
        done(code_, addresses_);
    }

    std::atomic<unsigned> asked = 0;

private:
    error_code const code_;
    std::vector<boost::asio::ip::address> const addresses_;
};

}  // namespace oms::test

#endif
