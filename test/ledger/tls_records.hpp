// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_LEDGER_TLS_RECORDS_HPP
#define OMS_TEST_LEDGER_TLS_RECORDS_HPP

// A stream of bytes as TLS cuts it: what an eavesdropper sees without a key (RFC 8446, section 5.1).

#include <boost/asio/buffer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace oms::ledger_test {

/// Bytes that come in pieces, and leave as whole records.
class tls_records {
public:
    static constexpr std::size_t header = 5;
    static constexpr unsigned char application_data = 23;

    /// Where the next bytes go; `received` says how many came.
    boost::asio::mutable_buffer space() {
        if (begin_ > 0) {
            std::memmove(bytes_.data(), bytes_.data() + begin_, size_);
            begin_ = 0;
        }
        return boost::asio::buffer(bytes_.data() + size_, bytes_.size() - size_);
    }
    void received(std::size_t count) noexcept { size_ += count; }

    bool has_header() const noexcept { return size_ >= header; }
    bool is_application_data() const noexcept { return byte(0) == application_data; }
    /// Header included. A peer that speaks nonsense gets its bytes as they come.
    std::size_t length() const noexcept {
        std::size_t const said = header + (std::size_t{byte(3)} << 8U | byte(4));
        return said <= bytes_.size() ? said : size_;
    }
    bool is_whole() const noexcept { return has_header() && size_ >= length(); }

    /// The next record, or what there is of it; valid until `space` is called.
    std::string_view take() noexcept {
        std::size_t const count = is_whole() ? length() : size_;
        std::string_view const record(bytes_.data() + begin_, count);
        begin_ += count;
        size_ -= count;
        return record;
    }

private:
    unsigned char byte(std::size_t at) const noexcept { return static_cast<unsigned char>(bytes_[begin_ + at]); }

    std::array<char, 34 * 1024> bytes_{};
    std::size_t begin_ = 0;
    std::size_t size_ = 0;
};

}  // namespace oms::ledger_test

#endif
