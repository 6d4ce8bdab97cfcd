// SPDX-License-Identifier: BSL-1.0
#include "service/caller.hpp"

#include <boost/json/parse.hpp>

#include <chrono>
#include <cstddef>
#include <istream>

namespace oms::test {

namespace {

constexpr std::chrono::seconds patience{30};

// Up to the empty line.
std::string read_head(std::istream& stream) {
    std::string head, line;
    while (std::getline(stream, line) && line != "\r")
        head += line + '\n';
    if (!stream) throw caller_lost("the service left amid a head: " + head);
    return head;
}

unsigned status_of(std::string const& head) {
    return static_cast<unsigned>(std::stoul(head.substr(head.find(' '))));
}

}  // namespace

std::string http_answer::header(std::string_view name) const {
    std::size_t const begin = head.find("\n" + std::string(name) + ": ");
    if (begin == std::string::npos) return {};
    std::size_t const value = begin + name.size() + 3;
    return head.substr(value, head.find('\r', value) - value);
}

boost::json::value http_answer::json() const {
    return boost::json::parse(body);
}

http_answer caller::call(std::string const& method, std::string const& target, std::string const& body,
                         std::string const& more) {
    std::string text = method + " " + target + " HTTP/1.1\r\n" + more;
    if (more.find("Host:") == std::string::npos) text += "Host: localhost:" + std::to_string(port_) + "\r\n";
    return send(text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

http_answer caller::send(std::string const& bytes) {
    stream_.expires_after(patience);
    if (!stream_.socket().is_open()) {
        stream_.clear();
        stream_.connect(boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), port_));
    }
    stream_ << bytes << std::flush;
    http_answer answer;
    try {
        answer.head = read_head(stream_);
    } catch (caller_lost const&) {
        stream_.close();
        throw;
    }
    answer.status = status_of(answer.head);
    std::string const length = answer.header("Content-Length");
    answer.body.resize(length.empty() ? 0 : std::stoul(length));
    stream_.read(answer.body.data(), static_cast<std::streamsize>(answer.body.size()));
    bool const whole = static_cast<bool>(stream_);
    if (!whole || answer.header("Connection") == "close") stream_.close();
    if (!whole) throw caller_lost("the service left amid an answer");
    return answer;
}

listener::listener(std::uint16_t port, std::string const& job, std::uint64_t after) {
    stream_.expires_after(patience);
    stream_.connect(boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), port));
    stream_ << "GET /stops/" << job << "/events HTTP/1.1\r\nHost: localhost\r\n";
    if (after != 0) stream_ << "Last-Event-ID: " << after << "\r\n";
    stream_ << "\r\n" << std::flush;
    status_ = status_of(read_head(stream_));
}

bool listener::line(std::string& into) {
    stream_.expires_after(patience);
    return static_cast<bool>(std::getline(stream_, into));
}

std::optional<service_event> listener::next() {
    service_event event;
    for (std::string text; line(text);) {
        std::size_t const colon = text.find(": ");
        std::string const value = colon == std::string::npos ? std::string() : text.substr(colon + 2);
        if (text.starts_with("event: ")) event.name = value;
        if (text.starts_with("id: ")) event.id = std::stoull(value);
        if (text.starts_with("data: ")) event.data = boost::json::parse(value);
        if (text.empty() && !event.name.empty()) return event;
    }
    return std::nullopt;
}

}  // namespace oms::test
