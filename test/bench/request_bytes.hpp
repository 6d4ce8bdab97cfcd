// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BENCH_REQUEST_BYTES_HPP
#define OMS_BENCH_REQUEST_BYTES_HPP

// The request as `oms` sends it, prepared once, with only the task's number and the signature written anew.

#include "wire/signature.hpp"
#include "work.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

/// Signs as the library does, with its own signer: what is compared is not how clients sign.
class signing {
public:
    signing() : signer_(oms::wire::sign_algorithm::sdk_hmac_sha256, {access_key, secret_key, {}}) {}

    void append(std::string& out, std::string_view path, std::string_view host, std::string_view project) {
        signer_.append_headers(out, {"POST", path, {}, host, project},
                               std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    }

private:
    oms::wire::signer signer_;
};

class request_bytes {
public:
    explicit request_bytes(options const& o) : options_(o), host_("localhost:" + o.port) {
        bytes_ = "POST " + path(o.task.empty() ? std::to_string(first_task) : o.task);
        task_at_ = bytes_.find("/sync-tasks/") + std::string_view("/sync-tasks/").size();
        bytes_ += " HTTP/1.1\r\nHost: " + host_ +
                  "\r\nUser-Agent: oms-bench/1.0\r\nContent-Type: application/json\r\nContent-Length: 0\r\n";
        if (o.sign) {
            signing_ = std::make_unique<signing>();
        } else {
            bytes_ += "X-Auth-Token: " + o.token + "\r\n";
        }
        kept_ = bytes_.size();
        bytes_ += "\r\n";
    }

    /// All ids have the same size.
    std::string const& of_task(std::string const& id) {
        id.copy(bytes_.data() + task_at_, id.size());
        if (signing_) {
            bytes_.resize(kept_);
            signing_->append(bytes_, std::string_view(bytes_).substr(5, bytes_.find(' ', 5) - 5), host_,
                             options_.project);
            bytes_ += "\r\n";
        }
        return bytes_;
    }

    /// The target alone.
    std::string path(std::string const& id) const { return "/v2/" + options_.project + "/sync-tasks/" + id + "/stop"; }

    std::string const& host() const { return host_; }

private:
    options const& options_;
    std::string host_;
    std::string bytes_;
    std::size_t task_at_ = 0, kept_ = 0;
    std::unique_ptr<signing> signing_;
};

}  // namespace bench

#endif
