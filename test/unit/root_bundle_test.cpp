// SPDX-License-Identifier: BSL-1.0
//
// Roots in a text are found by every name that OpenSSL takes for theirs.
#include "transport/root_bundle.hpp"
#include "testing/certificate.hpp"
#include "transport/openssl_ptr.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/err.h>
#include <openssl/x509.h>

#include <string>
#include <string_view>
#include <vector>

using namespace oms;
using namespace oms::transport;

namespace {

using name_ptr = openssl_ptr<X509_NAME, X509_NAME_free>;
using store_ptr = openssl_ptr<X509_STORE, X509_STORE_free>;

struct attribute {
    char const* type;
    int kind;
    std::string value;
    int set = 0;  ///< 0: in one of its own; -1: in that of the one before.
};

name_ptr name_of(std::vector<attribute> const& attributes) {
    name_ptr name{X509_NAME_new()};
    for (auto const& [type, kind, value, set] : attributes) {
        BOOST_REQUIRE(X509_NAME_add_entry_by_txt(name.get(), type, kind,
                                                 reinterpret_cast<unsigned char const*>(value.data()),
                                                 static_cast<int>(value.size()), -1, set) == 1);
    }
    return name;
}

std::string_view der_of(X509_NAME const* name) {
    unsigned char const* der = nullptr;
    std::size_t size = 0;
    BOOST_REQUIRE(X509_NAME_get0_der(name, &der, &size) == 1);
    return {reinterpret_cast<char const*>(der), size};
}

std::size_t found(root_bundle const& in, X509_NAME const* subject) {
    store_ptr const store{X509_STORE_new()};
    BOOST_TEST(in.add_to(store.get(), subject));
    BOOST_TEST(ERR_peek_error() == 0U);
    return static_cast<std::size_t>(sk_X509_OBJECT_num(X509_STORE_get0_objects(store.get())));
}

X509_NAME const* subject_of(testing::identity const& who) {
    return X509_get_subject_name(who.certificate.get());
}

std::string pem_of(testing::identity const& who) {
    return testing::to_pem(*who.certificate);
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

std::string wide(std::string_view ascii, std::size_t width) {
    std::string text;
    for (char const c : ascii)
        text += std::string(width - 1, '\0') + c;
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(root_bundles)

BOOST_AUTO_TEST_CASE(what_openssl_takes_for_one_name_has_one_number) {
    std::vector<name_ptr> names;
    for (auto const& value : {"Some Root 7", "some  ROOT 7", " Some Root 7  ", "some root-7", "Some Root 8", ""}) {
        std::string const text(value);
        for (int const kind : {V_ASN1_UTF8STRING, V_ASN1_PRINTABLESTRING, V_ASN1_T61STRING, V_ASN1_IA5STRING})
            names.push_back(name_of({{"C", V_ASN1_PRINTABLESTRING, "DE"}, {"CN", kind, text}}));
        names.push_back(name_of({{"C", V_ASN1_PRINTABLESTRING, "de"}, {"CN", V_ASN1_BMPSTRING, wide(text, 2)}}));
        names.push_back(name_of({{"C", V_ASN1_PRINTABLESTRING, "DE"}, {"CN", V_ASN1_UNIVERSALSTRING, wide(text, 4)}}));
        names.push_back(name_of({{"C", V_ASN1_PRINTABLESTRING, "DE"}, {"O", V_ASN1_UTF8STRING, text}}));
        names.push_back(name_of({{"C", V_ASN1_PRINTABLESTRING, "DE"}, {"CN", V_ASN1_UTF8STRING, text, -1}}));
        names.push_back(name_of({{"CN", V_ASN1_UTF8STRING, text}, {"C", V_ASN1_PRINTABLESTRING, "DE", -1}}));
    }
    // In each of its encodings: Łódź, Z with a dot, and a letter whose low byte is one of ASCII.
    names.push_back(name_of({{"CN", V_ASN1_UTF8STRING,
                              "\xC5\x81\xC3\xB3"
                              "d\xC5\xBA"}}));
    names.push_back(name_of({{"CN", V_ASN1_BMPSTRING, std::string("\x01\x41\0\xF3\0d\x01\x7A", 8)}}));
    names.push_back(name_of({{"CN", V_ASN1_T61STRING, "\xE9t\xE9"}}));
    names.push_back(name_of({{"CN", V_ASN1_UTF8STRING, "\xC3\xA9t\xC3\xA9"}}));
    std::size_t alike = 0, apart = 0;
    for (auto const& a : names) {
        auto const number = number_of_name(der_of(a.get()));
        BOOST_REQUIRE(number.has_value());
        for (auto const& b : names) {
            bool const same = number == number_of_name(der_of(b.get()));
            bool const equal = X509_NAME_cmp(a.get(), b.get()) == 0;
            BOOST_TEST((same || !equal));
            if (a != b && equal) ++alike;
            if (!same) ++apart;
        }
    }
    BOOST_TEST(alike > 100U);
    BOOST_TEST(apart > 1000U);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_der_has_no_number) {
    auto const name = name_of({{"C", V_ASN1_PRINTABLESTRING, "DE"}, {"CN", V_ASN1_UTF8STRING, std::string(200, 'x')}});
    auto const der = der_of(name.get());
    for (std::size_t size = 0; size < der.size(); ++size)
        BOOST_TEST(!number_of_name(der.substr(0, size)));
    for (std::size_t at = 0; at < der.size(); ++at) {
        for (int bit = 1; bit < 256; bit *= 2) {
            std::string changed(der);
            changed[at] = static_cast<char>(changed[at] ^ bit);
            static_cast<void>(number_of_name(changed));  // reads nothing that is not its
        }
    }
    std::string string_in_parts(der);
    string_in_parts[string_in_parts.find("\x0C\x81")] = 0x2C;
    BOOST_TEST(!number_of_name(string_in_parts));
}

BOOST_AUTO_TEST_CASE(each_is_found_by_its_subject_and_no_other_is_decoded) {
    std::vector<testing::identity> roots;
    std::string text = "# roots\n";
    for (int i = 0; i < 20; ++i) {
        roots.push_back(testing::make_root("root " + std::to_string(i)));
        text += pem_of(roots.back()) + (i % 2 == 0 ? "\n# next\n" : "");
    }
    root_bundle const bundle(text);
    BOOST_TEST(bundle.size() == roots.size());
    for (auto const& each : roots)
        BOOST_TEST(found(bundle, subject_of(each)) == 1U);
    BOOST_TEST(found(bundle, subject_of(testing::make_root("another"))) == 0U);
    auto const spelled_otherwise = name_of({{"CN", V_ASN1_PRINTABLESTRING, "ROOT  7"}});
    BOOST_TEST(found(bundle, spelled_otherwise.get()) == 1U);
}

BOOST_AUTO_TEST_CASE(all_of_one_subject_are_found) {
    auto const one = testing::make_root("root"), two = testing::make_root("root"), other = testing::make_root("other");
    root_bundle const bundle(pem_of(one) + pem_of(other) + pem_of(two) + pem_of(one));
    BOOST_TEST(found(bundle, subject_of(one)) == 2U);
}

BOOST_AUTO_TEST_CASE(however_the_text_is_written) {
    auto const root = testing::make_root("root");
    auto const pem = pem_of(root);
    for (std::string const& text :
         {replaced(pem, "\n", "\r\n"), replaced(pem, "\n", " \n"), replaced(pem, "CERTIFICATE", "X509 CERTIFICATE"),
          replaced(pem, "CERTIFICATE", "TRUSTED CERTIFICATE"), pem.substr(0, pem.size() - 1),
          "-----BEGIN CERTIFICATE-----\nMII" + ("\n" + pem), pem_of(root).insert(0, testing::to_pem(*root.key))}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(found(root_bundle(text), subject_of(root)) == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_malformed_takes_no_other_with_it) {
    auto const root = testing::make_root("root"), other = testing::make_root("other");
    auto const pem = pem_of(other);
    for (std::size_t cut = 0; cut < pem.size(); cut += 7) {
        root_bundle const bundle(pem.substr(0, cut) + "\n" + pem_of(root) + pem.substr(cut));
        BOOST_TEST(found(bundle, subject_of(root)) == 1U, cut);
    }
    for (std::size_t at = 27; at < pem.size(); at += 3) {
        std::string changed = pem;
        changed[at] = changed[at] == 'A' ? 'z' : 'A';
        root_bundle const bundle(pem_of(root) + changed + pem_of(root));
        BOOST_TEST(found(bundle, subject_of(root)) == 1U, at);
        store_ptr const store{X509_STORE_new()};
        BOOST_TEST(bundle.add_to(store.get(), subject_of(other)));
    }
    for (std::string const text : {"", "\n", "-----", "-----BEGIN CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\n",
                                   "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "no roots\n"})
        BOOST_TEST(found(root_bundle(text), subject_of(root)) == 0U);
}

// A subject that does not fit into what is looked at first.
BOOST_AUTO_TEST_CASE(a_subject_far_behind) {
    std::string const longest(64, 'x');
    auto made = testing::make_root("root");
    auto const set = [&](X509_NAME* name) {
        for (int i = 0; i < 12; ++i) {
            BOOST_REQUIRE(X509_NAME_add_entry_by_txt(name, "OU", MBSTRING_UTF8,
                                                     reinterpret_cast<unsigned char const*>(longest.data()), 64, -1,
                                                     0) == 1);
        }
    };
    set(X509_get_subject_name(made.certificate.get()));
    set(X509_get_issuer_name(made.certificate.get()));
    BOOST_REQUIRE(X509_sign(made.certificate.get(), made.key.get(), EVP_sha256()) > 0);
    BOOST_TEST(found(root_bundle(pem_of(made)), subject_of(made)) == 1U);
}

// DER knows no length that is told by an end.
BOOST_AUTO_TEST_CASE(a_name_of_no_length_is_none) {
    BOOST_TEST(!number_of_name(std::string_view("\x30\x80", 2)).has_value());
    BOOST_TEST(number_of_name(std::string_view("\x30\x00", 2)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
