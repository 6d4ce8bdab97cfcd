// SPDX-License-Identifier: BSL-1.0
#include "file_checks.hpp"

#include <sys/stat.h>
#include <filesystem>

namespace oms_stop {

namespace {

void check_secret(std::string const& path, char const* holds, console& say) {
    struct stat about {};
    if (path.empty() || path == "-" || ::stat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return;
    char const* const what = (about.st_mode & S_IWOTH) != 0   ? "written by everybody"
                             : (about.st_mode & S_IROTH) != 0 ? "read by everybody"
                                                              : nullptr;
    if (what == nullptr) return;
    say.note("warning: " + path + ", which " + holds + ", may be " + what + ": chmod 600 " + path);
}

// In a directory with the sticky bit only a file's owner may move it.
void check_directory(std::string const& file, console& say) {
    if (file.empty()) return;
    std::string const parent = std::filesystem::path(file).parent_path().string();
    std::string const directory = parent.empty() ? "." : parent;
    struct stat about {};
    if (::stat(directory.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) return;
    bool const open = (about.st_mode & S_IWOTH) != 0 && (about.st_mode & S_ISVTX) == 0;
    if (open) say.note("warning: everybody may replace the report in " + directory + ": chmod o-w " + directory);
}

}  // namespace

void check_files(options const& o, console& say) {
    check_secret(o.token_file, "holds tokens", say);
    check_secret(o.accounts, "says whose credentials are used", say);
    check_secret(o.keys, "holds keys", say);
    check_directory(o.report.empty() ? o.resume : o.report, say);
}

}  // namespace oms_stop
