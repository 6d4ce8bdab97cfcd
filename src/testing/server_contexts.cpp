// SPDX-License-Identifier: BSL-1.0
#include "testing/server_contexts.hpp"

#include <utility>

namespace oms::testing {

namespace {

identity make_bad(identity const& root, bad_certificate which) {
    certificate_request request;
    switch (which) {
        case bad_certificate::expired:
            request.valid_until = -60;
            break;
        case bad_certificate::not_yet_valid:
            request.valid_from = 3600;
            break;
        case bad_certificate::foreign:
            return make_server(make_root("a root that nobody trusts"), request);
        case bad_certificate::self_signed:
            return make_self_signed(request);
        case bad_certificate::other_host:
            request.common_name = "other.invalid";
            request.alternative_names = "DNS:other.invalid";
            break;
    }
    return make_server(root, request);
}

}  // namespace

server_contexts::server_contexts(identity root, http_versions spoken)
    : root_(std::move(root)),
      spoken_(spoken),
      usual_(make_server_context(make_server(root_, certificate_request()), spoken)) {}

std::shared_ptr<SSL_CTX> server_contexts::make(bad_certificate which) const {
    return make_server_context(make_bad(root_, which), spoken_);
}

}  // namespace oms::testing
