// SPDX-License-Identifier: BSL-1.0
#include "io/harness/network.hpp"

#include "io/harness/channel.hpp"
#include "io/harness/http2_line.hpp"
#include "io/harness/scarce_memory.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace oms::scripted {

// Goes through its phases one by one, at one address after the other.
class scripted_dial final : public transport::dial, public std::enable_shared_from_this<scripted_dial> {
public:
    scripted_dial(network& n, std::uint64_t id, transport::dial_target target,
                  std::shared_ptr<transport::dial_user> user, std::vector<dial_step> steps)
        : net_(n), id_(id), target_(std::move(target)), user_(std::move(user)), steps_(std::move(steps)) {
        ++net_.live_dials;
        addresses_ = net_.addresses;
        std::stable_partition(addresses_.begin(), addresses_.end(), [this](std::string const& each) {
            return std::find(target_.last.begin(), target_.last.end(), each) == target_.last.end();
        });
        if (net_.dials_at) steps_ = net_.dials_at(addresses_.front());
    }
    ~scripted_dial() override { --net_.live_dials; }

    void abandon() noexcept override { user_.reset(); }

    void next() {
        scarce_memory::aside const ours;
        boost::asio::post(net_.io, [self = shared_from_this()] { self->go_on(); });
    }

private:
    void go_on() {
        auto const user = user_;
        if (!user) return;
        if (at_ == steps_.size()) {
            transport::dial_result r;
            {
                scarce_memory::aside const ours;
                r.speaks = net_.chosen(target_.offered);
                r.connected = net_.make_stream(r.speaks);
                r.address = addresses_[address_];
            }
            user_.reset();
            return user->on_dialed(id_, std::move(r));
        }
        dial_step step = steps_[at_++];
        if (fault const* f = net_.begin(operation::dial)) {
            step.stalls = !f->code;
            step.code = f->code;
        }
        user->on_dial_phase(id_, step.in);
        if (step.in != phase::resolve && !std::exchange(arrived_, true)) {
            std::vector<std::string> under_way;
            {
                scarce_memory::aside const ours;
                net_.gone_to.push_back(addresses_[address_]);
                under_way = {addresses_[address_]};
            }
            user->on_dial_addresses(id_, net_.addresses, under_way);
        }
        if (step.stalls || !user_) return;
        scarce_memory::aside const ours;
        auto end = [self = shared_from_this(), step] { step.code ? self->fail(step) : self->go_on(); };
        if (step.takes > std::chrono::steady_clock::duration::zero()) {
            net_.time.after(step.takes, std::move(end));
        } else {
            boost::asio::post(net_.io, std::move(end));
        }
    }

    void fail(dial_step const& step) {
        if (!user_) return;
        if (arrived_) {
            scarce_memory::aside const ours;
            failed_.attempts.push_back({addresses_[address_], step.code});
        }
        bool const another = net_.dials_at && arrived_ && step.in == phase::connect && address_ + 1 < addresses_.size();
        if (another) {
            {
                scarce_memory::aside const ours;
                steps_ = net_.dials_at(addresses_[++address_]);
            }
            at_ = 0;
            arrived_ = false;
            return go_on();
        }
        auto const user = std::exchange(user_, nullptr);
        {
            scarce_memory::aside const ours;
            if (arrived_) failed_.known = net_.addresses;
            failed_.text = "oms.test:443: " + step.code.message();
        }
        failed_.code = step.code;
        failed_.cause = step.cause;
        failed_.alert = step.alert;
        user->on_dialed(id_, std::move(failed_));
    }

    network& net_;
    std::uint64_t const id_;
    transport::dial_target const target_;
    std::shared_ptr<transport::dial_user> user_;
    std::vector<dial_step> steps_;
    std::size_t at_ = 0;
    std::vector<std::string> addresses_;
    std::size_t address_ = 0;
    bool arrived_ = false;  // at this address
    transport::dial_result failed_;
};

namespace {

class scripted_dialer final : public transport::dialer {
public:
    explicit scripted_dialer(network& n) noexcept : net_(n) {}

    std::shared_ptr<transport::dial> start(std::uint64_t id, transport::dial_target const& target,
                                           std::shared_ptr<transport::dial_user> user) override {
        scarce_memory::aside const ours;
        auto steps = net_.begin_dial(target);
        auto const made = std::make_shared<scripted_dial>(net_, id, target, std::move(user), std::move(steps));
        made->next();
        return made;
    }

private:
    network& net_;
};

}  // namespace

std::unique_ptr<transport::stream> network::make_stream(transport::protocol spoken) {
    if (spoken == transport::protocol::http_2)
        return std::make_unique<http2_stream>(*this, std::make_shared<http2_line>(*this));
    return std::make_unique<scripted_stream>(*this, std::make_shared<channel>(*this));
}

network::network(boost::asio::io_context& context, virtual_time& t) : io(context), time(t) {}

std::shared_ptr<transport::dialer> network::make_dialer() {
    if (other_dialer) return other_dialer;
    return std::make_shared<scripted_dialer>(*this);
}

void network::forget_waits() noexcept {
    for (auto const& forget : on_forget)
        forget();
    while (!channels_.empty()) {
        // Letting go of a wait may destroy the channel.
        auto const c = (*channels_.begin())->shared_from_this();
        channels_.erase(channels_.begin());
        c->forget_waits();
    }
}

fault const* network::begin(operation what) {
    scarce_memory::aside const ours;
    std::size_t const number = operations.size();
    operations.push_back(what);
    return fault_at && *fault_at == number ? &planned : nullptr;
}

std::vector<dial_step> network::begin_dial(transport::dial_target const& target) {
    std::size_t const number = dialed++;
    peers.push_back(target.peer);
    offers.push_back(target.offered);
    if (dials_to) return dials_to(target.host);
    if (dials) return dials(number);
    return {{phase::resolve}, {phase::connect}, {phase::handshake}};
}

answer network::begin_request(std::string_view text, std::size_t on_connection, std::size_t& record,
                              std::weak_ptr<channel> of, std::weak_ptr<http2_line> over_http_2) {
    request r;
    r.text = text;
    r.method = r.text.substr(0, r.text.find(' '));
    std::size_t const target = r.method.size() + 1;
    r.target = r.text.substr(target, r.text.find(' ', target) - target);
    r.number = requests_++;
    r.on_connection = on_connection;
    r.channel = std::move(of);
    r.over_http_2 = std::move(over_http_2);
    record = keeps_ledger ? forgotten_ + ledger.size() : all;
    if (keeps_ledger) ledger.push_back({r.text, 0, {}});
    if (server) return server(r);
    answer usual;
    usual.bytes = reply_text(200);
    return usual;
}

exchange_record* network::kept(std::size_t record) noexcept {
    if (record < forgotten_ || record - forgotten_ >= ledger.size()) return nullptr;
    return &ledger[record - forgotten_];
}

void network::forget_requests() noexcept {
    forgotten_ += ledger.size();
    ledger.clear();
}

std::vector<std::string_view> pieces_of(answer const& a) {
    std::vector<std::string_view> pieces;
    std::string_view const bytes = a.bytes;
    std::size_t from = 0;
    for (std::size_t const cut : a.cuts) {
        if (cut <= from || cut >= bytes.size()) continue;
        pieces.push_back(bytes.substr(from, cut - from));
        from = cut;
    }
    pieces.push_back(bytes.substr(from));
    return pieces;
}

answer after(std::chrono::steady_clock::duration delay, std::string bytes) {
    answer a;
    a.delay = delay;
    a.bytes = std::move(bytes);
    return a;
}

answer no_answer() {
    answer a;
    a.stalls = true;
    return a;
}

std::string reply_text(unsigned status, std::string_view body, std::string_view headers) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Reason\r\nX-Request-Id: 0123456789abcdef\r\n";
    text += headers;
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    text += body;
    return text;
}

std::string error_text(unsigned status, std::string_view code, std::string_view message, std::string_view headers) {
    std::string body = R"({"error_code":")";
    body.append(code).append(R"(","error_msg":")").append(message).append("\"}");
    return reply_text(status, body, headers);
}

}  // namespace oms::scripted
