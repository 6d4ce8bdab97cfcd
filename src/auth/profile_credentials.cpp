// SPDX-License-Identifier: BSL-1.0
#include "auth/profile_credentials.hpp"

#include "auth/key_settings.hpp"
#include "auth/secret_file.hpp"
#include "policy/durations.hpp"
#include "wire/digest.hpp"
#include "wire/ini.hpp"

#include <oms/credentials.hpp>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>

namespace oms {

namespace {

namespace fs = std::filesystem;

// By what a file is known to be the same as before.
struct file_stamp {
    fs::file_time_type written{};
    std::uintmax_t size = 0;

    bool operator==(file_stamp const&) const = default;
};

std::optional<file_stamp> stamp_of(std::string const& path) {
    std::error_code ec;
    file_stamp stamp;
    stamp.written = fs::last_write_time(path, ec);
    if (!ec) stamp.size = fs::file_size(path, ec);
    if (ec) return std::nullopt;
    return stamp;
}

std::string default_path() {
    char const* const named = std::getenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE");
    if (named != nullptr && *named != '\0') return named;
#ifdef _WIN32
    char const* const home = std::getenv("USERPROFILE");
#else
    char const* const home = std::getenv("HOME");
#endif
    if (home == nullptr || *home == '\0') return {};
    return std::string(home) + "/.huaweicloud/credentials";
}

// What the file says; with `lacks` not empty: nothing of use.
struct profile {
    auth::key_settings settings;
    std::string lacks;
};

profile read_profile(std::string const& path, bool of_code) {
    profile result;
    std::string const name =
        auth::name_of_file(path, of_code ? "profile_credentials" : "HUAWEICLOUD_SDK_CREDENTIALS_FILE");
    auto text = auth::read_secret_file(path);
    if (!text) {
        result.lacks = name + " cannot be read";
        return result;
    }
    struct wipe_at_end {
        std::string& of;
        ~wipe_at_end() { wire::wipe(of); }
    } const when_read{*text};
    auto const section = wire::read_ini_section(*text, "basic");
    if (section) {
        auto const value = [&](char const* key) {
            auto const found = section->find(key);
            return found == section->end() ? std::string() : std::string(found->second);
        };
        result.settings.access_key = value("ak");
        result.settings.secret_key = secret(value("sk"));
        result.settings.security_token = secret(value("security_token"));
        result.settings.project_id = value("project_id");
        result.lacks = auth::lacking(result.settings, "ak", "sk");
        if (!result.lacks.empty()) result.lacks = name + ": in its section [basic] " + result.lacks;
    } else {
        result.lacks = name + " has no section [basic]";
    }
    return result;
}

// What it gives is valid for a second, so that the client looks again by then,
// which costs one look at the file's time.
class profile_provider final : public credentials_provider {
public:
    profile_provider(std::string path, auth::steady_now now) : path_(std::move(path)), now_(std::move(now)) {}

    void async_get(credential_request, credential_handler handler) override {
        credential value;
        std::string lacks;
        {
            std::lock_guard const lock(mutex_);
            look();
            lacks = current_.lacks;
            if (lacks.empty()) value = current_.settings.value();
        }
        if (!lacks.empty()) return handler.fail(errc::credentials_unavailable, std::move(lacks));
        value.expires_at = std::chrono::system_clock::now() + durations::profile_look;
        handler({}, std::move(value));
    }

    std::string label() const override { return "profile"; }

private:
    void look() {
        auto const now = now_();
        if (looked_ && now - *looked_ < durations::profile_look) return;
        std::string path = path_.empty() ? default_path() : path_;
        if (path.empty()) {
            profile none;
            none.lacks = "neither HUAWEICLOUD_SDK_CREDENTIALS_FILE nor a home directory is set";
            current_ = std::move(none);
            return;
        }
        auto const stamp = stamp_of(path);
        bool const known = looked_ && path == read_from_ && stamp && stamp == stamp_;
        bool const served = looked_ && current_.lacks.empty();
        if (known) {
            looked_ = now;
            return;
        }
        profile next = read_profile(path, !path_.empty());  // may throw: then it has not looked
        looked_ = now;
        // Whoever writes it anew may not be done yet: nothing is believed at the second look only.
        if (!next.lacks.empty() && served && !std::exchange(doubted_, true)) {
            stamp_.reset();
            return;
        }
        doubted_ = false;
        current_ = std::move(next);
        stamp_ = current_.lacks.empty() ? stamp : std::nullopt;
        read_from_ = std::move(path);
    }

    std::string const path_;
    auth::steady_now const now_;
    std::mutex mutex_;
    std::optional<std::chrono::steady_clock::time_point> looked_;
    std::optional<file_stamp> stamp_;
    std::string read_from_;
    bool doubted_ = false;
    profile current_;
};

}  // namespace

std::shared_ptr<credentials_provider> auth::make_profile(std::string path, steady_now now) {
    return std::make_shared<profile_provider>(std::move(path), std::move(now));
}

std::shared_ptr<credentials_provider> profile_credentials(std::string path) {
    return auth::make_profile(std::move(path), std::chrono::steady_clock::now);
}

}  // namespace oms
