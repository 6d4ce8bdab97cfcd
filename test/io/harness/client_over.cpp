// SPDX-License-Identifier: BSL-1.0
#include "io/harness/client_over.hpp"

#include <boost/asio/io_context.hpp>

#include <utility>

namespace oms::scripted {

namespace {

// A client's way to its core is its own; an explicit instantiation may name it.
template <class Tag, typename Tag::type Member>
struct opened {
    friend typename Tag::type member_of(Tag) { return Member; }
};
struct core_tag {
    using type = std::shared_ptr<detail::client_core> client::*;
    friend type member_of(core_tag);
};
template struct opened<core_tag, &client::core_>;

// One that was moved from, as no other is without a core.
client hollow() {
    boost::asio::io_context nowhere;
    client_config config;
    config.endpoint = "https://oms.test";
    config.credentials = token_credentials("token");
    client made(nowhere, std::move(config));
    client const taken(std::move(made));
    return made;
}

}  // namespace

client client_over(std::shared_ptr<detail::client_core> core) {
    static client model = hollow();
    client made(std::move(model));
    made.*member_of(core_tag()) = std::move(core);
    return made;
}

}  // namespace oms::scripted
