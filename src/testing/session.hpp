// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_SESSION_HPP
#define OMS_TESTING_SESSION_HPP

// What lies between the bytes of a socket and those of HTTP, without I/O.

#include <string>
#include <string_view>

namespace oms::testing {

class session {
public:
    enum class state { handshaking, open, closed };

    virtual ~session() = default;

    /// Takes the socket's bytes; appends the plain text that is in them. `closed`: the
    /// peer said goodbye, or broke the protocol; an alert is in the output then.
    virtual state receive(std::string_view bytes, std::string& plain) = 0;
    /// Appends to the output. Only while open.
    virtual void send(std::string_view plain) = 0;
    /// Says goodbye, as far as the protocol has a word for it.
    virtual void send_close_notify() = 0;

    /// Bytes for the socket.
    virtual std::string_view output() const = 0;
    virtual void clear_output() = 0;

    /// A handshake was completed.
    virtual bool established() const = 0;
    virtual bool resumed() const = 0;
    /// As agreed on in the handshake; empty: it was not spoken of.
    virtual std::string_view protocol() const { return {}; }
};

// HTTP without TLS.
class plain_session : public session {
public:
    state receive(std::string_view bytes, std::string& plain) override {
        plain.append(bytes);
        return state::open;
    }
    void send(std::string_view plain) override { output_.append(plain); }
    void send_close_notify() override {}
    std::string_view output() const override { return output_; }
    void clear_output() override { output_.clear(); }
    bool established() const override { return false; }
    bool resumed() const override { return false; }

private:
    std::string output_;
};

}  // namespace oms::testing

#endif
