// SPDX-License-Identifier: BSL-1.0
#include "client/project_directory.hpp"

#include "client/call.hpp"
#include "client/client_core.hpp"
#include "client/completion.hpp"
#include "client/texts.hpp"
#include "policy/single_flight.hpp"
#include "wire/project_body.hpp"
#include "wire/validate.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>

#include <utility>

namespace oms::detail {

namespace {

constexpr std::size_t max_name = 64;

using waiter = pending_completion<project_info>;

}  // namespace

/// One question to IAM, and who waits for the answer.
class project_lookup final : public call_receiver, public std::enable_shared_from_this<project_lookup> {
public:
    project_lookup(client_core& core, std::shared_ptr<project_directory> of, std::string name, bool shared,
                   bool remembered)
        : core_(core.weak_from_this()),
          of_(std::move(of)),
          name_(std::move(name)),
          shared_(shared),
          remembered_(remembered) {
        flight_.ask(the_question);
    }

    /// Takes it, or leaves it: it has ended meanwhile. Where it throws, the waiter does not wait.
    void join(std::unique_ptr<waiter>& w) {
        std::lock_guard const lock(mutex_);
        if (!flight_.open()) return;
        w->id = next_id_++;
        if (w->slot.is_connected()) w->slot.emplace<leave_op>(core_, weak_from_this(), w->id);
        flight_.waiting.push(std::move(w));
    }

    /// It could not be asked: the one that began it is told by an exception, the others here.
    void fail(client_core& by) noexcept {
        auto all = land();
        auto const first = all.extract([](auto const& each) { return each.id == first_id; });
        while (auto each = all.pop()) {
            static_cast<waiter&>(*each).code = errc::out_of_memory;
            by.deliver(std::move(each), false);
        }
    }

    void on_call_done(client_core& by, std::unique_ptr<call> done, bool) override {
        take(*done);
        done.reset();
        auto all = land();
        while (auto each = all.pop()) {
            set(static_cast<waiter&>(*each), code_, found_);
            by.deliver(std::move(each), false);
        }
    }

private:
    static constexpr std::uint64_t the_question = 1;  // a lookup is one
    static constexpr std::uint64_t first_id = 0;      // of the one that began it

    completion_chain land() noexcept {
        completion_chain all;
        std::lock_guard const lock(mutex_);
        flight_.land(the_question, all);
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
        if (shared_) of_->asked_.erase(name_);
        if (code_ || !remembered_) return;
        try {
            if (of_->known_.size() >= project_directory::max_known) of_->known_.clear();
            project_info known = found_;
            known.call = {};
            of_->known_.insert_or_assign(name_, std::move(known));
        } catch (std::bad_alloc const&) {  // then it is asked again
        }
    }

    void leave(client_core& by, std::uint64_t id) {
        std::unique_ptr<any_pending_completion> found;
        {
            std::lock_guard const lock(mutex_);
            found = flight_.waiting.extract([id](auto const& w) { return w.id == id; });
        }
        if (!found) return;
        static_cast<waiter&>(*found).code = errc::cancelled;
        by.deliver(std::move(found), false);
    }

    static void set(waiter& w, error_code code, project_info const& result) noexcept {
        w.code = code;
        try {
            w.result() = result;
        } catch (std::bad_alloc const&) {
            w.code = errc::out_of_memory;
            w.result() = project_info();
        }
    }

    std::weak_ptr<client_core> const core_;
    std::shared_ptr<project_directory> const of_;
    std::string const name_;
    bool const shared_;      // others find it, and wait with the first
    bool const remembered_;  // the answer holds for the client
    std::mutex mutex_;
    policy::single_flight<completion_chain> flight_;
    std::uint64_t next_id_ = first_id;
    // What was answered.
    error_code code_;
    project_info found_;
};

void project_directory::find(client_core& core, handler_type handler, std::string name, call_rules_ptr own) {
    auto in = core.enter();
    if (!in) return;
    if (name.empty()) name = core.config().config.region;
    auto w = std::make_unique<waiter>(std::move(handler));
    w->slot = boost::asio::get_associated_cancellation_slot(w->handler);
    w->executor = own_executor(w->handler, core.default_executor());
    if (!w->executor) w->executor = core.default_executor();
    std::shared_ptr<project_lookup> lookup;
    {
        bool const as_client = !own || !own->options.credentials;
        std::lock_guard const lock(mutex_);
        if (auto const known = known_.find(name); as_client && !(own && own->wrong) && known != known_.end()) {
            w->result() = known->second;
        } else if (own) {
            lookup = std::make_shared<project_lookup>(core, shared_from_this(), name, false, as_client);
            lookup->join(w);
        } else {
            auto& asked = asked_[name];
            if (auto const open = asked.lock()) open->join(w);
            if (!w) return;
            lookup = std::make_shared<project_lookup>(core, shared_from_this(), name, true, true);
            lookup->join(w);
            asked = lookup;
        }
    }
    if (!lookup) return core.deliver(std::move(w), false);
    try {
        task_ref of;
        of.region = name;
        auto c = std::make_unique<call>(std::shared_ptr<call_receiver>(lookup), oms::call::find_project_operation(),
                                        std::move(of));
        c->own = std::move(own);
        oms::call::query_values values;
        values.name = name;
        c->more().query = core.query_of(c->machine.asked(), values);
        if (wire::project_id_form(name) == wire::id_form::invalid || name.size() > max_name)
            c->extras->wrong_option = "name";
        core.start(std::move(c), std::move(in));
    } catch (...) {
        if (auto const back = core.enter()) lookup->fail(core);
        throw;
    }
}

}  // namespace oms::detail
