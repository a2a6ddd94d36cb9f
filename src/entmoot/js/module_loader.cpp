// SPDX-License-Identifier: MIT

#include <entmoot/js/module_loader.hpp>

#include <entmoot/js/module_compiler.hpp>
#include <entmoot/js/module_resolver.hpp>
#include <entmoot/js/source_tree.hpp>
#include <entmoot/js/ts_config.hpp>

#include <map>
#include <set>
#include <utility>

namespace entmoot::js {

namespace fs = std::filesystem;

namespace {

using Format = SourceFile::Format;
using How = CompiledModule::Import::How;

// The empty module, which replaces modules that a package's "browser" field maps to false.
constexpr auto nothing = "node_modules/(empty)";

}  // namespace

struct ModuleLoader::Parts {
  Parts(const fs::path& root, BuiltIns own) : tree(root), built_ins(std::move(own)) {}
  SourceTree tree;
  TsConfigs configs = TsConfigs(tree);
  const BuiltIns built_ins;
  ModuleCompiler compiler;
};

// The loading of one graph.
class ModuleLoader::Load {
 public:
  explicit Load(Parts& parts)
      : tree_(parts.tree),
        configs_(parts.configs),
        built_ins_(parts.built_ins),
        compiler_(parts.compiler),
        resolver_(parts.tree, parts.configs) {}

  Result<std::shared_ptr<const ModuleGraph>> run(const fs::path& entry) {
    tree_.refresh();
    configs_.refresh();
    compiler_.start();
    const auto file = tree_.file(tree_.root() / entry);
    if (!file) return fail(ErrorCode::invalid, entry.generic_string() + ": " + file.error().reason);
    const std::optional<fs::path>& path = *file;
    if (!path)
      return fail(ErrorCode::not_found, entry.generic_string() + ": there is no such file in " + tree_.root().string());
    add(*path);
    for (std::size_t i = 0; i < found_.size(); ++i) {
      if (auto done = take(i); !done) return done.error();
    }
    for (const auto& found : found_) {
      for (const auto& [specifier, name] : found.compiled->names)
        if (name != "*") imported_names_[found.module.imports.at(specifier).target].insert(name);
    }
    for (auto& found : found_) {
      if (auto done = finish(found); !done) return done.error();
    }
    std::vector<ModuleGraph::Module> modules;
    modules.reserve(found_.size());
    for (auto& found : found_) modules.push_back(std::move(found.module));
    return std::make_shared<const ModuleGraph>(std::move(modules), tree_.recorded_paths());
  }

 private:
  struct Found {
    fs::path path;  // empty: the empty module, or a built-in one
    ModuleGraph::Module module = {};
    std::shared_ptr<const CompiledModule> compiled = nullptr;
  };

  std::string add(const fs::path& path) { return add(path, path.empty() ? nothing : tree_.name_of(path)); }
  std::string add(const fs::path& path, std::string name) {
    if (by_name_.emplace(name, found_.size()).second) {
      found_.push_back({path});
      found_.back().module.name = name;
    }
    return name;
  }

  // Compiles a file and resolves its imports.
  Result<void> take(std::size_t index) {
    auto file = source(found_[index]);
    if (!file) return file.error();
    file->is_entry = index == 0;
    auto compiled = compiler_.compile(std::move(*file));
    if (!compiled) return compiled.error();
    found_[index].compiled = *compiled;
    for (const auto& import : (*compiled)->imports) {
      ModuleGraph::Request request{.target = {}, .problem = {}, .place = import.place};
      const bool required = import.how == How::require;
      const bool built_in = built_ins_.contains(import.specifier);
      const auto resolved = built_in ? Result<Resolved>(Resolved{})
                                     : resolver_.resolve(import.specifier, found_[index].path,
                                                         required ? ImportKind::require : ImportKind::import);
      if (built_in) {
        request.target = add({}, import.specifier);
      } else if (resolved) {
        request.target = add(resolved->file);
      } else {
        request.problem = found_[index].module.name + ":" + import.place + ": " + resolved.error().reason;
        // import() and require() throw at run time, where the script can catch the error.
        if (import.how == How::statement) return fail(ErrorCode::invalid, std::move(request.problem));
      }
      ModuleGraph::Module& module = found_[index].module;
      (required ? module.required : module.imports).insert_or_assign(import.specifier, std::move(request));
    }
    return {};
  }

  Result<SourceFile> source(const Found& found) {
    if (const auto own = built_ins_.find(found.module.name); own != built_ins_.end())
      return SourceFile{.name = own->first, .text = own->second, .format = Format::module};
    const fs::path& path = found.path;
    if (path.empty()) return SourceFile{.name = nothing, .text = "", .format = Format::commonjs};
    auto format = format_of(path);
    if (!format) return format.error();
    auto text = tree_.read(path);
    if (!text) return text.error();
    if (text->starts_with("\xef\xbb\xbf")) text->erase(0, 3);
    const auto config = configs_.around(path.parent_path());
    if (!config) return config.error();
    SourceFile file = {.name = tree_.name_of(path), .text = std::move(*text), .format = *format};
    if (*config) file.options = (*config)->options();
    return file;
  }

  Result<Format> format_of(const fs::path& path) {
    const auto ending = path.extension();
    if (ending == ".json") return Format::json;
    if (ending == ".cjs" || ending == ".cts") return Format::commonjs;
    if (ending == ".txt") return Format::text;
    if (ending == ".mjs" || is_compiled_language(path.filename().string())) return Format::module;
    if (ending != ".js")
      return fail(ErrorCode::invalid,
                  tree_.name_of(path) +
                      ": cannot be imported: the file extension of a module must be .ts, .tsx, .mts, "
                      ".cts, .js, .jsx, .mjs, .cjs, .json or .txt");
    const auto package = tree_.package_around(path.parent_path());
    if (!package) return package.error();
    if (!*package) return Format::undecided;
    if ((*package)->type() == "module") return Format::module;
    if ((*package)->is_module_field(path.lexically_relative((*package)->folder()).generic_string()))
      return Format::module;
    return (*package)->type() == "commonjs" && is_of_package(tree_.name_of(path)) ? Format::commonjs
                                                                                  : Format::undecided;
  }

  // Completes a module when all modules are compiled.
  Result<void> finish(Found& found) {
    ModuleGraph::Module& module = found.module;
    module.kind = found.compiled->kind;
    module.uses_import_meta = found.compiled->uses_import_meta;
    for (auto& [specifier, request] : module.required) {
      const auto target = by_name_.find(request.target);
      if (target == by_name_.end() || found_[target->second].compiled->kind != ModuleGraph::Kind::module) continue;
      request.problem = module.name + ":" + request.place + ": \"" + specifier +
                        "\" is an ES module, which cannot be loaded by require(): use import";
    }
    if (module.kind == ModuleGraph::Kind::module) {
      module.bytecode = found.compiled->bytecode;
      return {};
    }
    FacadeNames names;
    std::set<std::string> seen;
    collect_exports(found, names.shown, seen);
    if (const auto imported = imported_names_.find(module.name); imported != imported_names_.end())
      names.trusted = imported->second;
    auto facade = compiler_.compile_facade(module.name, names);
    if (!facade) return facade.error();
    module.bytecode = std::move(*facade);
    module.body = found.compiled->bytecode;
    return {};
  }

  void collect_exports(const Found& from, std::set<std::string>& names, std::set<std::string>& seen) const {
    if (!seen.insert(from.module.name).second) return;
    names.insert(from.compiled->exports.begin(), from.compiled->exports.end());
    for (const auto& specifier : from.compiled->reexports) {
      const auto request = from.module.required.find(specifier);
      const auto target =
          request == from.module.required.end() ? by_name_.end() : by_name_.find(request->second.target);
      if (target != by_name_.end()) collect_exports(found_[target->second], names, seen);
    }
  }

  SourceTree& tree_;
  TsConfigs& configs_;
  const BuiltIns& built_ins_;
  ModuleCompiler& compiler_;
  ModuleResolver resolver_;
  std::vector<Found> found_;  // the entry first
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::map<std::string, std::set<std::string>, std::less<>> imported_names_;  // of import statements, by module
};

ModuleLoader::ModuleLoader(const fs::path& root, BuiltIns built_ins)
    : parts_(std::make_unique<Parts>(root, std::move(built_ins))) {}
ModuleLoader::~ModuleLoader() = default;

Result<std::string> ModuleLoader::compiler_options(const fs::path& file) {
  const auto config = parts_->configs.around(file.parent_path());
  files_ = parts_->tree.recorded_paths();
  if (!config) return config.error();
  return *config ? (*config)->options() : std::string("{}");
}

TypeScriptCompiler& ModuleLoader::typescript() noexcept { return parts_->compiler.typescript(); }

Result<std::shared_ptr<const ModuleGraph>> ModuleLoader::load(const fs::path& entry) {
  auto loaded = Load(*parts_).run(entry);
  files_ = parts_->tree.recorded_paths();
  return loaded;
}

}  // namespace entmoot::js
