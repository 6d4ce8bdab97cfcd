// SPDX-License-Identifier: BSL-1.0
#include "http2/header_encoder.hpp"

#include "http2/frame.hpp"
#include "wire/secure_zero.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace oms::http2 {

std::size_t size_of(std::span<header_field const> fields) noexcept {
    std::size_t sum = 0;
    for (header_field const& each : fields)
        sum += each.size();
    return sum;
}

bool kept_text::assign(std::string_view text) noexcept {
    if (text.size() > capacity_) {
        wipe();
        data_.reset(new (std::nothrow) char[text.size()]);
        capacity_ = data_ ? text.size() : 0;
        if (!data_) return false;
    }
    std::copy(text.begin(), text.end(), data_.get());
    if (size_ > text.size()) wire::secure_zero(data_.get() + text.size(), size_ - text.size());
    size_ = text.size();
    return true;
}

void kept_text::wipe() noexcept {
    if (size_ != 0) wire::secure_zero(data_.get(), size_);
    size_ = 0;
}

void kept_text::swap(kept_text& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
}

std::size_t header_encoder::bound(std::span<header_field const> fields) noexcept {
    std::size_t sum = 2 * number_bound;
    for (header_field const& each : fields)
        sum += 3 * number_bound + each.name.size() + each.value.size();
    return sum;
}

void header_encoder::append(std::string& out, std::span<header_field const> fields) {
    make_room(out, bound(fields));
    append_size_updates(out);
    for (header_field const& each : fields)
        append(out, each);
}

void header_encoder::set_limit(std::uint32_t peers) noexcept {
    limit_ = std::min(peers, most_used);
    smallest_ = std::min(smallest_, limit_);
    evict(smallest_);
}

// A limit that was lower in between is told, too: the peer has dropped entries for it.
void header_encoder::append_size_updates(std::string& out) noexcept {
    if (smallest_ < std::min(told_, limit_)) append_number(out, table_size_update, smallest_);
    if (limit_ != told_ || smallest_ < told_) append_number(out, table_size_update, limit_);
    told_ = smallest_ = limit_;
}

void header_encoder::append(std::string& out, header_field const& field) noexcept {
    if (field.how == indexing::token && is_bound(field)) {
        append_number(out, indexed, static_cast<std::uint32_t>(static_table_size + table_.size() - token_at_));
        return;
    }
    std::uint32_t name = 0;
    std::uint32_t const whole = field.how == indexing::table || field.how == indexing::none ? find(field, name) : 0;
    if (whole != 0) return append_number(out, indexed, whole);
    if (field.how == indexing::never || field.how == indexing::token) find({field.name, {}, field.how}, name);
    switch (field.how) {
        case indexing::none:
            return append_literal(out, literal_without_table, name, field);
        case indexing::never:
            return append_literal(out, literal_never_indexed, name, field);
        case indexing::table:
            return append_literal(
                out, has_room_beside_token(field.size()) && insert(field) ? literal_into_table : literal_without_table,
                name, field);
        case indexing::token:
            return append_literal(out, seen_before(field) ? literal_into_table : literal_never_indexed, name, field);
    }
}

void header_encoder::append_literal(std::string& out, representation as, std::uint32_t name,
                                    header_field const& field) noexcept {
    append_number(out, as, name);
    if (name == 0) append_text(out, field.name);
    append_text(out, field.value);
}

bool header_encoder::is_bound(header_field const& field) noexcept {
    if (token_at_ == no_token) return false;
    entry const& token = table_[token_at_];
    if (token.value.view() != field.value || token.name.view() != field.name) return false;
    last_token_.wipe();
    return true;
}

// Whether the token came twice in a row, and is in the table now.
bool header_encoder::seen_before(header_field const& field) noexcept {
    bool const fits = field.value.size() >= shortest_indexed && field.size() <= limit_;
    if (!fits || last_token_.view() != field.value) {
        if (!fits || !last_token_.assign(field.value)) last_token_.wipe();
        return false;
    }
    if (!insert(field)) return false;
    if (token_at_ != no_token) {  // the one before: the peer keeps it for now, and we its size
        table_[token_at_].name.wipe();
        table_[token_at_].value.wipe();
    }
    token_at_ = table_.size() - 1;
    last_token_.wipe();
    return true;
}

// The index of the field, or 0; and of one with its name, or 0.
std::uint32_t header_encoder::find(header_field const& field, std::uint32_t& name) const noexcept {
    static_match const known = find_static(field.name, field.value);
    name = static_cast<std::uint32_t>(known.index);
    if (known.with_value) return name;
    if (name != 0 && field.how != indexing::table) return 0;
    for (std::size_t i = table_.size(); i > 0; --i) {
        entry const& each = table_[i - 1];
        if (each.name.view() != field.name) continue;
        auto const index = static_cast<std::uint32_t>(static_table_size + table_.size() + 1 - i);
        if (field.how == indexing::table && each.value.view() == field.value) return index;
        if (name == 0) name = index;
    }
    return 0;
}

// Without memory for it there is no entry: then the field is written in another way.
bool header_encoder::insert(header_field const& field) noexcept {
    entry made;
    made.size = field.size();
    if (!made.name.assign(field.name) || !made.value.assign(field.value)) return false;
    try {
        table_.reserve(table_.size() + 1);
    } catch (std::bad_alloc const&) {
        return false;
    }
    evict(limit_ - made.size);
    table_size_ += made.size;
    table_.push_back(std::move(made));
    return true;
}

// Whether what is older than the token makes room enough.
bool header_encoder::has_room_beside_token(std::size_t size) const noexcept {
    std::size_t kept = 0;
    if (token_at_ != no_token) {
        for (std::size_t i = token_at_; i < table_.size(); ++i)
            kept += table_[i].size;
    }
    return kept + size <= limit_;
}

void header_encoder::evict(std::size_t most) noexcept {
    std::size_t gone = 0;
    while (table_size_ > most)
        table_size_ -= table_[gone++].size;
    table_.erase(table_.begin(), table_.begin() + static_cast<std::ptrdiff_t>(gone));
    if (token_at_ != no_token) token_at_ = token_at_ < gone ? no_token : token_at_ - gone;
}

}  // namespace oms::http2
