// SPDX-License-Identifier: BSL-1.0
//
// Certificates, keys and roots whose files change: when they are looked at and read, what a dial uses meanwhile, and
// what is told. The background is the test's: it reads when the test says so.
#include "io/harness/handshake.hpp"
#include "io/harness/scarce_memory.hpp"
#include "io/harness/secure_dialer.hpp"
#include "io/harness/world.hpp"
#include "system/temporary_directory.hpp"
#include "testing/certificate.hpp"
#include "transport/tls_reloader.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oms;
using namespace oms::transport;
using namespace std::chrono_literals;
using oms::scripted::scarce_memory;
using lasts = scarce_memory::lasts;

namespace {

namespace fs = std::filesystem;

struct by_hand final : background {
    std::vector<std::function<void()>> waiting;
    std::vector<std::pair<std::string, std::string>> told;
    bool refuses = false;

    void run(std::function<void()> work) override {
        if (refuses) throw std::bad_alloc();
        waiting.push_back(std::move(work));
    }
    void warn(std::string_view code, std::string text) noexcept override {
        scarce_memory::aside const ours;
        told.emplace_back(code, std::move(text));
    }
    std::size_t read() {
        auto const all = std::exchange(waiting, {});
        for (auto const& each : all)
            each();
        return all.size();
    }
    // What was told since the last time.
    std::string news() {
        std::string all;
        for (auto const& [code, text] : std::exchange(told, {})) {
            BOOST_TEST_MESSAGE(code << ": " << text);
            all += code + ": " + text + '\n';
        }
        return all;
    }
};

std::string pem_of(testing::identity const& who) {
    return testing::to_pem(*who.certificate);
}

bool has(std::string const& text, std::string const& part) {
    return text.find(part) != text.npos;
}

struct rig {
    static testing::ssl_ctx_ptr server_of(testing::identity const& root) {
        return testing::make_server_context(testing::make_server(root, {}));
    }
    // Whose clients need a certificate of this root. In TLS 1.3 it would tell only after the handshake.
    testing::ssl_ctx_ptr strict_server_of(testing::identity const& clients) const {
        auto context = server_of(root);
        SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
        SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
        SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        BOOST_REQUIRE(X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), clients.certificate.get()) == 1);
        return context;
    }
    static testing::identity client_of(testing::identity const& root) {
        testing::certificate_request request;
        request.extended_usage = "clientAuth";
        return testing::make_server(root, request);
    }

    void make() { reloader = std::make_shared<tls_reloader>(options); }
    void trust_file(testing::identity const& whom) {
        options.ca_file = directory.write("roots.pem", pem_of(whom));
        make();
    }
    // As who means well replaces one.
    void replace(std::string const& name, std::string const& text) const {
        directory.write("next", text);
        fs::rename(directory.file("next"), directory.file(name));
    }
    // Of a dial, a second after the last.
    std::shared_ptr<tls_context> dial() { return reloader->current(now += 1s, hand); }
    // Of a dial right after the files were looked at and read.
    std::shared_ptr<tls_context> read_and_dial() {
        dial();
        hand->read();
        return reloader->current(now, hand);
    }
    bool trusts(std::shared_ptr<tls_context> const& c, testing::ssl_ctx_ptr const& whom) const {
        return !scripted::shake(c, *whom);
    }

    test::temporary_directory const directory;
    testing::identity const root = testing::make_root("root");
    testing::identity const other = testing::make_root("other");
    testing::ssl_ctx_ptr const server = server_of(root);
    testing::ssl_ctx_ptr const others = server_of(other);
    tls_options options;
    std::shared_ptr<tls_reloader> reloader;
    std::shared_ptr<by_hand> hand = std::make_shared<by_hand>();
    tls_reloader::time_point now{1000h};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tls_reloads, rig)

BOOST_AUTO_TEST_CASE(what_does_not_change_is_not_read) {
    trust_file(root);
    auto const first = dial();
    for (int i = 0; i < 5; ++i)
        BOOST_TEST((dial() == first));
    BOOST_TEST(hand->waiting.empty());
}

BOOST_AUTO_TEST_CASE(options_without_files_are_never_looked_at) {
    options.ca_pem = pem_of(root);
    make();
    auto const first = reloader->current(now, nullptr);
    BOOST_TEST((reloader->current(now + 1h, nullptr) == first));
    BOOST_TEST(trusts(first, server));
}

BOOST_AUTO_TEST_CASE(who_dials_before_the_file_is_read_uses_the_old) {
    trust_file(root);
    auto const first = dial();
    replace("roots.pem", pem_of(other));
    BOOST_TEST((dial() == first));  // this one has it looked at
    BOOST_TEST((dial() == first));
    BOOST_TEST(hand->waiting.size() == 1U);
    BOOST_TEST(hand->read() == 1U);
    auto const second = reloader->current(now, hand);  // in the same moment
    BOOST_TEST((second != first));
    BOOST_TEST(trusts(second, others));
    BOOST_TEST(!trusts(second, server));
    BOOST_TEST(trusts(first, server));  // for those that have it
    auto const news = hand->news();
    BOOST_TEST(has(news, "tls_files_reloaded: "));
    BOOST_TEST(has(news, '"' + options.ca_file + '"'));
    BOOST_TEST((dial() == second));
    BOOST_TEST(hand->waiting.empty());
    BOOST_TEST(hand->news().empty());
}

BOOST_AUTO_TEST_CASE(files_are_looked_at_once_a_second_at_most) {
    trust_file(root);
    dial();
    replace("roots.pem", pem_of(other));
    reloader->current(now, hand);
    reloader->current(now + 999ms, hand);
    BOOST_TEST(hand->waiting.empty());
    reloader->current(now + 1s, hand);
    BOOST_TEST(hand->waiting.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_keeps_the_old_and_is_told_once) {
    trust_file(root);
    auto const first = dial();
    auto const whole = pem_of(other);
    for (auto const& bad : {std::string("no root\n"), std::string(), whole.substr(0, whole.size() / 2),
                            pem_of(root) + whole.substr(0, whole.size() / 2)}) {
        replace("roots.pem", bad);
        BOOST_TEST((read_and_dial() == first));
        auto const news = hand->news();
        BOOST_TEST(has(news, "tls_files_unusable: tls.ca_file: cannot load roots from \"" + options.ca_file + '"'));
        BOOST_TEST(has(news, "what was read before stays in use"));
        for (int i = 0; i < 3; ++i)
            BOOST_TEST((read_and_dial() == first));
        BOOST_TEST(hand->news().empty());
    }
    replace("roots.pem", whole);
    BOOST_TEST(trusts(read_and_dial(), others));
    BOOST_TEST(has(hand->news(), "tls_files_reloaded: "));
}

BOOST_AUTO_TEST_CASE(one_that_is_gone_keeps_the_old_until_it_is_back) {
    trust_file(root);
    auto const first = dial();
    fs::rename(options.ca_file, directory.file("away"));
    BOOST_TEST((read_and_dial() == first));
    BOOST_TEST(has(hand->news(), "tls_files_unusable: "));
    BOOST_TEST((read_and_dial() == first));
    BOOST_TEST(hand->news().empty());
    fs::rename(directory.file("away"), options.ca_file);
    BOOST_TEST(trusts(read_and_dial(), server));
    BOOST_TEST(has(hand->news(), "tls_files_reloaded: "));
}

BOOST_AUTO_TEST_CASE(a_key_waits_for_its_certificate) {
    auto const before = client_of(root), after = client_of(other);
    auto const old_clients = strict_server_of(root), new_clients = strict_server_of(other);
    options.certificate_file = directory.write("tls.crt", pem_of(before));
    options.private_key_file = directory.write("tls.key", testing::to_pem(*before.key));
    trust_file(root);
    auto const first = dial();
    BOOST_TEST(trusts(first, old_clients));
    BOOST_TEST(!trusts(first, new_clients));
    replace("tls.key", testing::to_pem(*after.key));
    BOOST_TEST((read_and_dial() == first));
    auto const news = hand->news();
    BOOST_TEST(has(news, "tls_files_unusable: tls.private_key_file: "));
    BOOST_TEST(!has(news, "PRIVATE"));
    replace("tls.crt", pem_of(after));
    auto const second = read_and_dial();
    BOOST_TEST(trusts(second, new_clients));
    BOOST_TEST(!trusts(second, old_clients));
    auto const told = hand->news();
    BOOST_TEST(has(told, "tls_files_reloaded: \"" + options.certificate_file + "\", \"" + options.private_key_file));
    BOOST_TEST(!has(told, options.ca_file));
    // A chain that is cut is none.
    replace("tls.crt", pem_of(after) + pem_of(other).substr(0, 100));
    BOOST_TEST((read_and_dial() == second));
    BOOST_TEST(has(hand->news(), "tls_files_unusable: tls.certificate_file: "));
}

// Kubernetes writes a directory, and renames a link to it over the one before.
BOOST_AUTO_TEST_CASE(links_are_followed) {
    auto const put = [&](std::string const& version, testing::identity const& who) {
        fs::create_directory(directory.file(version));
        directory.write(version + "/ca.crt", pem_of(who));
        fs::create_symlink(version, directory.file("..tmp"));
        fs::rename(directory.file("..tmp"), directory.file("..data"));
    };
    put("..1", root);
    fs::create_symlink("..data/ca.crt", directory.file("ca.crt"));
    options.ca_file = directory.file("ca.crt");
    make();
    BOOST_TEST(trusts(dial(), server));
    put("..2", other);
    BOOST_TEST(trusts(read_and_dial(), others));
}

BOOST_AUTO_TEST_CASE(what_is_written_while_it_is_read_is_read_again) {
    trust_file(root);
    auto const first = dial();
    directory.write("roots.pem", pem_of(other));
    dial();
    directory.write("roots.pem", pem_of(other) + pem_of(root));  // after the look
    hand->read();
    BOOST_TEST((dial() == first));
    BOOST_TEST(hand->news().empty());
    BOOST_TEST(hand->read() == 1U);
    auto const second = dial();
    BOOST_TEST(trusts(second, server));
    BOOST_TEST(trusts(second, others));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_twice_is_read_once) {
    int ends[2] = {};
    BOOST_REQUIRE(::pipe(ends) == 0);
    auto const text = pem_of(root);
    BOOST_REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    ::close(ends[1]);
    auto const me = client_of(root);
    options.certificate_file = directory.write("tls.crt", pem_of(me));
    options.private_key_file = directory.write("tls.key", testing::to_pem(*me.key));
    options.ca_file = "/dev/fd/" + std::to_string(ends[0]);
    make();
    ::close(ends[0]);
    auto const first = dial();
    BOOST_TEST(trusts(first, server));
    replace("tls.key", "nothing");
    BOOST_TEST((dial() == first));
    BOOST_TEST(hand->waiting.empty());
}

BOOST_AUTO_TEST_CASE(a_pipe_in_the_place_of_a_file_holds_nobody_up) {
    trust_file(root);
    auto const first = dial();
    fs::remove(options.ca_file);
    BOOST_REQUIRE(::mkfifo(options.ca_file.c_str(), 0600) == 0);
    BOOST_TEST((read_and_dial() == first));
    BOOST_TEST(has(hand->news(), '"' + options.ca_file + "\" is no regular file"));
}

BOOST_AUTO_TEST_CASE(the_passphrase_is_asked_by_the_constructor_only) {
    auto const encrypted = [](EVP_PKEY* key) {
        std::unique_ptr<BIO, testing::openssl_deleter<BIO_free_all>> const bio(BIO_new(BIO_s_mem()));
        unsigned char phrase[] = "open sesame";
        BOOST_REQUIRE(PEM_write_bio_PrivateKey(bio.get(), key, EVP_aes_256_cbc(), phrase, 11, nullptr, nullptr) == 1);
        char* data = nullptr;
        auto const size = BIO_get_mem_data(bio.get(), &data);
        return std::string(data, static_cast<std::size_t>(size));
    };
    auto const before = client_of(root), after = client_of(other);
    unsigned asked = 0;
    options.passphrase = [&] {
        ++asked;
        return secret("open sesame");
    };
    options.certificate_file = directory.write("tls.crt", pem_of(before));
    options.private_key_file = directory.write("tls.key", encrypted(before.key.get()));
    trust_file(root);
    BOOST_TEST(asked == 1U);
    replace("tls.key", encrypted(after.key.get()));
    replace("tls.crt", pem_of(after));
    BOOST_TEST(trusts(read_and_dial(), strict_server_of(other)));
    auto const news = hand->news();
    BOOST_TEST(has(news, "tls_files_reloaded: "));
    BOOST_TEST(!has(news, "sesame"));
    BOOST_TEST(asked == 1U);
}

BOOST_AUTO_TEST_CASE(no_session_is_offered_across_a_change) {
    trust_file(root);
    bool resumed = true;
    auto const first = dial();
    BOOST_TEST(!scripted::shake(first, *server, &resumed));
    BOOST_TEST(!resumed);
    BOOST_TEST(!scripted::shake(first, *server, &resumed));
    BOOST_TEST(resumed);
    replace("roots.pem", pem_of(root) + pem_of(other));
    auto const second = read_and_dial();
    BOOST_REQUIRE((second != first));
    BOOST_TEST(!scripted::shake(second, *server, &resumed));
    BOOST_TEST(!resumed);
    BOOST_TEST(!scripted::shake(first, *server, &resumed));  // which goes on with its own
    BOOST_TEST(resumed);
    BOOST_TEST(!scripted::shake(second, *server, &resumed));
    BOOST_TEST(resumed);
}

BOOST_AUTO_TEST_CASE(a_background_that_takes_nothing_is_asked_again) {
    trust_file(root);
    auto const first = dial();
    replace("roots.pem", pem_of(other));
    hand->refuses = true;
    BOOST_TEST((dial() == first));
    hand->refuses = false;
    BOOST_TEST(trusts(read_and_dial(), others));
}

// The context goes with what it has not run; IAM's roots serve clients of several.
BOOST_AUTO_TEST_CASE(a_reading_that_is_dropped_is_done_by_another) {
    trust_file(root);
    replace("roots.pem", pem_of(other));
    dial();
    BOOST_TEST(hand->waiting.size() == 1U);
    hand = std::make_shared<by_hand>();
    BOOST_TEST(trusts(read_and_dial(), others));
}

BOOST_AUTO_TEST_CASE(a_reading_may_end_when_nobody_wants_it_any_more) {
    trust_file(root);
    replace("roots.pem", pem_of(other));
    auto const late = dial();
    auto work = std::move(hand->waiting);
    hand.reset();
    reloader.reset();
    work.front()();
    work.clear();
    BOOST_TEST(trusts(late, server));
}

BOOST_AUTO_TEST_CASE(memory_runs_out_while_files_are_read) {
    auto const one = client_of(root), two = client_of(other);
    options.certificate_file = directory.write("tls.crt", pem_of(one));
    options.private_key_file = directory.write("tls.key", testing::to_pem(*one.key));
    trust_file(root);
    auto const of_one = strict_server_of(root), of_two = strict_server_of(other);
    bool second = false;
    std::size_t hindered = 0, used = 0;
    for (auto const how : {lasts::once, lasts::for_ever}) {
        for (std::size_t k = 1;; k += how == lasts::once ? 13 : 41) {
            second = !second;
            auto const& next = second ? two : one;
            replace("tls.crt", pem_of(next));
            replace("tls.key", testing::to_pem(*next.key));
            auto const before = dial();  // looks, and is to be read
            auto const work = std::exchange(hand->waiting, {});
            BOOST_REQUIRE(work.size() == 1U);
            std::size_t asked = 0;
            {
                scarce_memory scarce(k, how, scarce_memory::whose::anybodys);
                work.front()();
                asked = scarce.end();
            }
            auto const after = reloader->current(now, hand);
            ++(after == before ? hindered : used);
            BOOST_TEST_REQUIRE(trusts(after, (after == before) == second ? of_one : of_two), k);
            BOOST_TEST_REQUIRE(trusts(read_and_dial(), second ? of_two : of_one), k);
            if (asked < k) break;
        }
    }
    BOOST_TEST(!has(hand->news(), "tls_files_unusable"));
    BOOST_TEST_MESSAGE(hindered << " hindered, " << used << " used all the same");
    BOOST_TEST(hindered > 0U);
    BOOST_TEST(used > 0U);
}

// The same of a dial that finds a change.
BOOST_AUTO_TEST_CASE(memory_runs_out_at_the_look) {
    trust_file(root);
    replace("roots.pem", pem_of(other));
    for (std::size_t k = 1;; ++k) {
        std::size_t asked = 0;
        std::shared_ptr<tls_context> got;
        {
            scarce_memory scarce(k, lasts::for_ever);
            got = dial();
            asked = scarce.end();
        }
        BOOST_TEST_REQUIRE(trusts(got, server), k);
        if (asked < k) break;
        BOOST_TEST_REQUIRE(hand->waiting.empty(), k);
    }
    BOOST_TEST(hand->read() == 1U);
    BOOST_TEST(trusts(dial(), others));
}

BOOST_AUTO_TEST_CASE(the_systems_roots_are_read_again) {
    struct variable {
        explicit variable(std::string const& value) { ::setenv("SSL_CERT_FILE", value.c_str(), 1); }
        ~variable() { ::unsetenv("SSL_CERT_FILE"); }
    };
    std::optional<variable> set(std::in_place, directory.file("system.pem"));
    make();  // nothing is there
    set.reset();
    BOOST_TEST(!trusts(dial(), server));
    BOOST_TEST(hand->waiting.empty());
    replace("system.pem", pem_of(root));
    auto const first = read_and_dial();
    BOOST_TEST(trusts(first, server));
    BOOST_TEST(has(hand->news(), "tls_files_reloaded: \"" + directory.file("system.pem")));
    for (auto const* text : {"", "no root\n"}) {  // a package is being unpacked
        directory.write("system.pem", text);
        BOOST_TEST((read_and_dial() == first));
        BOOST_TEST(has(hand->news(), "tls_files_unusable: tls.system_roots: no root can be read from "));
    }
    fs::remove(directory.file("system.pem"));
    BOOST_TEST((read_and_dial() == first));
    BOOST_TEST(has(hand->news(), "tls_files_unusable: "));
    replace("system.pem", pem_of(other));
    BOOST_TEST(trusts(read_and_dial(), others));
}

BOOST_AUTO_TEST_CASE(what_does_not_count_is_not_looked_at) {
    auto const me = client_of(root);
    options.certificate_file = directory.write("tls.crt", pem_of(me));
    options.private_key_file = directory.write("tls.key", testing::to_pem(*me.key));
    options.dangerously_disable_verification();
    trust_file(root);
    auto const first = dial();
    replace("roots.pem", pem_of(other));
    BOOST_TEST((dial() == first));
    BOOST_TEST(hand->waiting.empty());
    replace("tls.key", testing::to_pem(*me.key));
    dial();
    BOOST_TEST(hand->waiting.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

// A client in virtual time that speaks TLS to a server in memory.
struct client_rig {
    client_rig() {
        options.ca_file = directory.write("roots.pem", oms::scripted::secure_root());
        reloader = std::make_shared<tls_reloader>(options);
        oms::scripted::secure_options how;
        how.trust = [this] { return used.emplace_back(reloader->current(world.time.now(), hand)); };
        oms::scripted::secure(world.net, how);
    }
    void replace(std::string const& text) const {
        directory.write("next", text);
        fs::rename(directory.file("next"), options.ca_file);
    }
    // On a connection of its own: the ones before are idle for too long.
    error_code stop() {
        world.run_for(1min);
        auto const call = world.stop();
        world.run_until_done(*call);
        return call->code;
    }

    test::temporary_directory const directory;
    std::string const other = pem_of(testing::make_root("other"));
    tls_options options;
    std::shared_ptr<tls_reloader> reloader;
    std::shared_ptr<by_hand> hand = std::make_shared<by_hand>();
    std::vector<std::shared_ptr<tls_context>> used;  // by each dial
    oms::scripted::world world;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tls_reloads_of_a_client, client_rig)

BOOST_AUTO_TEST_CASE(the_second_dial_after_a_change_uses_it) {
    BOOST_TEST(!stop());
    replace(other);
    BOOST_TEST(!stop());
    BOOST_TEST(hand->read() == 1U);
    BOOST_TEST((stop() == error_code(errc::certificate_untrusted)));
    replace(oms::scripted::secure_root());
    BOOST_TEST((stop() == error_code(errc::certificate_untrusted)));
    BOOST_TEST(hand->read() == 1U);
    BOOST_TEST(!stop());
}

BOOST_AUTO_TEST_CASE(files_are_looked_at_by_dials_only) {
    auto const first = world.stop(0);
    world.run_until_done(*first);
    replace(other);
    world.run_for(10s);
    auto const second = world.stop(1);  // on the connection of the first
    world.run_until_done(*second);
    BOOST_TEST(world.net.dialed == 1U);
    BOOST_TEST(!second->code);
    BOOST_TEST(hand->waiting.empty());
    world.run_for(1min);
    BOOST_TEST(hand->waiting.empty());
    BOOST_TEST(!stop());
    BOOST_TEST(hand->waiting.size() == 1U);
}

BOOST_AUTO_TEST_CASE(many_dials_at_once_look_once) {
    BOOST_TEST(!stop());
    replace(other);
    world.run_for(1min);
    std::vector<std::shared_ptr<oms::scripted::started>> calls;
    for (std::size_t i = 0; i < 10; ++i)
        calls.push_back(world.stop(i));
    world.run_for(100ms);
    BOOST_TEST(world.net.dialed == 11U);
    BOOST_TEST(hand->waiting.size() == 1U);
    for (auto const& each : calls)
        BOOST_TEST(!each->code);
    for (auto const& each : used)
        BOOST_TEST((each == used.front()));
}

// The reading ends before the next dial, between its beginning and its handshake, or after it.
BOOST_AUTO_TEST_CASE(each_dial_keeps_what_it_began_with) {
    BOOST_TEST(!stop());
    replace(other);
    BOOST_TEST(!stop());
    world.net.dials = [](std::size_t) {
        oms::scripted::dial_step slow;
        slow.takes = 3s;
        return std::vector{slow};
    };
    world.run_for(1min);
    auto const call = world.stop();
    world.run_for(1s);
    BOOST_REQUIRE(used.size() == 3U);
    BOOST_TEST(hand->read() == 1U);
    world.run_until_done(*call);
    BOOST_TEST(!call->code);
    BOOST_TEST((used[2] == used[0]));
    BOOST_TEST((stop() == error_code(errc::certificate_untrusted)));
    BOOST_TEST((used[3] != used[0]));
}

BOOST_AUTO_TEST_CASE(the_client_ends_while_files_are_read) {
    for (bool const context_goes : {false, true}) {
        client_rig r;
        BOOST_TEST(!r.stop());
        r.replace(r.other);
        r.world.run_for(1min);
        auto const call = r.world.stop();
        r.world.run_for(0s);
        BOOST_TEST(r.hand->waiting.size() == 1U);
        if (context_goes) {
            r.world.lose_context();
        } else {
            r.world.close();
            r.world.run();
            BOOST_TEST(call->completions == 1U);
        }
        BOOST_TEST(r.hand->read() == 1U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
