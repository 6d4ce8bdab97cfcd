// SPDX-License-Identifier: BSL-1.0
//
// The system's roots: the file and the directories, what clients share of them, and memory that runs out while one is
// looked up.
#include "transport/system_roots.hpp"
#include "io/harness/handshake.hpp"
#include "io/harness/scarce_memory.hpp"
#include "system/temporary_directory.hpp"
#include "testing/certificate.hpp"
#include "testing/tls_session.hpp"
#include "transport/tls_context.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/x509.h>

#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

using namespace oms;
using namespace oms::transport;
using oms::scripted::scarce_memory;
using lasts = scarce_memory::lasts;

namespace {

std::string pem_of(testing::identity const& who) {
    return testing::to_pem(*who.certificate);
}

// The same root, which has been out of date for a day.
testing::identity expired(testing::identity const& root) {
    testing::identity old{testing::x509_ptr(X509_dup(root.certificate.get())), nullptr};
    X509_gmtime_adj(X509_getm_notBefore(old.certificate.get()), -100L * 24 * 3600);
    X509_gmtime_adj(X509_getm_notAfter(old.certificate.get()), -24L * 3600);
    BOOST_REQUIRE(X509_sign(old.certificate.get(), root.key.get(), EVP_sha256()) > 0);
    return old;
}

// By which OpenSSL finds it in a directory.
std::string link_of(testing::identity const& root, int number = 0) {
    char name[32];
    std::snprintf(name, sizeof name, "%08lx.%d",
                  X509_NAME_hash_ex(X509_get_subject_name(root.certificate.get()), nullptr, nullptr, nullptr), number);
    return name;
}

struct rig {
    rig() {
        ::setenv("SSL_CERT_FILE", file.c_str(), 1);
        ::setenv("SSL_CERT_DIR", links.file("").c_str(), 1);
    }
    ~rig() {
        ::unsetenv("SSL_CERT_FILE");
        ::unsetenv("SSL_CERT_DIR");
    }

    static std::shared_ptr<tls_context> client(std::string const& own = {}) {
        tls_options options;
        options.ca_pem = own;
        options.system_roots = true;
        options.resume_sessions = false;
        return std::make_shared<tls_context>(options);
    }

    error_code shake(std::shared_ptr<tls_context> const& client) const { return scripted::shake(client, *server); }

    static testing::ssl_ctx_ptr server_of(testing::identity const& root) {
        return testing::make_server_context(testing::make_server(root, {}));
    }

    test::temporary_directory const directory;
    test::temporary_directory const links;
    std::string const file = directory.file("roots.pem");
    testing::identity const root = testing::make_root("root");
    testing::identity const other = testing::make_root("other");
    testing::ssl_ctx_ptr const server = server_of(root);
    error_code const untrusted = errc::certificate_untrusted;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(systems_roots, rig)

BOOST_AUTO_TEST_CASE(a_file_is_shared_while_it_says_the_same) {
    directory.write("roots.pem", pem_of(root));
    auto first = bundle_of_file(file.c_str());
    BOOST_TEST(first->size() == 1U);
    BOOST_TEST((bundle_of_file(file.c_str()) == first));
    directory.write("roots.pem", pem_of(root) + pem_of(other));
    auto const longer = bundle_of_file(file.c_str());
    BOOST_TEST(longer->size() == 2U);
    BOOST_TEST((bundle_of_file(file.c_str()) == longer));
    directory.write("roots.pem", pem_of(root));
    BOOST_TEST(bundle_of_file(file.c_str())->pem() == pem_of(root));
    directory.write("roots.pem", pem_of(other));  // of the same length, in the same moment
    BOOST_TEST(bundle_of_file(file.c_str())->pem() == pem_of(other));
    BOOST_TEST(bundle_of_file(directory.file("none").c_str())->size() == 0U);
    BOOST_TEST(bundle_of_file(directory.file("").c_str())->size() == 0U);
    BOOST_TEST(bundle_of_file("/dev/zero")->size() == 0U);
    BOOST_TEST(first->size() == 1U);  // as it was
    std::weak_ptr<root_bundle const> const last = first;
    first.reset();
    BOOST_TEST(last.expired());
}

BOOST_AUTO_TEST_CASE(two_threads_make_the_first_at_once) {
    std::string many = pem_of(root);
    while (many.size() < 100'000)
        many += pem_of(other);
    directory.write("roots.pem", many);
    constexpr int rounds = 50;
    std::barrier together(2);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < rounds; ++i) {
                together.arrive_and_wait();  // nobody has one
                auto const ours = client();
                if (shake(ours)) std::abort();
                together.arrive_and_wait();
            }
        });
    }
    threads.clear();
    BOOST_TEST(!shake(client()));
}

BOOST_AUTO_TEST_CASE(two_threads_look_up_one_root_at_once) {
    directory.write("roots.pem", pem_of(other) + pem_of(expired(root)) + pem_of(root));
    constexpr int rounds = 50;
    for (int i = 0; i < rounds; ++i) {
        auto const ours = client();
        std::barrier together(2);
        std::vector<std::jthread> threads;
        for (int t = 0; t < 2; ++t) {
            threads.emplace_back([&] {
                together.arrive_and_wait();
                if (shake(ours)) std::abort();
            });
        }
    }
}

BOOST_AUTO_TEST_CASE(each_client_trusts_what_was_there_when_it_was_made) {
    directory.write("roots.pem", pem_of(root));
    auto const before = client();
    directory.write("roots.pem", pem_of(other));
    auto const after = client();
    auto const others = server_of(other);
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(!shake(before));
        BOOST_TEST((scripted::shake(before, *others) == untrusted));
        BOOST_TEST(!scripted::shake(after, *others));
        BOOST_TEST((shake(after) == untrusted));
    }
    directory.write("roots.pem", pem_of(root));
    BOOST_TEST(!shake(client()));
}

BOOST_AUTO_TEST_CASE(no_client_learns_what_another_was_told_to_trust) {
    directory.write("roots.pem", pem_of(other));
    auto const strict = client();
    BOOST_TEST(!shake(client(pem_of(root))));
    links.write(link_of(root), pem_of(root));
    auto const late = client();
    ::setenv("SSL_CERT_DIR", directory.file("").c_str(), 1);
    auto const elsewhere = client();
    BOOST_TEST(!shake(late));
    BOOST_TEST((shake(elsewhere) == untrusted));
    BOOST_TEST(!shake(strict));  // a directory is read when it is asked
}

BOOST_AUTO_TEST_CASE(the_file_and_the_directories) {
    BOOST_TEST((shake(client()) == untrusted));  // neither
    links.write("root.pem", pem_of(root));       // no link by which it could be found
    BOOST_TEST((shake(client()) == untrusted));
    directory.write("roots.pem", pem_of(root));
    BOOST_TEST(!shake(client()));
    directory.write("roots.pem", "no root\n");
    BOOST_TEST((shake(client()) == untrusted));
    links.write(link_of(root), pem_of(root));
    BOOST_TEST(!shake(client()));
}

BOOST_AUTO_TEST_CASE(one_that_is_valid_counts_beside_one_that_is_expired) {
    auto const old = pem_of(expired(root)), valid = pem_of(root);
    for (auto const& both : {old + valid, valid + old, pem_of(other) + old + pem_of(other) + valid}) {
        directory.write("roots.pem", both);
        BOOST_TEST(!shake(client()));
        BOOST_TEST(!shake(client(pem_of(other))));
    }
    directory.write("roots.pem", old);
    BOOST_TEST((shake(client()) == error_code(errc::certificate_expired)));
    BOOST_TEST(!shake(client(valid)));
    directory.write("roots.pem", valid);
    BOOST_TEST(!shake(client(old)));  // one's own is not all of that name
    links.write(link_of(root), old);
    BOOST_TEST(!shake(client()));
    directory.write("roots.pem", "");
    BOOST_TEST((shake(client()) == error_code(errc::certificate_expired)));
    links.write(link_of(root, 1), valid);
    BOOST_TEST(!shake(client()));
}

BOOST_AUTO_TEST_CASE(two_roots_of_one_name_and_two_keys) {
    auto const twin = testing::make_root("root");
    auto const twins = server_of(twin);
    directory.write("roots.pem", pem_of(twin) + pem_of(root));
    auto const both = client();
    BOOST_TEST(!shake(both));
    BOOST_TEST(!scripted::shake(both, *twins));
    directory.write("roots.pem", pem_of(root));
    auto const besides = client(pem_of(twin));
    BOOST_TEST(!shake(besides));
    BOOST_TEST(!scripted::shake(besides, *twins));
}

// Neither made by half nor taken for a system without roots.
BOOST_AUTO_TEST_CASE(memory_runs_out_while_a_client_is_made) {
    directory.write("roots.pem", pem_of(expired(root)) + pem_of(other) + pem_of(root));
    std::string const own = pem_of(expired(root));
    BOOST_REQUIRE(!shake(client(own)));
    for (auto const how : {lasts::once, lasts::for_ever}) {
        for (std::size_t k = 1;; k += how == lasts::once ? 29 : 67) {
            std::size_t asked = 0;
            std::shared_ptr<tls_context> made;
            {
                scarce_memory scarce(k, how, scarce_memory::whose::anybodys);
                try {
                    made = client(own);
                } catch (std::bad_alloc const&) {
                } catch (config_error const&) {
                }
                asked = scarce.end();
            }
            BOOST_TEST_REQUIRE((made == nullptr || !shake(made)), k);
            BOOST_TEST_REQUIRE(!shake(client(own)), k);
            if (asked < k) break;
        }
    }
}

// Each of some allocations of a client's first handshake fails. The next handshake has all that it needs.
BOOST_AUTO_TEST_CASE(memory_runs_out_while_a_root_is_looked_up) {
    directory.write("roots.pem", pem_of(other) + pem_of(expired(root)) + pem_of(root));
    BOOST_REQUIRE(!shake(client()));
    for (auto const how : {lasts::once, lasts::for_ever}) {
        std::size_t told = 0, succeeded = 0;
        std::size_t const step = how == lasts::once ? 37 : 149;
        for (std::size_t k = 1;; k += step) {
            std::size_t asked = 0;
            auto const ours = client();
            error_code ec;
            {
                scarce_memory scarce(k, how, scarce_memory::whose::anybodys);
                try {
                    ec = shake(ours);
                } catch (std::bad_alloc const&) {
                    ec = errc::out_of_memory;
                }
                asked = scarce.end();
            }
            if (ec == error_code(errc::out_of_memory)) ++told;
            if (!ec) ++succeeded;
            error_code const next = shake(ours);
            BOOST_TEST_REQUIRE(!next, k << ": " << ec.message() << ", then " << next.message());
            if (asked < k) break;
        }
        BOOST_TEST_MESSAGE(told << " told, " << succeeded << " succeeded all the same");
        BOOST_TEST(told > 0U);
        BOOST_TEST(succeeded > 0U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
