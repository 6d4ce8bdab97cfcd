// SPDX-License-Identifier: BSL-1.0
#include "transport/root_bundle.hpp"

#include "transport/openssl_ptr.hpp"
#include "transport/pem_certificates.hpp"
#include "wire/chars.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <utility>

namespace oms::transport {

namespace {

unsigned byte(char c) noexcept {
    return static_cast<unsigned char>(c);
}

struct element {
    unsigned tag = 0;
    std::size_t size = 0;  ///< Of what it contains.
};

// Takes the head of the first element from `der`. Nothing: it is cut, or no DER.
std::optional<element> enter(std::string_view& der) noexcept {
    if (der.size() < 2) return std::nullopt;
    element e{byte(der[0]), byte(der[1])};
    std::size_t head = 2;
    if (e.size >= 0x80) {
        head += e.size & 0x7F;
        if (head == 2 || head > 6 || der.size() < head) return std::nullopt;
        e.size = 0;
        for (std::size_t i = 2; i < head; ++i)
            e.size = e.size << 8 | byte(der[i]);
    }
    der.remove_prefix(head);
    return e;
}

struct whole_element {
    unsigned tag = 0;
    std::string_view contents;
};

// Takes all of it.
std::optional<whole_element> take(std::string_view& der) noexcept {
    auto const head = enter(der);
    if (!head || head->size > der.size()) return std::nullopt;
    whole_element const e{head->tag, der.substr(0, head->size)};
    der.remove_prefix(head->size);
    return e;
}

constexpr unsigned bmp_string = 0x1E;
constexpr unsigned universal_string = 0x1C;
constexpr unsigned constructed = 0x20;
constexpr unsigned version = 0xA0;

// FNV-1a: of the type, and of what every way to write the same value has in common, the letters and digits of ASCII.
std::uint64_t number_of_attribute(std::string_view type, whole_element const& value) noexcept {
    std::uint64_t number = 0xCBF29CE484222325;
    auto const add = [&](unsigned c) { number = (number ^ c) * 0x100000001B3; };
    for (char const c : type)
        add(byte(c));
    std::size_t const width = value.tag == bmp_string ? 2 : value.tag == universal_string ? 4 : 1;
    for (std::size_t i = 0; i + width <= value.contents.size(); i += width) {
        std::string_view const high = value.contents.substr(i, width - 1);
        char const c = wire::to_lower(value.contents[i + width - 1]);
        if (high.find_first_not_of('\0') == high.npos && (wire::is_lower(c) || wire::is_digit(c))) add(byte(c));
    }
    return number;
}

// Of what begins a certificate, which may be cut behind it.
std::optional<std::uint64_t> number_of_subject(std::string_view der) noexcept {
    if (!enter(der) || !enter(der)) return std::nullopt;  // the certificate; what is signed of it
    auto field = take(der);
    if (field && field->tag == version) field = take(der);
    // The serial number is behind us; the algorithm, the issuer and the validity follow.
    for (int i = 0; field && i < 3; ++i)
        field = take(der);
    return field ? number_of_name(der) : std::nullopt;
}

// So many characters of it at most. Nothing: it is no base64.
std::optional<std::string> decode(std::string_view base64, std::size_t most) {
    std::string text;
    text.reserve(std::min(base64.size(), most));
    auto const is_space = [](char c) { return byte(c) <= ' '; };
    for (auto at = base64.begin(); at != base64.end() && text.size() < most;) {
        auto const line = std::find_if_not(at, base64.end(), is_space);
        auto const room = static_cast<std::ptrdiff_t>(most - text.size());
        at = std::find_if(line, line + std::min(room, base64.end() - line), is_space);
        text.append(line, at);
    }
    std::string bytes(text.size(), '\0');
    int const size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<unsigned char const*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size));
    return bytes;
}

constexpr std::size_t enough_for_most = 512;
constexpr std::string_view begin_mark = "-----BEGIN ", end_mark = "-----END ", dashes = "-----";
// "TRUSTED": with what it is trusted for.
constexpr std::array<std::string_view, 3> labels{"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"};

// The next line that begins with dashes.
std::size_t find_dashes(std::string_view text, std::size_t from) noexcept {
    for (auto at = text.find(dashes, from); at != text.npos; at = text.find(dashes, at + dashes.size())) {
        if (at == 0 || text[at - 1] == '\n') return at;
    }
    return text.npos;
}

// Of a certificate that begins here.
std::optional<std::string_view> label_of(std::string_view text) noexcept {
    if (!text.starts_with(begin_mark)) return std::nullopt;
    text.remove_prefix(begin_mark.size());
    for (auto const each : labels) {
        if (text.starts_with(each) && text.substr(each.size()).starts_with(dashes)) return each;
    }
    return std::nullopt;
}

using certificate_ptr = openssl_ptr<X509, X509_free>;

// Null: it is malformed, or memory was missing. Of a part that lacked memory nobody is told, so it is tried again: what
// is wrong twice is so.
certificate_ptr read(std::string_view text, bool& memory_missed) noexcept {
    memory_missed = false;
    for (int i = 0; i < 2; ++i) {
        openssl_ptr<BIO, BIO_free_all> const pem{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
        certificate_ptr found{pem ? PEM_read_bio_X509_AUX(pem.get(), nullptr, nullptr, nullptr) : nullptr};
        if (found && is_whole(found.get()) && (i > 0 || !is_doubtful(found.get()))) return found;
        memory_missed = memory_was_missing();
    }
    return nullptr;
}

void free_objects(STACK_OF(X509_OBJECT) * all) noexcept {
    sk_X509_OBJECT_pop_free(all, X509_OBJECT_free);
}
using object_list = openssl_ptr<STACK_OF(X509_OBJECT), free_objects>;

bool append(STACK_OF(X509_OBJECT) * all, X509* certificate) noexcept {
    openssl_ptr<X509_OBJECT, X509_OBJECT_free> object{X509_OBJECT_new()};
    if (!object || X509_OBJECT_set1_X509(object.get(), certificate) != 1) return false;
    if (sk_X509_OBJECT_push(all, object.get()) <= 0) return false;
    static_cast<void>(object.release());
    return true;
}

// All at once, or none: whoever finds one in the store looks no further for those of its name.
bool move_into(X509_STORE* store, STACK_OF(X509_OBJECT) * all) noexcept {
    int const count = sk_X509_OBJECT_num(all);
    if (count == 0) return true;
    X509_STORE_lock(store);
    auto* const known = X509_STORE_get0_objects(store);
    bool const room = sk_X509_OBJECT_reserve(known, count) == 1;
    for (int i = 0; room && i < count; ++i) {
        auto* const each = sk_X509_OBJECT_value(all, i);
        if (X509_OBJECT_retrieve_match(known, each) != nullptr) continue;
        sk_X509_OBJECT_push(known, each);
        sk_X509_OBJECT_set(all, i, nullptr);
    }
    sk_X509_OBJECT_sort(known);
    X509_STORE_unlock(store);
    return room;
}

}  // namespace

std::optional<std::uint64_t> number_of_name(std::string_view der) noexcept {
    auto const name = take(der);
    if (!name) return std::nullopt;
    std::uint64_t sum = 0;  // those of one set have no order
    for (std::string_view sets = name->contents; !sets.empty();) {
        auto const set = take(sets);
        if (!set) return std::nullopt;
        for (std::string_view attributes = set->contents; !attributes.empty();) {
            auto attribute = take(attributes);
            if (!attribute) return std::nullopt;
            auto const type = take(attribute->contents);
            auto const value = take(attribute->contents);
            if (!type || !value || (value->tag & constructed) != 0) return std::nullopt;
            sum += number_of_attribute(type->contents, *value);
        }
    }
    return sum;
}

root_bundle::root_bundle(std::string pem) : pem_(std::move(pem)) {
    std::string_view const text = pem_;
    // Each line of dashes ends one block at most, and begins one.
    for (auto at = find_dashes(text, 0); at != text.npos;) {
        std::string_view const from = text.substr(at);
        auto const size = find_dashes(from, dashes.size());
        at = size == from.npos ? size : at + size;
        auto const label = label_of(from);
        if (at == text.npos || !label || !text.substr(at).starts_with(end_mark)) continue;
        auto const head = begin_mark.size() + label->size() + dashes.size();
        auto const foot = end_mark.size() + label->size() + dashes.size();
        auto const base64 = from.substr(head, size - head);
        std::optional<std::uint64_t> subject;
        bool decoded = false;
        for (auto const most : {enough_for_most, base64.size()}) {
            auto const der = decode(base64, most);
            decoded = der.has_value();
            if (decoded) subject = number_of_subject(*der);
            if (subject) break;
        }
        if (decoded) blocks_.push_back({subject, from.substr(0, size + foot)});
    }
}

bool root_bundle::add_to(X509_STORE* store, X509_NAME const* subject) const noexcept {
    unsigned char const* der = nullptr;
    std::size_t size = 0;
    if (X509_NAME_get0_der(subject, &der, &size) != 1) return !memory_was_missing();
    auto const wanted = number_of_name({reinterpret_cast<char const*>(der), size});
    object_list const found{sk_X509_OBJECT_new_null()};
    bool all = found != nullptr;
    for (auto each = blocks_.begin(); all && each != blocks_.end(); ++each) {
        if (each->subject && each->subject != wanted) continue;
        bool memory_missed = false;
        auto const root = read(each->pem, memory_missed);
        all = root ? append(found.get(), root.get()) : !memory_missed;
    }
    all = all && move_into(store, found.get());
    if (!all) ERR_raise(ERR_LIB_X509, ERR_R_MALLOC_FAILURE);
    return all;
}

}  // namespace oms::transport
