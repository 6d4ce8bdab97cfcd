// SPDX-License-Identifier: BSL-1.0
//
// The work through libcurl.
//
//     --mode socket   one thread: the multi interface, driven by epoll
//     --mode easy     a thread for each call in flight, with a handle that it keeps
//     --mode fresh    likewise, with a new handle, and so a new connection, for each call

#include "request_bytes.hpp"

#include <curl/curl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <barrier>
#include <cerrno>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

std::size_t drop(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

/// One handle, with one stop at a time.
class transfer {
public:
    explicit transfer(bench::options const& o) : options_(o), request_(o), handle_(curl_easy_init()) {
        curl_easy_setopt(handle_, CURLOPT_USERAGENT, "oms-bench/1.0");
        curl_easy_setopt(handle_, CURLOPT_POST, 1L);
        curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, "");
        curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE, 0L);
        curl_easy_setopt(handle_, CURLOPT_CAINFO, o.ca_file.c_str());
        curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(handle_, CURLOPT_IPRESOLVE, static_cast<long>(CURL_IPRESOLVE_V4));
        curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, 60'000L);
        curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, drop);
        curl_easy_setopt(handle_, CURLOPT_PRIVATE, this);
    }
    transfer(transfer const&) = delete;
    transfer& operator=(transfer const&) = delete;
    ~transfer() {
        curl_easy_cleanup(handle_);
        curl_slist_free_all(headers_);
    }

    void prepare(std::string const& task) {
        auto const path = request_.path(task);
        if (headers_ == nullptr || options_.sign) set_headers(path);
        curl_easy_setopt(handle_, CURLOPT_URL, ("https://" + request_.host() + path).c_str());
        begun = bench::steady::now();
    }

    int status() const {
        long code = 0;
        curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &code);
        return static_cast<int>(code);
    }
    unsigned long long dials() const {
        long count = 0;
        curl_easy_getinfo(handle_, CURLINFO_NUM_CONNECTS, &count);
        return static_cast<unsigned long long>(count);
    }
    CURL* handle() const { return handle_; }

    bench::steady::time_point begun;

private:
    void set_headers(std::string const& path) {
        curl_slist_free_all(headers_);
        headers_ = nullptr;
        for (char const* line : {"Content-Type: application/json", "Accept:", "Expect:"}) {
            headers_ = curl_slist_append(headers_, line);
        }
        if (options_.sign) {
            std::string lines;
            signing_.append(lines, path, request_.host(), options_.project);
            for (std::size_t at = 0; at < lines.size();) {
                auto const end = lines.find("\r\n", at);
                headers_ = curl_slist_append(headers_, lines.substr(at, end - at).c_str());
                at = end + 2;
            }
        } else {
            headers_ = curl_slist_append(headers_, ("X-Auth-Token: " + options_.token).c_str());
        }
        curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_);
    }

    bench::options const& options_;
    bench::request_bytes request_;
    bench::signing signing_;
    CURL* handle_;
    curl_slist* headers_ = nullptr;
};

/// The multi interface behind epoll.
class event_loop {
public:
    event_loop(bench::options const& o, bench::window& w)
        : window_(w), whole_(o.whole), poll_(::epoll_create1(0)), multi_(curl_multi_init()) {
        curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(o.in_flight + 8));
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
        for (std::size_t i = 0; i < o.in_flight; ++i)
            all_.push_back(std::make_unique<transfer>(o));
    }
    event_loop(event_loop const&) = delete;
    event_loop& operator=(event_loop const&) = delete;
    ~event_loop() {
        for (auto& each : all_)
            curl_multi_remove_handle(multi_, each->handle());
        curl_multi_cleanup(multi_);
        ::close(poll_);
    }

    unsigned long long run() {
        opening_ = whole_ ? 0 : all_.size();
        for (std::size_t i = 0; i < opening_; ++i)
            add(*all_[i]);
        while (opening_ != 0)
            turn();
        for (auto& each : all_)
            next(*each);
        while (!window_.complete())
            turn();
        return dials_;
    }

private:
    void turn() {
        epoll_event events[128];
        int const count = ::epoll_wait(poll_, events, 128, time_left());
        int running = 0;
        for (int i = 0; i < count; ++i) {
            int mask = 0;
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) mask |= CURL_CSELECT_IN;
            if (events[i].events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
            curl_multi_socket_action(multi_, events[i].data.fd, mask, &running);
        }
        if (armed_ && due_ <= bench::steady::now()) {
            armed_ = false;
            curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        collect();
    }

    static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
        epoll_event event{};
        event.data.fd = fd;
        if (what != CURL_POLL_OUT) event.events |= EPOLLIN;
        if (what != CURL_POLL_IN) event.events |= EPOLLOUT;
        int const poll = static_cast<event_loop*>(self)->poll_;
        if (what == CURL_POLL_REMOVE) {
            ::epoll_ctl(poll, EPOLL_CTL_DEL, fd, nullptr);
        } else if (::epoll_ctl(poll, EPOLL_CTL_MOD, fd, &event) != 0 && errno == ENOENT) {
            ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
        }
        return 0;
    }

    static int on_timer(CURLM*, long milliseconds, void* self) {
        auto& loop = *static_cast<event_loop*>(self);
        loop.armed_ = milliseconds >= 0;
        loop.due_ = bench::steady::now() + std::chrono::milliseconds(milliseconds);
        return 0;
    }

    int time_left() const {
        if (!armed_) return 1'000;
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(due_ - bench::steady::now()).count();
        return left < 0 ? 0 : static_cast<int>(left);
    }

    void next(transfer& t) {
        if (window_.begin()) add(t);
    }

    void add(transfer& t) {
        t.prepare(window_.task());
        curl_multi_add_handle(multi_, t.handle());
    }

    void collect() {
        int left = 0;
        while (auto const* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            char* of = nullptr;
            bool const whole = message->data.result == CURLE_OK;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &of);
            auto& t = *reinterpret_cast<transfer*>(of);
            dials_ += t.dials();
            curl_multi_remove_handle(multi_, t.handle());
            if (opening_ != 0) {
                --opening_;
                continue;
            }
            window_.end(t.begun, whole ? t.status() : 0);
            next(t);
        }
    }

    bench::window& window_;
    bool whole_;
    int poll_;
    CURLM* multi_;
    std::vector<std::unique_ptr<transfer>> all_;
    bool armed_ = false;
    bench::steady::time_point due_;
    unsigned long long dials_ = 0;
    std::size_t opening_ = 0;  // first transfers, one a connection, that have not ended
};

unsigned long long with_threads(bench::options const& options, bench::window& window) {
    std::mutex mutex;
    unsigned long long dials = 0;
    std::barrier opened(static_cast<std::ptrdiff_t>(options.in_flight));
    auto const work = [&] {
        auto kept = std::make_unique<transfer>(options);
        kept->prepare(options.task.empty() ? std::to_string(bench::first_task) : options.task);
        curl_easy_perform(kept->handle());
        opened.arrive_and_wait();
        for (;;) {
            std::string task;
            {
                std::lock_guard const lock(mutex);
                if (!window.begin()) return;
                task = window.task();
            }
            if (options.mode == "fresh") kept = std::make_unique<transfer>(options);
            kept->prepare(task);
            bool const whole = curl_easy_perform(kept->handle()) == CURLE_OK;
            std::lock_guard const lock(mutex);
            dials += kept->dials();
            window.end(kept->begun, whole ? kept->status() : 0);
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < options.in_flight; ++i)
        threads.emplace_back(work);
    for (auto& each : threads)
        each.join();
    return dials;
}

}  // namespace

int main(int argc, char** argv) {
    bench::options const options(argc, argv);
    curl_global_init(CURL_GLOBAL_ALL);
    bench::window window(options, "curl");
    auto const dials = options.mode == "socket" ? event_loop(options, window).run() : with_threads(options, window);
    window.print(dials);
    return window.failed() == 0 && window.complete() ? 0 : 1;
}
