// SPDX-License-Identifier: MIT

#include <entmoot/js/module_resolver.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace entmoot::js {

namespace fs = std::filesystem;

namespace {

constexpr std::array own_endings = {".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"};
constexpr std::array package_endings = {".js", ".mjs", ".cjs", ".json", ".ts", ".tsx", ".mts", ".cts", ".jsx"};

// https://nodejs.org/api/modules.html#built-in-modules
constexpr std::array node_modules = {"assert",
                                     "async_hooks",
                                     "buffer",
                                     "child_process",
                                     "cluster",
                                     "console",
                                     "constants",
                                     "crypto",
                                     "dgram",
                                     "diagnostics_channel",
                                     "dns",
                                     "domain",
                                     "events",
                                     "fs",
                                     "http",
                                     "http2",
                                     "https",
                                     "inspector",
                                     "module",
                                     "net",
                                     "os",
                                     "path",
                                     "perf_hooks",
                                     "process",
                                     "punycode",
                                     "querystring",
                                     "readline",
                                     "repl",
                                     "stream",
                                     "string_decoder",
                                     "sys",
                                     "timers",
                                     "tls",
                                     "trace_events",
                                     "tty",
                                     "url",
                                     "util",
                                     "v8",
                                     "vm",
                                     "wasi",
                                     "worker_threads",
                                     "zlib"};

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

Error no_node(std::string_view specifier) {
  return fail(ErrorCode::invalid, in_quotes(specifier) +
                                      " is a Node.js module, which rooms do not have: use a Web API, or call a handler "
                                      "of the server with Beam.call");
}

fs::path with_ending(const fs::path& path, std::string_view ending) {
  fs::path out = path;
  out += ending;
  return out;
}

// TypeScript authors may write the extension of the compiled file: "./util.js" for util.ts.
std::vector<std::string_view> source_endings(std::string_view ending) {
  if (ending == ".js") return {".ts", ".tsx"};
  if (ending == ".jsx") return {".tsx"};
  if (ending == ".mjs") return {".mts"};
  if (ending == ".cjs") return {".cts"};
  return {};
}

struct PackageName {
  std::string_view name;
  std::string subpath;  // "." or "./x"
};

PackageName split(std::string_view specifier) {
  auto slash = specifier.find('/');
  if (specifier.starts_with('@') && slash != std::string_view::npos) slash = specifier.find('/', slash + 1);
  if (slash == std::string_view::npos) return {specifier, "."};
  return {specifier.substr(0, slash), "." + std::string(specifier.substr(slash))};
}

}  // namespace

Result<Resolved> ModuleResolver::resolve(std::string_view specifier, const fs::path& from, ImportKind kind) {
  if (specifier.empty()) return fail(ErrorCode::invalid, "the module specifier is empty");
  if (specifier.starts_with("./") || specifier.starts_with("../") || specifier == "." || specifier == "..")
    return resolve_file(specifier, from.parent_path() / specifier, kind);
  auto configured = find_configured(specifier, from, kind);
  if (!configured) return configured.error();
  if (const std::optional<fs::path>& file = *configured) return Resolved{*file};
  if (specifier.starts_with('/'))
    return fail(ErrorCode::invalid,
                "cannot import " + in_quotes(specifier) + ": use a relative path that begins with ./ or ../");
  if (specifier.starts_with('#')) return resolve_import(specifier, from, kind);
  if (specifier.starts_with("node:")) return no_node(specifier);
  if (specifier.find(':') != std::string_view::npos)
    return fail(ErrorCode::invalid,
                "cannot import " + in_quotes(specifier) +
                    ": URLs are not supported; install the package with npm and import it by its name");
  return resolve_package(specifier, from, kind);
}

// --- files

ModuleResolver::Found ModuleResolver::find_file(const fs::path& path, ImportKind kind) {
  if (path.has_filename()) {
    auto found = tree_.file(path);
    if (!found || *found) return found;
    for (const auto ending : source_endings(path.extension().string())) {
      fs::path source = path;
      found = tree_.file(source.replace_extension(ending));
      if (!found || *found) return found;
    }
    for (const auto* ending : is_of_package(tree_.name_of(path)) ? package_endings : own_endings) {
      found = tree_.file(with_ending(path, ending));
      if (!found || *found) return found;
    }
  }
  if (!tree_.is_folder(path)) return std::optional<fs::path>();
  return find_main((path / ".").lexically_normal().parent_path(), kind);
}

ModuleResolver::Found ModuleResolver::find_configured(std::string_view specifier, const fs::path& from,
                                                      ImportKind kind) {
  const auto config = configs_.around(from.parent_path());
  if (!config) return config.error();
  if (!*config) return std::optional<fs::path>();
  for (const fs::path& candidate : (*config)->candidates(specifier)) {
    // One that is outside of the app's folder is not there, and the next one counts.
    const auto found = find_file(candidate, kind);
    if (found && *found) return found;
  }
  return std::optional<fs::path>();
}

// The main file of a folder: the file that its package.json names, or its index.
ModuleResolver::Found ModuleResolver::find_main(const fs::path& folder, ImportKind kind) {
  const auto package = tree_.package_in(folder);
  if (!package) return package.error();
  for (const auto& main : *package ? (*package)->mains(kind) : std::vector<std::string>{"index"}) {
    // A main may be a folder with an index, but that folder's package.json is not read.
    for (const fs::path& path : {folder / main, folder / main / "index"}) {
      auto found = tree_.file(path);
      if (!found || *found) return found;
      for (const auto* ending : is_of_package(tree_.name_of(path)) ? package_endings : own_endings) {
        found = tree_.file(with_ending(path, ending));
        if (!found || *found) return found;
      }
    }
  }
  return std::optional<fs::path>();
}

Result<Resolved> ModuleResolver::resolve_file(std::string_view specifier, const fs::path& path, ImportKind kind) {
  const auto found = find_file(path.lexically_normal(), kind);
  if (!found) return fail(ErrorCode::invalid, "cannot import " + in_quotes(specifier) + ": " + found.error().reason);
  const std::optional<fs::path>& file = *found;
  if (!file)
    return fail(ErrorCode::not_found, "cannot find " + in_quotes(specifier) + ": there is no file " +
                                          tree_.name_of(path.lexically_normal()) + ", with or without an extension");
  return for_browser(*file, kind);
}

Result<Resolved> ModuleResolver::for_browser(const fs::path& file, ImportKind kind) {
  const auto package = tree_.package_around(file.parent_path());
  if (!package) return package.error();
  if (!*package) return Resolved{file};
  const fs::path relative = file.lexically_relative((*package)->folder());
  const fs::path bare = relative.parent_path() / relative.stem();
  for (const fs::path& name : {relative, bare}) {
    const auto replaced = (*package)->replaced("./" + name.generic_string());
    if (!replaced) continue;
    if (replaced->by_empty_module) return Resolved{};
    const auto found = find_file(((*package)->folder() / replaced->target).lexically_normal(), kind);
    if (!found) continue;
    if (const std::optional<fs::path>& target = *found) return Resolved{*target};
  }
  return Resolved{file};
}

// --- packages

Result<Resolved> ModuleResolver::resolve_package(std::string_view specifier, const fs::path& from, ImportKind kind) {
  const auto own = tree_.package_around(from.parent_path());
  if (!own) return own.error();
  std::string instead;
  if (*own) {
    if (const auto replaced = (*own)->replaced(specifier)) {
      if (replaced->by_empty_module) return Resolved{};
      if (replaced->target.starts_with("./")) return resolve_file(specifier, (*own)->folder() / replaced->target, kind);
      instead = replaced->target;
      specifier = instead;
    }
  }
  const auto [name, subpath] = split(specifier);
  if (*own && (*own)->name() == name && (*own)->has_exports())
    return inside(*own, (*own)->folder(), specifier, subpath, kind);
  for (fs::path folder = from.parent_path(); tree_.contains(folder); folder = folder.parent_path()) {
    if (folder.filename() == "node_modules") continue;
    const fs::path candidate = folder / "node_modules" / name;
    if (!tree_.is_folder(candidate)) {
      // A package may be one file: node_modules/x.js.
      const auto file = find_file(folder / "node_modules" / specifier, kind);
      if (!file) continue;
      if (const std::optional<fs::path>& path = *file) return Resolved{*path};
      continue;
    }
    const auto package = tree_.package_in(candidate);
    if (!package) return package.error();
    return inside(*package, candidate, specifier, subpath, kind);
  }
  if (std::ranges::find(node_modules, name) != node_modules.end()) return no_node(specifier);
  return fail(ErrorCode::not_found,
              "cannot find package " + in_quotes(name) + ": run \"npm install " + std::string(name) +
                  "\" in the app's folder; to import a file of the app, use a path that begins with ./ or ../");
}

Result<Resolved> ModuleResolver::inside(const PackageJson* package, const fs::path& folder, std::string_view specifier,
                                        std::string_view subpath, ImportKind kind) {
  if (package && package->has_exports()) {
    const auto target = package->exported(subpath, kind);
    if (!target)
      return fail(ErrorCode::invalid, "cannot import " + in_quotes(specifier) +
                                          ": the package's package.json does not export " + in_quotes(subpath) +
                                          (kind == ImportKind::import ? " for import" : " for require"));
    if (!target->starts_with("./"))
      return fail(ErrorCode::invalid, "cannot import " + in_quotes(specifier) +
                                          ": the package's package.json maps it to " + in_quotes(*target) +
                                          ", which is outside the package");
    const auto found = tree_.file(folder / *target);
    if (!found) return fail(ErrorCode::invalid, "cannot import " + in_quotes(specifier) + ": " + found.error().reason);
    const std::optional<fs::path>& file = *found;
    if (!file)
      return fail(ErrorCode::invalid, "cannot import " + in_quotes(specifier) +
                                          ": the package's package.json maps it to " + in_quotes(*target) +
                                          ", which does not exist");
    return for_browser(*file, kind);
  }
  const auto found = subpath == "." ? find_main(folder, kind) : find_file((folder / subpath).lexically_normal(), kind);
  if (!found) return fail(ErrorCode::invalid, "cannot import " + in_quotes(specifier) + ": " + found.error().reason);
  const std::optional<fs::path>& file = *found;
  if (!file)
    return fail(ErrorCode::invalid, "cannot import " + in_quotes(specifier) + ": the package has no such module");
  return for_browser(*file, kind);
}

Result<Resolved> ModuleResolver::resolve_import(std::string_view specifier, const fs::path& from, ImportKind kind) {
  const auto own = tree_.package_around(from.parent_path());
  if (!own) return own.error();
  const auto target = *own ? (*own)->imported(specifier, kind) : std::nullopt;
  if (!target)
    return fail(ErrorCode::not_found, "cannot find " + in_quotes(specifier) +
                                          ": it is not listed in \"imports\" of the nearest package.json");
  if (target->starts_with("./")) return resolve_file(specifier, (*own)->folder() / *target, kind);
  if (target->starts_with('#'))
    return fail(ErrorCode::invalid, "cannot import " + in_quotes(specifier) + ": \"imports\" maps it to " +
                                        in_quotes(*target) + ", which must be a file or a package");
  return resolve(*target, from, kind);
}

}  // namespace entmoot::js
