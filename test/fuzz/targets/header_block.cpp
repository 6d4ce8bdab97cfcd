// SPDX-License-Identifier: BSL-1.0
// Header blocks: any bytes are read or refused, and what was read is the same when it is written and read again.
#include "fuzz/fuzz.hpp"
#include "http2/header_decoder.hpp"
#include "http2/header_encoder.hpp"

#include <string>
#include <utility>
#include <vector>

namespace oms::fuzz {

namespace {

using fields = std::vector<std::pair<std::string, std::string>>;

// Nothing of a block that is refused counts.
bool read(http2::header_decoder& by, std::string const& block, fields& out) {
    by.begin(block);
    for (http2::field_view each;;) {
        switch (by.next(each)) {
            case http2::header_decoder::result::field:
                require(each.name_index <= http2::static_table_size, "a name's index is in the static table");
                out.emplace_back(each.name, each.value);
                break;
            case http2::header_decoder::result::end:
                return true;
            case http2::header_decoder::result::malformed:
                return false;
        }
    }
}

}  // namespace

void run(input in) {
    bool const has_table = (in.byte() & 1U) != 0;
    http2::header_decoder theirs(has_table ? http2::default_table_size : 0);
    http2::header_encoder writer;
    http2::header_decoder ours(http2::default_table_size);
    while (!in.empty()) {  // blocks of one connection, each behind its length
        std::size_t const size = in.number(0, 600);
        std::string block;
        for (std::size_t i = 0; i < size && !in.empty(); ++i)
            block += static_cast<char>(in.byte());
        fields got;
        if (!read(theirs, block, got)) return;
        std::vector<http2::header_field> wanted;
        for (auto const& [name, value] : got)
            wanted.push_back({name, value, http2::indexing::never});
        std::string written;
        writer.append(written, wanted);
        require(written.size() <= http2::header_encoder::bound(wanted), "no block is longer than its bound");
        fields again;
        require(read(ours, written, again), "what we write can be read");
        require(again == got, "and means the same");
    }
}

}  // namespace oms::fuzz
