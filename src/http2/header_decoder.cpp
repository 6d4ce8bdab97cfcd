// SPDX-License-Identifier: BSL-1.0
#include "http2/header_decoder.hpp"

#include "http2/header_coding.hpp"
#include "http2/huffman.hpp"
#include "wire/digest.hpp"

#include <utility>

namespace oms::http2 {

namespace {

constexpr unsigned huffman_mark = 0x80;

}  // namespace

void header_decoder::begin(std::string_view block) {
    block_ = block;
    in_fields_ = false;
    // Each text has room of its own, for the views live as long as the block.
    std::size_t const bound = huffman_decoded_bound(block.size());
    if (texts_.size() < bound) {
        forget();
        texts_.resize(bound);
    }
    texts_end_ = texts_.data();
}

header_decoder::result header_decoder::next(field_view& out) {
    for (;;) {
        if (block_.empty()) return result::end;
        unsigned const first = static_cast<unsigned char>(block_.front());
        std::uint32_t index = 0;
        if ((first & indexed.mark) != 0) {
            in_fields_ = true;
            bool const known = take_number(block_, indexed.bits, index) && lookup(index, out);
            return known ? result::field : result::malformed;
        }
        bool const into_table = (first & literal_into_table.mark) != 0;
        if (!into_table && (first & table_size_update.mark) != 0) {
            if (in_fields_ || !take_size()) return result::malformed;
            continue;
        }
        in_fields_ = true;
        if (!take_number(block_, into_table ? literal_into_table.bits : literal_without_table.bits, index))
            return result::malformed;
        out.name_index = 0;
        if (index == 0 ? !take_text(out.name) : !lookup(index, out)) return result::malformed;
        if (!take_text(out.value)) return result::malformed;
        if (into_table) insert(out);
        return result::field;
    }
}

bool header_decoder::take_size() noexcept {
    std::uint32_t size = 0;
    if (!take_number(block_, table_size_update.bits, size) || size > limit_) return false;
    table_limit_ = size;
    evict(size);
    return true;
}

bool header_decoder::take_text(std::string_view& out) noexcept {
    if (block_.empty()) return false;
    bool const coded = (static_cast<unsigned char>(block_.front()) & huffman_mark) != 0;
    std::uint32_t size = 0;
    if (!take_number(block_, 7, size) || size > block_.size()) return false;
    std::string_view const text = block_.substr(0, size);
    block_.remove_prefix(size);
    if (!coded) {
        out = text;
        return true;
    }
    char* const end = huffman_decode(text, texts_end_);
    if (end == nullptr) return false;
    out = {texts_end_, static_cast<std::size_t>(end - texts_end_)};
    texts_end_ = end;
    return true;
}

bool header_decoder::lookup(std::uint32_t index, field_view& out) const noexcept {
    if (index == 0) return false;
    if (index <= static_table_size) {
        out = static_field(index);
        return true;
    }
    std::size_t const age = index - static_table_size;
    if (age > table_.size()) return false;
    out = table_[table_.size() - age].view();
    return true;
}

// The field's name may be that of an entry that goes for it: it is copied first, and told from the copy.
void header_decoder::insert(field_view& field) {
    std::size_t const size = field.size();
    if (size > table_limit_ && table_.empty()) return;
    entry made{std::string(field.name), std::string(field.value)};
    if (size > table_limit_) {
        evict(0);
        too_large_ = std::move(made);
        field = too_large_.view();
        return;
    }
    table_.reserve(table_.size() + 1);
    evict(table_limit_ - size);
    table_size_ += size;
    table_.push_back(std::move(made));
    field = table_.back().view();
}

void header_decoder::evict(std::size_t most) noexcept {
    auto end = table_.begin();
    for (; table_size_ > most; ++end)
        table_size_ -= end->view().size();
    table_.erase(table_.begin(), end);
}

void header_decoder::forget() noexcept {
    wire::wipe(texts_);
    texts_ = std::string();
}

}  // namespace oms::http2
