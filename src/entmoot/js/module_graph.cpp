// SPDX-License-Identifier: MIT

#include <entmoot/js/module_graph.hpp>

#include <entmoot/base/check.hpp>

#include <utility>

namespace entmoot::js {

namespace {

const ModuleGraph::Request* look_up(const ModuleGraph::Requests& requests, std::string_view specifier) noexcept {
  const auto found = requests.find(specifier);
  return found == requests.end() ? nullptr : &found->second;
}

}  // namespace

ModuleGraph::ModuleGraph(std::vector<Module> modules, std::vector<std::string> files)
    : modules_(std::move(modules)), files_(std::move(files)) {
  ENTMOOT_CHECK(!modules_.empty(), "a module graph has an entry");
  for (const Module& module : modules_) by_name_.emplace(module.name, &module);
}

const ModuleGraph::Module* ModuleGraph::find(std::string_view name) const noexcept {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const ModuleGraph::Request* ModuleGraph::import_of(std::string_view module, std::string_view specifier) const noexcept {
  const Module* from = find(module);
  return from ? look_up(from->imports, specifier) : nullptr;
}

const ModuleGraph::Request* ModuleGraph::require_of(std::string_view module,
                                                    std::string_view specifier) const noexcept {
  const Module* from = find(module);
  return from ? look_up(from->required, specifier) : nullptr;
}

}  // namespace entmoot::js
