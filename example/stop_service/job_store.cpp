// SPDX-License-Identifier: BSL-1.0
#include "job_store.hpp"

#include "task_list.hpp"

#include <string_view>

namespace stop_service {

namespace {

// EXCLUSIVE: two services that took up the same jobs would stop each task twice. FULL: what was committed is on the
// disk, and outlives the machine's power, too; a slower disk costs latency, not throughput (see group_commit).
constexpr char preparation[] =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;";

constexpr std::int64_t version = 1;  // of the schema

constexpr char schema[] =
    "CREATE TABLE job ("
    "  id TEXT PRIMARY KEY, made INTEGER NOT NULL, tasks INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX job_by_time ON job (made);"
    "CREATE TABLE task ("
    "  job TEXT NOT NULL REFERENCES job ON DELETE CASCADE,"
    "  region TEXT NOT NULL, project TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,"
    "  number INTEGER, outcome TEXT, success INTEGER, message TEXT, request_id TEXT, attempts INTEGER, ended INTEGER,"
    "  PRIMARY KEY (job, region, project, kind, id)) WITHOUT ROWID;"
    "CREATE UNIQUE INDEX result ON task (job, number) WHERE number IS NOT NULL;"
    "PRAGMA user_version = 1;";

database prepared(std::string const& path) {
    try {
        database db(path);
        db.execute(preparation);
        db.execute("BEGIN EXCLUSIVE");  // who else has it is found out here
        statement asked = db.prepare("PRAGMA user_version");
        std::int64_t const found = asked.step() ? asked.integer(0) : 0;
        asked.run();
        if (found == 0) db.execute(schema);
        db.execute("COMMIT");
        if (found != 0 && found != version)
            throw database_error("it was made by another version (" + std::to_string(found) + ")");
        return db;
    } catch (database_error const& e) {
        throw database_error("the database " + path + " cannot be used: " + e.what());
    }
}

job_summary summary_of(statement const& row) {
    job_summary job;
    job.id = row.text(0);
    job.made = row.integer(1);
    job.tasks = static_cast<std::uint64_t>(row.integer(2));
    job.ended = static_cast<std::uint64_t>(row.integer(3));
    return job;
}

std::vector<job_summary> summaries_of(statement& rows) {
    std::vector<job_summary> jobs;
    while (rows.step())
        jobs.push_back(summary_of(rows));
    return jobs;
}

// Of the columns region, project, kind, id.
oms::task_ref task_of(statement const& row) {
    auto const kind = kind_of(row.text(2));
    if (!kind) throw database_error("a task is of no known kind");
    return {row.text(1), row.text(3), *kind, row.text(0)};
}

}  // namespace

job_store::job_store(std::string const& path)
    : db_(prepared(path)),
      add_job_(db_.prepare("INSERT INTO job (id, made, tasks) VALUES (?1, ?2, ?3)")),
      add_task_(db_.prepare("INSERT INTO task (job, region, project, kind, id) VALUES (?1, ?2, ?3, ?4, ?5)")),
      record_(db_.prepare("UPDATE task SET number = (SELECT ended + 1 FROM job WHERE id = ?1), outcome = ?6, "
                          "success = ?7, message = ?8, request_id = ?9, attempts = ?10, ended = ?11 "
                          "WHERE job = ?1 AND region = ?2 AND project = ?3 AND kind = ?4 AND id = ?5 "
                          "AND number IS NULL")),
      count_(db_.prepare("UPDATE job SET ended = ended + 1 WHERE id = ?1")),
      forget_(db_.prepare("DELETE FROM job WHERE made < ?1 AND ended = tasks")),
      find_(db_.prepare("SELECT id, made, tasks, ended FROM job WHERE id = ?1")),
      outcomes_(db_.prepare("SELECT outcome, count(*) FROM task WHERE job = ?1 AND number IS NOT NULL GROUP BY 1")),
      latest_(db_.prepare("SELECT id, made, tasks, ended FROM job ORDER BY made DESC LIMIT ?1")),
      unfinished_(db_.prepare("SELECT id, made, tasks, ended FROM job WHERE ended < tasks ORDER BY made")),
      open_tasks_(db_.prepare("SELECT region, project, kind, id FROM task WHERE job = ?1 AND number IS NULL")),
      results_(db_.prepare("SELECT region, project, kind, id, number, outcome, success, message, request_id, attempts, "
                           "ended FROM task WHERE job = ?1 AND number > ?2 ORDER BY number LIMIT ?3")) {}

void job_store::rollback() noexcept {
    try {
        db_.execute("ROLLBACK");
    } catch (database_error const&) {  // SQLite did it already, as after a full disk
    }
}

void job_store::add(std::string const& id, std::vector<oms::task_ref> const& tasks, wall_time made) {
    add_job_.with(id, made, tasks.size()).run();
    for (oms::task_ref const& each : tasks)
        add_task_.with(id, each.region, each.project_id, kind_name(each.kind), each.task_id).run();
}

void job_store::record(std::string const& id, task_result const& r) {
    record_
        .with(id, r.task.region, r.task.project_id, kind_name(r.task.kind), r.task.task_id, r.outcome, r.success,
              r.message, r.request_id, r.attempts, r.ended)
        .run();
    if (db_.changes() == 1) count_.with(id).run();
}

void job_store::forget(wall_time made_before) {
    forget_.with(made_before).run();
}

std::optional<job_summary> job_store::find(std::string const& id) {
    std::optional<job_summary> job;
    for (find_.with(id); find_.step();)
        job = summary_of(find_);
    if (!job) return job;
    for (outcomes_.with(id); outcomes_.step();)
        job->outcomes[outcomes_.text(0)] = static_cast<std::uint64_t>(outcomes_.integer(1));
    return job;
}

std::vector<job_summary> job_store::latest(std::size_t most) {
    return summaries_of(latest_.with(most));
}

std::vector<job_summary> job_store::unfinished() {
    return summaries_of(unfinished_.with());
}

std::vector<oms::task_ref> job_store::open_tasks(std::string const& id) {
    std::vector<oms::task_ref> tasks;
    for (open_tasks_.with(id); open_tasks_.step();)
        tasks.push_back(task_of(open_tasks_));
    return tasks;
}

std::vector<task_result> job_store::results(std::string const& id, std::uint64_t after, std::size_t most) {
    std::vector<task_result> found;
    for (results_.with(id, after, most); results_.step();) {
        task_result r;
        r.task = task_of(results_);
        r.number = static_cast<std::uint64_t>(results_.integer(4));
        r.outcome = results_.text(5);
        r.success = results_.integer(6) != 0;
        r.message = results_.text(7);
        r.request_id = results_.text(8);
        r.attempts = static_cast<unsigned>(results_.integer(9));
        r.ended = results_.integer(10);
        found.push_back(std::move(r));
    }
    return found;
}

}  // namespace stop_service
