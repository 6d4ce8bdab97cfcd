// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_DATABASE_HPP
#define STOP_SERVICE_DATABASE_HPP

// SQLite, with its errors as exceptions and its handles closed; no more of it than the job store needs.

#include <concepts>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace stop_service {

struct database_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A prepared statement.
class statement {
public:
    statement(sqlite3* database, char const* sql);

    /// Begins it anew, with these values for `?1`, `?2` and so on.
    template <class... Values>
    statement& with(Values const&... values) {
        restart();
        [[maybe_unused]] int at = 0;
        (bind(++at, values), ...);
        return *this;
    }

    /// Whether there is a row, or another one. Where there is none it has ended, and holds nothing up.
    bool step();
    /// To its end.
    void run();

    std::int64_t integer(int column) const;
    std::string text(int column) const;  ///< Empty, too, where there is none.

private:
    struct finalizer {
        void operator()(sqlite3_stmt* handle) const noexcept;
    };

    void restart() noexcept;
    void bind(int at, std::string_view text);
    void bind(int at, std::int64_t number);
    template <std::integral Number>
    void bind(int at, Number number) {
        bind(at, static_cast<std::int64_t>(number));
    }

    sqlite3* database_;
    std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

class database {
public:
    /// Opens the file, or makes it.
    explicit database(std::string const& path);

    /// One statement or several, whose rows nobody wants.
    void execute(char const* sql);
    statement prepare(char const* sql) { return {handle_.get(), sql}; }
    /// Rows that the last statement changed.
    int changes() const noexcept;

private:
    struct closer {
        void operator()(sqlite3* handle) const noexcept;
    };
    std::unique_ptr<sqlite3, closer> handle_;
};

}  // namespace stop_service

#endif
