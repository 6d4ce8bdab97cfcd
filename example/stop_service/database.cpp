// SPDX-License-Identifier: BSL-1.0
#include "database.hpp"

#include <sqlite3.h>

namespace stop_service {

namespace {

[[noreturn]] void fail(sqlite3* database) {
    throw database_error(sqlite3_errmsg(database));
}

}  // namespace

statement::statement(sqlite3* database, char const* sql) : database_(database) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(database, sql, -1, &made, nullptr) != SQLITE_OK) fail(database);
    handle_.reset(made);
}

void statement::finalizer::operator()(sqlite3_stmt* handle) const noexcept {
    sqlite3_finalize(handle);
}

void statement::restart() noexcept {
    sqlite3_reset(handle_.get());  // it tells once more what the last step failed with
}

void statement::bind(int at, std::string_view text) {
    if (sqlite3_bind_text64(handle_.get(), at, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK)
        fail(database_);
}

void statement::bind(int at, std::int64_t number) {
    if (sqlite3_bind_int64(handle_.get(), at, number) != SQLITE_OK) fail(database_);
}

bool statement::step() {
    int const code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        restart();
        return false;
    }
    std::string const why = sqlite3_errmsg(database_);
    restart();
    throw database_error(why);
}

void statement::run() {
    while (step()) {
    }
}

std::int64_t statement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string statement::text(int column) const {
    void const* const bytes = sqlite3_column_blob(handle_.get(), column);
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
    return bytes == nullptr ? std::string() : std::string(static_cast<char const*>(bytes), size);
}

database::database(std::string const& path) {
    sqlite3* made = nullptr;
    // One thread at a time uses it, so it needs no locks of its own.
    int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int const code = sqlite3_open_v2(path.c_str(), &made, flags, nullptr);
    handle_.reset(made);  // there is one after a failure, too, which knows why
    if (code != SQLITE_OK) throw database_error(made == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(made));
}

void database::closer::operator()(sqlite3* handle) const noexcept {
    sqlite3_close(handle);
}

void database::execute(char const* sql) {
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle_.get());
}

int database::changes() const noexcept {
    return sqlite3_changes(handle_.get());
}

}  // namespace stop_service
