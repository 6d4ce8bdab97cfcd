// SPDX-License-Identifier: BSL-1.0
// Header coding against nghttp2's own, both ways.
#include "http2/header_decoder.hpp"
#include "http2/header_encoder.hpp"
#include "http2/huffman.hpp"

#include <boost/test/unit_test.hpp>

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oms::http2;

namespace {

struct free_deflater {
    void operator()(nghttp2_hd_deflater* d) const noexcept { nghttp2_hd_deflate_del(d); }
};
struct free_inflater {
    void operator()(nghttp2_hd_inflater* d) const noexcept { nghttp2_hd_inflate_del(d); }
};
using deflater = std::unique_ptr<nghttp2_hd_deflater, free_deflater>;
using inflater = std::unique_ptr<nghttp2_hd_inflater, free_inflater>;

deflater make_deflater(std::size_t most) {
    nghttp2_hd_deflater* made = nullptr;
    BOOST_REQUIRE_EQUAL(nghttp2_hd_deflate_new(&made, most), 0);
    return deflater(made);
}

inflater make_inflater() {
    nghttp2_hd_inflater* made = nullptr;
    BOOST_REQUIRE_EQUAL(nghttp2_hd_inflate_new(&made), 0);
    return inflater(made);
}

struct text_field {
    std::string name;
    std::string value;
    bool never = false;

    bool operator==(text_field const&) const = default;
};
using text_fields = std::vector<text_field>;

std::uint8_t* bytes_of(std::string const& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

std::string deflated(nghttp2_hd_deflater* by, text_fields const& fields) {
    std::vector<nghttp2_nv> list;
    for (auto const& each : fields) {
        auto const flags = static_cast<std::uint8_t>(each.never ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
        list.push_back({bytes_of(each.name), bytes_of(each.value), each.name.size(), each.value.size(), flags});
    }
    std::string block(nghttp2_hd_deflate_bound(by, list.data(), list.size()), '\0');
    auto const size = nghttp2_hd_deflate_hd(by, bytes_of(block), block.size(), list.data(), list.size());
    BOOST_REQUIRE(size >= 0);
    block.resize(static_cast<std::size_t>(size));
    return block;
}

text_fields inflated(nghttp2_hd_inflater* by, std::string const& block) {
    text_fields made;
    auto const* at = bytes_of(block);
    std::size_t left = block.size();
    for (;;) {
        nghttp2_nv field;
        int flags = 0;
        auto const used = nghttp2_hd_inflate_hd2(by, &field, &flags, at, left, 1);
        BOOST_REQUIRE(used >= 0);
        at += used;
        left -= static_cast<std::size_t>(used);
        if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0) {
            made.push_back({std::string(reinterpret_cast<char*>(field.name), field.namelen),
                            std::string(reinterpret_cast<char*>(field.value), field.valuelen),
                            (field.flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0});
        }
        if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
        BOOST_REQUIRE(((flags & NGHTTP2_HD_INFLATE_EMIT) != 0 || left > 0));
    }
    nghttp2_hd_inflate_end_headers(by);
    return made;
}

text_fields decoded(header_decoder& by, std::string const& block) {
    text_fields made;
    by.begin(block);
    for (field_view f;;) {
        auto const got = by.next(f);
        BOOST_REQUIRE(got != header_decoder::result::malformed);
        if (got == header_decoder::result::end) return made;
        made.push_back({std::string(f.name), std::string(f.value)});
    }
}

class generator {
public:
    explicit generator(unsigned seed) : random_(seed) {}

    std::size_t up_to(std::size_t most) { return random_() % (most + 1); }

    std::string text(std::size_t most) {
        static constexpr std::string_view common = "0123456789abcdefghijklmnopqrstuvwxyz -/:,;=ABCXYZ";
        std::string made(up_to(most), '?');
        bool const any = up_to(3) == 0;
        for (char& c : made)
            c = any ? static_cast<char>(up_to(255)) : common[up_to(common.size() - 1)];
        return made;
    }

    // Some come again and again, so that tables have a use.
    text_field field() {
        static constexpr std::string_view names[] = {":status",     "date",         "server",    "content-type",
                                                     "retry-after", "x-request-id", "x-trace-1", ":path",
                                                     "via",         "set-cookie"};
        text_field made;
        made.name = up_to(4) == 0 ? "x-" + std::to_string(up_to(30)) : std::string(names[up_to(std::size(names) - 1)]);
        made.value = up_to(1) == 0 ? "value " + std::to_string(up_to(3)) : text(up_to(20) == 0 ? 3000 : 60);
        return made;
    }

    text_fields fields() {
        text_fields made(1 + up_to(12));
        for (auto& each : made)
            each = field();
        return made;
    }

private:
    std::mt19937 random_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(header_coding_with_nghttp2)

// Each code of the Huffman table, alone and among others.
BOOST_AUTO_TEST_CASE(each_byte_by_its_huffman_code) {
    auto const by = make_deflater(0);
    header_decoder decoder(0);
    for (int c = 0; c < 256; ++c) {
        for (std::size_t others : {0U, 1U, 2U, 3U, 30U}) {
            // Common ones around make the code worth its while.
            std::string const value = std::string(60, 'a') + static_cast<char>(c) + std::string(others, 'e');
            text_fields const fields{{"x", value}};
            std::string const block = deflated(by.get(), fields);
            BOOST_REQUIRE(block.size() < value.size());  // coded indeed
            BOOST_TEST((decoded(decoder, block) == fields), c);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_nghttp2_writes_is_read) {
    for (std::uint32_t table : {0U, 33U, 64U, 100U, 256U, 1000U, 4096U, 65'536U}) {
        generator make(table + 1);
        auto const by = make_deflater(table);
        header_decoder decoder(table);
        for (int i = 0; i < 300; ++i) {
            auto const fields = make.fields();
            BOOST_REQUIRE((decoded(decoder, deflated(by.get(), fields)) == fields));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_nghttp2_writes_is_read_while_its_table_changes) {
    generator make(7);
    auto const by = make_deflater(4096);
    header_decoder decoder(4096);
    for (int i = 0; i < 2000; ++i) {
        for (auto changes = make.up_to(6); changes > 4; --changes)
            BOOST_REQUIRE_EQUAL(nghttp2_hd_deflate_change_table_size(by.get(), make.up_to(4096)), 0);
        auto const fields = make.fields();
        BOOST_REQUIRE((decoded(decoder, deflated(by.get(), fields)) == fields));
    }
}

// What `SETTINGS_HEADER_TABLE_SIZE` of 0 makes of an encoder: no table, and a word of it first.
BOOST_AUTO_TEST_CASE(what_nghttp2_writes_without_a_table_is_read) {
    generator make(8);
    auto const by = make_deflater(4096);
    BOOST_REQUIRE_EQUAL(nghttp2_hd_deflate_change_table_size(by.get(), 0), 0);
    header_decoder decoder(0);
    for (int i = 0; i < 1000; ++i) {
        auto const fields = make.fields();
        BOOST_REQUIRE((decoded(decoder, deflated(by.get(), fields)) == fields));
    }
}

BOOST_AUTO_TEST_CASE(nghttp2_reads_what_we_write) {
    for (std::uint32_t table : {0U, 40U, 100U, 500U, 3000U, 4096U, 10'000U, 40'000U}) {
        generator make(table + 100);
        auto const by = make_inflater();
        std::set<std::string> names;  // they live as long as the encoder
        header_encoder encoder;
        BOOST_REQUIRE_EQUAL(nghttp2_hd_inflate_change_table_size(by.get(), table), 0);
        encoder.set_limit(table);
        std::vector<std::string> tokens;
        for (int i = 0; i < 5; ++i)
            tokens.push_back(make.text(10) + std::string(make.up_to(1500), static_cast<char>('a' + i)));
        for (int i = 0; i < 400; ++i) {
            if (make.up_to(40) == 0) {
                auto const size = static_cast<std::uint32_t>(make.up_to(5000));
                BOOST_REQUIRE_EQUAL(nghttp2_hd_inflate_change_table_size(by.get(), size), 0);
                encoder.set_limit(size);
            }
            auto texts = make.fields();
            std::vector<header_field> fields;
            for (auto& each : texts) {
                auto const how = static_cast<indexing>(make.up_to(2));
                each.never = how == indexing::never;
                fields.push_back({*names.insert(each.name).first, each.value, how});
            }
            std::string const& token = tokens[make.up_to(2) == 0 ? make.up_to(tokens.size() - 1) : 0];
            fields.push_back({"x-auth-token", token, indexing::token});
            std::string block;
            encoder.append(block, fields);
            auto const got = inflated(by.get(), block);
            BOOST_REQUIRE_EQUAL(got.size(), fields.size());
            for (std::size_t k = 0; k < texts.size(); ++k) {
                BOOST_REQUIRE(got[k].name == texts[k].name);
                BOOST_REQUIRE(got[k].value == texts[k].value);
                // A field without a value may be one of the static table, which is nobody's secret.
                if (!texts[k].value.empty()) BOOST_REQUIRE_EQUAL(got[k].never, texts[k].never);
            }
            BOOST_REQUIRE(got.back().value == token);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
