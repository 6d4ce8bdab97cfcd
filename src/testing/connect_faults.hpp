// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_CONNECT_FAULTS_HPP
#define OMS_TESTING_CONNECT_FAULTS_HPP

// What is to go wrong with connections, and with which.

#include "testing/occasions.hpp"
#include "testing/rule_words.hpp"
#include "testing/server_contexts.hpp"
#include "testing/session.hpp"

#include <oms/testing/connect_fault.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace oms::testing {

// How a connection begins.
enum class greeting { usual, reset, close, stall };

struct connect_plan {
    oms::testing::greeting greeting = oms::testing::greeting::usual;
    std::chrono::nanoseconds delay{0};
    bool alert = false;
    std::optional<std::size_t> cut;  // after so many bytes
    std::shared_ptr<SSL_CTX> shown;  // null: the usual certificate
    int actions = 0;                 // that were said, `delay` aside
};

struct connect_rule {
    connect_rule(rule_words said, unsigned at, char const* is_plain)
        : words(std::move(said)), place(at), plain(is_plain) {}

    rule_words words;
    unsigned place;
    char const* plain;  // why there is no TLS; null: there is
    occasions which;
    connect_plan plan;
};

/// TLS as the plan wants it. @throws std::runtime_error
std::unique_ptr<session> make_session(connect_plan const& plan, server_contexts const& contexts);

class connect_table {
public:
    explicit connect_table(std::shared_ptr<server_contexts const> contexts) : contexts_(std::move(contexts)) {}

    server_contexts const& contexts() const noexcept { return *contexts_; }
    /// Puts it in force. @throws std::invalid_argument  it never would be: an older one takes all of its connections.
    void add(std::list<connect_rule>&& rule);
    void clear() noexcept;
    /// For the next connection of a place.
    connect_plan select(unsigned place);

private:
    std::shared_ptr<server_contexts const> const contexts_;
    std::mutex mutex_;
    std::list<connect_rule> rules_;
};

}  // namespace oms::testing

#endif
