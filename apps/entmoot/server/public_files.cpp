// SPDX-License-Identifier: MIT

#include "public_files.hpp"

#include "read_file.hpp"

#include <entmoot/base/base64.hpp>
#include <entmoot/base/bytes.hpp>
#include <entmoot/js/typescript_compiler.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace entmoot_app {

namespace fs = std::filesystem;
using namespace entmoot;

namespace {

constexpr std::size_t files_max = 10'000;
constexpr std::uintmax_t bytes_max = 256 * MiB;
constexpr std::size_t gzip_bytes_max = 16 * MiB;  // half a second of a core, at each start and reload

/// Folders of tools, such as .git, may contain secrets. The exception is of RFC 8615.
bool is_hidden(const fs::directory_entry& folder) {
  const std::string name = folder.path().filename().string();
  return name.starts_with('.') && name != ".well-known";
}

bool is_served(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  return !entry.is_symlink() && entry.is_regular_file() && !name.starts_with('.') && name != "tsconfig.json" &&
         !name.ends_with(".d.ts");
}

/// For browsers; while a page is developed, with its source map, so that developer tools show the file that was
/// written.
Result<std::string> compiled(js::ModuleLoader& modules, const fs::path& file, const std::string& name,
                             const std::string& text, bool develops) {
  const auto options = modules.compiler_options(file);
  if (!options) return options.error();
  auto javascript =
      modules.typescript().compile({.name = name, .text = text, .options = *options, .map_contains_source = develops});
  if (!javascript) return javascript.error();
  if (!develops) return std::move(javascript->code);
  return javascript->code + "//# sourceMappingURL=data:application/json;base64," + base64_encode(javascript->map) +
         "\n";
}

/// HTML allows a page without head tags; the script is appended then.
void add_dev_script(std::string& page) {
  const auto head = page.find("</head>");
  page.insert(head == std::string::npos ? page.size() : head,
              R"(<script type="module" src="/entmoot/dev.js"></script>)");
}

}  // namespace

PublicFiles load_public_files(const fs::path& folder, js::ModuleLoader& modules, const PublicFilesOptions& options) {
  PublicFiles loaded;
  std::error_code none;
  if (!fs::is_directory(folder, none)) return loaded;
  std::vector<std::pair<std::string, std::string>> files;  // name, content
  std::uintmax_t bytes = 0;
  for (auto at = fs::recursive_directory_iterator(folder); at != fs::recursive_directory_iterator(); ++at) {
    const fs::directory_entry& entry = *at;
    if (entry.is_directory(none) && is_hidden(entry)) {
      at.disable_recursion_pending();
      continue;
    }
    loaded.seen.push_back(entry.path());
    if (!is_served(entry)) continue;
    bytes += entry.file_size();
    if (files.size() == files_max || bytes > bytes_max) {
      loaded.problems.push_back(fmt::format("public/: more than {} files or {} MiB; serve them with a web server",
                                            files_max, bytes_max / MiB));
      return loaded;
    }
    const std::string name = entry.path().lexically_relative(folder).string();
    auto content = read_file(entry.path());
    if (content && js::is_compiled_language(name)) {
      content = compiled(modules, entry.path(), "public/" + name, *content, options.develops);
    } else if (content && options.develops && name.ends_with(".html")) {
      add_dev_script(*content);
    }
    if (content) {
      files.emplace_back(name, *std::move(content));
    } else {
      loaded.problems.push_back(content.error().reason);
    }
  }
  std::vector<EmbeddedFile> table;
  table.reserve(files.size());
  for (const auto& [name, content] : files) table.push_back({name, content});
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(options.cache).count();
  loaded.files.add(
      table,
      {.cache_control = seconds > 0 && !options.develops ? fmt::format("public, max-age={}", seconds) : "no-cache",
       .page = options.page,
       .gzip_bytes_max = options.develops ? 0 : gzip_bytes_max,
       .fallback = options.fallback});
  const bool has_fallback =
      std::ranges::any_of(files, [&](const auto& file) { return file.first == options.fallback; });
  if (!options.fallback.empty() && !has_fallback) {
    loaded.problems.push_back(fmt::format(
        "public/: there is no \"{}\", which `public.fallback` in entmoot.config.ts names", options.fallback));
  }
  return loaded;
}

}  // namespace entmoot_app
