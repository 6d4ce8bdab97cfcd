// SPDX-License-Identifier: BSL-1.0
#include "client/project_directory.hpp"

#include "client/answer.hpp"
#include "client/call.hpp"
#include "client/client_core.hpp"
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
        : core_(core.weak_from_this()), of_(std::move(of)), name_(std::move(name)) {}

    std::string const& name() const noexcept { return name_; }

    /// False: it has ended meanwhile.
    bool join(waiter& w) {
        std::lock_guard const lock(mutex_);
        if (over_) return false;
        w.id = next_id_++;
        if (w.slot.is_connected()) w.slot.emplace<leave_op>(core_, weak_from_this(), w.id);
        waiting_.push_back(std::move(w));
        return true;
    }

    void on_call_done(client_core& by, std::unique_ptr<call> done, bool) override {
        project_info found;
        error_code code = done->code;
        std::string said;
        if (!code) code = wire::parse_projects(done->body, name_, found, said);
        found.call = std::move(done->result);
        if (!said.empty()) found.call.service_message = std::move(said);
        done.reset();
        {
            std::lock_guard const lock(of_->mutex_);
            of_->asked_.erase(name_);
            if (!code) {
                if (of_->known_.size() >= project_directory::max_known) of_->known_.clear();
                project_info& known = of_->known_[name_] = found;
                known.call = {};
            }
        }
        std::list<waiter> all;
        {
            std::lock_guard const lock(mutex_);
            over_ = true;
            all.swap(waiting_);
        }
        for (waiter& each : all)
            tell(by, std::move(each), code, found);
    }

private:
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

    void leave(client_core& by, std::uint64_t id) {
        std::list<waiter> found;
        {
            std::lock_guard const lock(mutex_);
            auto const at =
                std::find_if(waiting_.begin(), waiting_.end(), [id](waiter const& w) { return w.id == id; });
            if (at == waiting_.end()) return;
            found.splice(found.end(), waiting_, at);
        }
        tell(by, std::move(found.front()), errc::cancelled, {});
    }

    static void tell(client_core& by, waiter w, error_code code, project_info const& result) {
        w.code = code;
        w.result = result;
        by.send(std::move(w));
    }

    std::weak_ptr<client_core> const core_;
    std::shared_ptr<project_directory> const of_;
    std::string const name_;
    std::mutex mutex_;
    bool over_ = false;
    std::uint64_t next_id_ = 0;
    std::list<waiter> waiting_;  // nodes: their handlers cannot be assigned
};

void project_directory::find(client_core& core, handler_type handler, std::string name) {
    auto in = core.let_in(nullptr);
    if (!in) return;
    if (name.empty()) name = core.config().config.region;
    waiter w(std::move(handler), core);
    std::shared_ptr<project_lookup> made;
    {
        std::lock_guard const lock(mutex_);
        if (auto const known = known_.find(name); known != known_.end()) {
            w.result = known->second;
        } else {
            auto& asked = asked_[name];
            if (auto const open = asked.lock(); open && open->join(w)) return;
            asked = made = std::make_shared<project_lookup>(core, shared_from_this(), name);
            made->join(w);
        }
    }
    if (!made) return core.send(std::move(w));
    auto c = std::make_unique<call>(std::shared_ptr<call_receiver>(std::move(made)));
    c->task.region = name;
    c->operation = &oms::call::find_project_operation();
    oms::call::query_values values;
    values.name = name;
    c->query = core.query_of(*c->operation, values);
    if (wire::project_id_form(name) == wire::id_form::invalid || name.size() > max_name) c->wrong_option = "name";
    core.start(std::move(c), std::move(in));
}

}  // namespace oms::detail
