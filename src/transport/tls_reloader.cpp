// SPDX-License-Identifier: BSL-1.0
#include "transport/tls_reloader.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

namespace oms::transport {

namespace {

using policy::file_stamp;
using policy::file_watch;

std::int64_t nanoseconds(timespec const& t) noexcept {
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

// Of the file that symbolic links lead to.
file_stamp stamp_of(std::string const& path) noexcept {
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0) return {};
    file_stamp stamp;
    stamp.what = S_ISREG(s.st_mode) ? file_stamp::kind::regular : file_stamp::kind::other;
    stamp.written = nanoseconds(s.st_mtim);
    stamp.changed = nanoseconds(s.st_ctim);
    stamp.size = static_cast<std::uint64_t>(s.st_size);
    stamp.number = s.st_ino;
    stamp.device = s.st_dev;
    return stamp;
}

bool is_other(file_stamp const& s) noexcept {
    return s.what == file_stamp::kind::other;
}

std::vector<std::string> files_of(tls_options const& o, system_places const& system) {
    std::vector<std::string> all;
    auto const add = [&](std::string const& name) {
        if (!name.empty()) all.push_back(name);
    };
    add(o.certificate_file);
    add(o.private_key_file);
    if (!o.verification_disabled()) {
        add(o.ca_file);
        if (trusts_system(o)) add(system.file);
    }
    return all;
}

}  // namespace

// One that is dropped, because its thread ends or there was no memory for it, was hindered.
class tls_reloader::reading {
public:
    reading(std::shared_ptr<tls_reloader> of, std::weak_ptr<background> by, stamps found) noexcept
        : of_(std::move(of)), by_(std::move(by)), found_(std::move(found)) {}
    reading(reading const&) = delete;
    reading& operator=(reading const&) = delete;
    ~reading() { end(file_watch::end::hindered); }

    void run() noexcept {
        auto how = file_watch::end::hindered;
        try {
            how = read();
        } catch (...) {  // no memory
            fresh_.reset();
        }
        end(how);
    }

private:
    // OpenSSL 3.5 may take a file for malformed where memory was missing, and tell nobody: what is wrong twice is so.
    std::shared_ptr<tls_context> read_twice() const {
        try {
            return of_->read(found_);
        } catch (config_error const&) {
            return of_->read(found_);
        }
    }

    file_watch::end read() {
        try {
            fresh_ = read_twice();
        } catch (config_error const& e) {
            std::string const code = ": " + e.code().what();  // says no more
            text_ = e.what();
            if (text_.ends_with(code)) text_.resize(text_.size() - code.size());
            text_ += "; what was read before stays in use";
            return file_watch::end::unusable;
        }
        // Of what is being written half may have been read.
        if (of_->look() != found_) return file_watch::end::hindered;
        text_ = of_->names_of_changed(found_) + " changed, and new connections use what is there now";
        return file_watch::end::used;
    }

    void end(file_watch::end how) noexcept {
        if (auto const of = std::exchange(of_, nullptr)) {
            of->end_reading(how, std::move(fresh_), by_.lock().get(), std::move(text_));
        }
    }

    std::shared_ptr<tls_reloader> of_;  // null: it has ended
    std::weak_ptr<background> const by_;
    stamps const found_;
    std::shared_ptr<tls_context> fresh_;
    std::string text_;
};

tls_reloader::tls_reloader(tls_options const& options)
    : places_(places_of_environment()), files_(files_of(options, places_)) {
    auto found = look();
    // What comes by a pipe comes once.
    if (std::any_of(found.begin(), found.end(), is_other)) files_.clear();
    if (files_.empty()) {
        context_ = std::make_shared<tls_context>(options, places_);
        return;
    }
    watch_ = file_watch(std::move(found));
    options_ = options;
    // The context's end waits for the background, and never for a user's function.
    auto const said = std::make_shared<secret>();
    if (options.passphrase) options_.passphrase = [&] { return *said = options.passphrase(); };
    context_ = std::make_shared<tls_context>(options_, places_);
    if (options.passphrase) options_.passphrase = [said] { return *said; };
}

std::shared_ptr<tls_context> tls_reloader::current(time_point now, std::shared_ptr<background> const& by) noexcept {
    std::unique_lock lock(mutex_);
    auto present = context_;
    if (files_.empty() || !watch_.is_due(now)) return present;
    lock.unlock();
    try {
        begin_reading(by);
    } catch (...) {  // no memory, or no thread: the next look may find some
    }
    return present;
}

void tls_reloader::begin_reading(std::shared_ptr<background> const& by) {
    auto found = look();
    auto copy = found;
    {
        std::lock_guard const lock(mutex_);
        if (!watch_.found(std::move(copy))) return;
    }
    std::shared_ptr<reading> begun;
    try {
        begun = std::make_shared<reading>(shared_from_this(), by, std::move(found));
    } catch (...) {
        end_reading(file_watch::end::hindered, nullptr, nullptr, {});
        throw;
    }
    by->run([begun] { begun->run(); });
}

file_watch::stamps tls_reloader::look() const {
    stamps found;
    std::transform(files_.begin(), files_.end(), std::back_inserter(found), stamp_of);
    return found;
}

std::shared_ptr<tls_context> tls_reloader::read(stamps const& found) const {
    auto const other = std::find_if(found.begin(), found.end(), is_other);
    if (other != found.end()) {  // one without an end would never be read
        auto const& name = files_[static_cast<std::size_t>(other - found.begin())];
        throw config_error("tls", "\"" + name + "\" is no regular file");
    }
    std::shared_ptr<tls_context const> present;
    {
        std::lock_guard const lock(mutex_);
        present = context_;
    }
    auto fresh = std::make_shared<tls_context>(options_, places_);
    if (present->has_file_of_system() && !fresh->has_file_of_system()) {
        throw config_error("tls.system_roots", "no root can be read from \"" + places_.file + "\"");
    }
    return fresh;
}

void tls_reloader::end_reading(file_watch::end how, std::shared_ptr<tls_context> fresh, background* by,
                               std::string text) noexcept {
    bool const used = how == file_watch::end::used;
    bool told = false;
    {
        std::lock_guard const lock(mutex_);
        told = watch_.ended(how);
        if (used) context_.swap(fresh);
    }
    if (told && by != nullptr) by->warn(used ? "tls_files_reloaded" : "tls_files_unusable", std::move(text));
}

// All, where one went and came back.
std::string tls_reloader::names_of_changed(stamps const& found) const {
    std::lock_guard const lock(mutex_);
    bool const any = found != watch_.used();
    std::string names;
    for (std::size_t i = 0; i < files_.size(); ++i) {
        if (any && found[i] == watch_.used()[i]) continue;
        names += (names.empty() ? "\"" : ", \"") + files_[i] + '"';
    }
    return names;
}

}  // namespace oms::transport
