// SPDX-License-Identifier: BSL-1.0
#include "http2/header_encoder.hpp"

#include "http2/frame.hpp"

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

std::size_t header_encoder::bound(std::span<header_field const> fields) noexcept {
    std::size_t sum = 2 * number_bound;
    for (header_field const& each : fields)
        sum += 3 * number_bound + each.name.size() + each.value.size();
    return sum;
}

void header_encoder::append(std::string& out, std::span<header_field const> fields) {
    make_room(out, bound(fields));
    append_size_updates(out);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        place unknown = 0;
        append(out, fields[i], i < last_.size() ? last_[i] : unknown);
    }
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

void header_encoder::append(std::string& out, header_field const& field, place& last) noexcept {
    if (field.how == indexing::table) {
        if (!is_at(last, field)) last = find(field);
        if (last != 0) return append_number(out, indexed, index_of(last));
    } else if (field.how == indexing::token && is_bound(field)) {
        return append_number(out, indexed, index_of(token_));
    }
    place const name = find_name(field.name, last);
    if (field.how != indexing::table && name <= static_table_size) last = name;
    // To insert a field may push out the entry that has its name: it is told by where that was.
    std::uint32_t const index = name == 0 ? 0 : index_of(name);
    switch (field.how) {
        case indexing::none:
            return append_literal(out, literal_without_table, field, index);
        case indexing::never:
            return append_literal(out, literal_never_indexed, field, index);
        case indexing::token:
            return append_literal(out, seen_before(field) ? literal_into_table : literal_never_indexed, field, index);
        case indexing::table:
            break;
    }
    bool const inserted = has_room_beside_token(field.size()) && insert(field);
    if (inserted) last = newest();
    append_literal(out, inserted ? literal_into_table : literal_without_table, field, index);
}

void header_encoder::append_literal(std::string& out, representation as, header_field const& field,
                                    std::uint32_t name) noexcept {
    append_number(out, as, name);
    if (name == 0) append_text(out, field.name);
    append_text(out, field.value);
}

// Whether this very field is there.
bool header_encoder::is_at(place where, header_field const& field) const noexcept {
    if (where == 0) return false;
    if (where <= static_table_size) {
        field_view const known = static_field(where);
        return known.value == field.value && known.name == field.name;
    }
    entry const* const e = entry_at(where);
    return e != nullptr && e->value.view() == field.value && e->name == field.name;
}

header_encoder::place header_encoder::find(header_field const& field) const noexcept {
    static_match const known = find_static(field.name, field.value);
    if (known.with_value) return static_cast<place>(known.index);
    for (place at = newest(); at >= oldest(); --at) {
        if (is_at(at, field)) return at;
    }
    return 0;
}

// Any with this name.
header_encoder::place header_encoder::find_name(std::string_view name, place last) const noexcept {
    if (last != 0 && last <= static_table_size && static_field(last).name == name) return last;
    if (static_match const known = find_static(name, {}); known.index != 0) return static_cast<place>(known.index);
    for (place at = newest(); at >= oldest(); --at) {
        if (entry_at(at)->name == name) return at;
    }
    return 0;
}

std::uint32_t header_encoder::index_of(place where) const noexcept {
    if (where <= static_table_size) return where;
    return static_cast<std::uint32_t>(static_table_size + 1) + newest() - where;
}

header_encoder::entry const* header_encoder::entry_at(place where) const noexcept {
    return where >= oldest() && where <= newest() ? &table_[where - oldest()] : nullptr;
}

bool header_encoder::is_bound(header_field const& field) noexcept {
    if (token_ == 0 || !is_at(token_, field)) return false;
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
    if (token_ != 0) {  // the one before: the peer keeps it for now, and we its size
        entry& before = table_[token_ - oldest()];
        before.name = {};
        before.value.wipe();
    }
    token_ = newest();
    last_token_.wipe();
    return true;
}

// Without memory for it there is no entry: then the field is written in another way.
bool header_encoder::insert(header_field const& field) noexcept {
    entry made;
    made.name = field.name;
    made.size = field.size();
    if (!made.value.assign(field.value)) return false;
    try {
        table_.reserve(table_.size() + 1);
    } catch (std::bad_alloc const&) {
        return false;
    }
    evict(limit_ - made.size);
    table_size_ += made.size;
    table_.push_back(std::move(made));
    ++inserted_;
    return true;
}

// Whether what is older than the token makes room enough.
bool header_encoder::has_room_beside_token(std::size_t size) const noexcept {
    std::size_t kept = 0;
    for (place at = token_; at != 0 && at <= newest(); ++at)
        kept += entry_at(at)->size;
    return kept + size <= limit_;
}

void header_encoder::evict(std::size_t most) noexcept {
    std::size_t gone = 0;
    while (table_size_ > most)
        table_size_ -= table_[gone++].size;
    table_.erase(table_.begin(), table_.begin() + static_cast<std::ptrdiff_t>(gone));
    if (token_ < oldest()) token_ = 0;
}

}  // namespace oms::http2
