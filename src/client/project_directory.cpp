// SPDX-License-Identifier: BSL-1.0
#include "client/project_directory.hpp"

#include "client/answer.hpp"
#include "client/call.hpp"
#include "client/client_core.hpp"
#include "client/parcel.hpp"
#include "client/texts.hpp"
#include "policy/single_flight.hpp"
#include "wire/project_body.hpp"
#include "wire/validate.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>

#include <algorithm>
#include <list>
#include <utility>

namespace oms::detail {

namespace {

constexpr std::size_t max_name = 64;

using handler_type = project_directory::handler_type;

// One that asked.
struct waiter : answer<project_info> {
    std::uint64_t id = 0;
    bool left = false;  // it waits no more, and was not told yet

    waiter(handler_type h, client_core const& core) : answer{std::move(h), core.default_executor(), {}, {}, {}} {
        slot = boost::asio::get_associated_cancellation_slot(handler);
        if (auto own = own_executor(handler, core.default_executor())) executor = std::move(own);
    }
};

}  // namespace

/// One question to IAM, and who waits for the answer.
class project_lookup final : public call_receiver, public std::enable_shared_from_this<project_lookup> {
public:
    project_lookup(client_core& core, std::shared_ptr<project_directory> of, std::string name)
        : core_(core.weak_from_this()), of_(std::move(of)), name_(std::move(name)) {
        flight_.ask(the_question);
    }

    /// Takes it, or leaves it: it has ended meanwhile. Where it throws, the waiter does not wait.
    std::uint64_t join(std::unique_ptr<waiter>& w) {
        std::lock_guard const lock(mutex_);
        if (!flight_.open()) return 0;
        std::uint64_t const id = w->id = next_id_++;
        waiters added;
        added.push_back(nullptr);
        if (w->slot.is_connected()) w->slot.emplace<leave_op>(core_, weak_from_this(), id);
        added.back() = std::move(w);
        flight_.waiting.splice(flight_.waiting.end(), added);
        return id;
    }

    /// It could not be asked: the one that began it is told by an exception, the others here.
    void fail_but(client_core& by, std::uint64_t id) noexcept {
        for (auto& each : land()) {
            if (each->id == id) continue;
            if (!each->left) each->code = errc::out_of_memory;
            send(by, each);
        }
    }

    void on_call_done(client_core& by, std::unique_ptr<call>& done, bool) override {
        if (!std::exchange(answered_, true)) take(*done);
        waiters all = land();
        for (auto& each : all) {
            if (!each->left) set(*each, code_, found_);
            send(by, each);
        }
        std::erase(all, nullptr);
        if (all.empty()) return done.reset();
        std::lock_guard const lock(mutex_);
        flight_.waiting.swap(all);  // there was no memory to tell these
    }

private:
    using waiters = std::list<std::unique_ptr<waiter>>;
    static constexpr std::uint64_t the_question = 1;  // a lookup is one

    waiters land() noexcept {
        waiters all;
        std::lock_guard const lock(mutex_);
        if (!flight_.land(the_question, all)) all.swap(flight_.waiting);  // was answered, and these were not told
        return all;
    }

    struct leave_op {
        std::weak_ptr<client_core> by;
        std::weak_ptr<project_lookup> of;
        std::uint64_t id;

        leave_op(std::weak_ptr<client_core> c, std::weak_ptr<project_lookup> l, std::uint64_t i) noexcept
            : by(std::move(c)), of(std::move(l)), id(i) {}
        void operator()(boost::asio::cancellation_type) const {
            auto const core = by.lock();
            if (!core) return;
            auto const in = core->enter();
            if (!in) return;
            if (auto const l = of.lock()) l->leave(*core, id);
        }
    };

    // On its way to its handler.
    struct delivery {
        parcel<waiter> done;

        using allocator_type = waiter::allocator_type;
        allocator_type get_allocator() const noexcept { return done->get_allocator(); }
        using executor_type = waiter::executor_type;
        executor_type get_executor() const noexcept { return done->get_executor(); }
        void operator()() {
            auto const w = done.take();
            (*w)();
        }
    };

    void take(call& done) {
        code_ = done.code;
        std::string said;
        try {
            if (!code_) code_ = wire::parse_projects(done.extras->body, name_, found_, said);
        } catch (std::bad_alloc const&) {
            code_ = errc::out_of_memory;
        }
        found_.call = std::move(done.result);
        if (!said.empty()) found_.call.service_message = std::move(said);
        std::lock_guard const lock(of_->mutex_);
        of_->asked_.erase(name_);
        if (code_) return;
        try {
            if (of_->known_.size() >= project_directory::max_known) of_->known_.clear();
            project_info known = found_;
            known.call = {};
            of_->known_.insert_or_assign(name_, std::move(known));
        } catch (std::bad_alloc const&) {  // then it is asked again
        }
    }

    void leave(client_core& by, std::uint64_t id) {
        waiters found;
        {
            std::lock_guard const lock(mutex_);
            auto& waiting = flight_.waiting;
            auto const at = std::find_if(waiting.begin(), waiting.end(), [id](auto const& w) { return w->id == id; });
            if (at == waiting.end() || (*at)->left) return;
            found.splice(found.end(), waiting, at);
        }
        found.front()->left = true;
        found.front()->code = errc::cancelled;
        send(by, found.front());
        if (!found.front()) return;
        std::lock_guard const lock(mutex_);
        flight_.waiting.splice(flight_.waiting.end(), found);  // no memory: it is told when the others are
    }

    static void set(waiter& w, error_code code, project_info const& result) noexcept {
        w.code = code;
        try {
            w.result = result;
        } catch (std::bad_alloc const&) {
            w.code = errc::out_of_memory;
            w.result = project_info();
        }
    }

    static void send(client_core& by, std::unique_ptr<waiter>& w) {
        parcel<waiter>::try_send(w, [&](parcel<waiter> p) {
            auto const to = p->executor;
            by.send(to, delivery{std::move(p)});
        });
    }

    std::weak_ptr<client_core> const core_;
    std::shared_ptr<project_directory> const of_;
    std::string const name_;
    std::mutex mutex_;
    policy::single_flight<waiters> flight_;
    std::uint64_t next_id_ = 0;
    // What was answered.
    bool answered_ = false;
    error_code code_;
    project_info found_;
};

void project_directory::find(client_core& core, handler_type handler, std::string name) {
    auto in = core.enter();
    if (!in) return;
    if (name.empty()) name = core.config().config.region;
    auto w = std::make_unique<waiter>(std::move(handler), core);
    auto lookup = std::shared_ptr<project_lookup>();
    {
        std::lock_guard const lock(mutex_);
        if (auto const known = known_.find(name); known != known_.end()) {
            w->result = known->second;
        } else {
            auto& asked = asked_[name];
            if (auto const open = asked.lock()) open->join(w);
            if (!w) return;
            lookup = std::make_shared<project_lookup>(core, shared_from_this(), name);
            asked = lookup;
        }
    }
    if (!lookup) {
        auto const to = w->executor;
        return core.send(to, std::move(*w));
    }
    task_ref of;
    of.region = name;
    auto c = std::make_unique<call>(std::shared_ptr<call_receiver>(lookup), oms::call::find_project_operation(),
                                    std::move(of));
    oms::call::query_values values;
    values.name = name;
    c->more().query = core.query_of(c->machine.asked(), values);
    if (wire::project_id_form(name) == wire::id_form::invalid || name.size() > max_name)
        c->extras->wrong_option = "name";
    std::uint64_t const id = lookup->join(w);
    try {
        core.start(std::move(c), std::move(in));
    } catch (...) {
        if (auto const back = core.enter()) lookup->fail_but(core, id);
        throw;
    }
}

}  // namespace oms::detail
