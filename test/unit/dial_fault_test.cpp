// SPDX-License-Identifier: BSL-1.0
#include "policy/dial_fault.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <set>

using namespace oms;
using namespace oms::policy;

BOOST_AUTO_TEST_SUITE(dial_faults)

BOOST_AUTO_TEST_CASE(every_alert_is_final_or_of_the_moment) {
    std::set<int> const final_ones{SSL_AD_HANDSHAKE_FAILURE,
                                   SSL_AD_BAD_CERTIFICATE,
                                   SSL_AD_UNSUPPORTED_CERTIFICATE,
                                   SSL_AD_CERTIFICATE_UNKNOWN,
                                   SSL_AD_UNKNOWN_CA,
                                   SSL_AD_ACCESS_DENIED,
                                   SSL_AD_PROTOCOL_VERSION,
                                   SSL_AD_INSUFFICIENT_SECURITY,
                                   SSL_AD_UNRECOGNIZED_NAME,
                                   SSL_AD_CERTIFICATE_REQUIRED,
                                   SSL_AD_NO_APPLICATION_PROTOCOL};
    for (int alert = no_alert; alert < 256; ++alert) {
        BOOST_TEST(is_final_alert(alert) == final_ones.contains(alert), alert);
        auto const expected = final_ones.contains(alert) ? dial_fault::final : dial_fault::passing;
        BOOST_CHECK(fault_of(errc::handshake_failed, {}, alert) == expected);
    }
}

BOOST_AUTO_TEST_CASE(every_code_of_a_dial) {
    auto const of = [](errc code, error_code cause = {}) { return fault_of(code, cause, no_alert); };
    BOOST_CHECK(of(errc::host_not_found) == dial_fault::unknown);
    BOOST_CHECK(of(errc::proxy_auth_required) == dial_fault::common);
    for (errc const code : {errc::resolve_failed, errc::resolve_timeout, errc::connect_failed, errc::connect_timeout})
        BOOST_CHECK(of(code) == dial_fault::unreachable);
    for (errc const code : {errc::peer_not_tls, errc::tls_version_unsupported})
        BOOST_CHECK(of(code) == dial_fault::final);
    for (int code = static_cast<int>(errc::certificate_untrusted); code <= static_cast<int>(errc::certificate_rejected);
         ++code)
        BOOST_CHECK(of(static_cast<errc>(code)) == dial_fault::unverified);
    for (errc const code : {errc::handshake_failed, errc::handshake_truncated, errc::handshake_timeout,
                            errc::proxy_timeout, errc::proxy_failed})
        BOOST_CHECK(of(code) == dial_fault::passing);
    BOOST_CHECK(of(errc::proxy_failed, boost::asio::error::connection_refused) == dial_fault::passing);
    BOOST_CHECK(of(errc::proxy_failed, errc::host_not_found) == dial_fault::common);
    // What the proxy's TLS says of its address, an endpoint's would say of its own.
    BOOST_CHECK(of(errc::proxy_failed, errc::certificate_untrusted) == dial_fault::unverified);
    BOOST_CHECK(of(errc::proxy_failed, errc::peer_not_tls) == dial_fault::final);
    BOOST_CHECK(fault_of(errc::proxy_failed, errc::connection_lost, SSL_AD_CERTIFICATE_REQUIRED) == dial_fault::final);
    for (error_code const cause :
         {error_code(errc::handshake_truncated), error_code(errc::resolve_failed), error_code(403, http_category())})
        BOOST_CHECK(of(errc::proxy_failed, cause) == dial_fault::passing);
    BOOST_CHECK(fault_of(boost::asio::error::connection_reset, {}, no_alert) == dial_fault::passing);
}

BOOST_AUTO_TEST_SUITE_END()
