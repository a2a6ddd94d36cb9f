// SPDX-License-Identifier: MIT

#include <entmoot/js/written_places.hpp>

#include <algorithm>

namespace entmoot::js {

WrittenPlaces::WrittenPlaces(const SourceMap* map, std::size_t added)
    : map_(map),
      added_(static_cast<int>(added)),
      functions_{.opaque = this,
                 .place =
                     [](void* opaque, int* line, int* column) {
                       const auto& self = *static_cast<const WrittenPlaces*>(opaque);
                       TextPlace place = self.in_code(*line, *column);
                       if (self.map_) place = self.map_->written(place);
                       *line = place.line;
                       *column = place.column;
                     },
                 .name_after = [](void* opaque, const char* name, int line, int column) -> const char* {
                   auto& self = *static_cast<WrittenPlaces*>(opaque);
                   return self.map_ ? self.renamed(self.map_->name_after(name, self.in_code(line, column))) : nullptr;
                 },
                 .name_before = [](void* opaque, const char* name, int line, int column) -> const char* {
                   auto& self = *static_cast<WrittenPlaces*>(opaque);
                   return self.map_ ? self.renamed(self.map_->name_before(name, self.in_code(line, column))) : nullptr;
                 }} {
  entmoot_use_written_places(map_ || added_ > 0 ? &functions_ : nullptr);
}

WrittenPlaces::~WrittenPlaces() { entmoot_use_written_places(nullptr); }

TextPlace WrittenPlaces::in_code(int line, int column) const noexcept {
  return {line, line == 1 ? std::max(1, column - added_) : column};
}

const char* WrittenPlaces::renamed(std::string_view name) {
  if (name.empty()) return nullptr;
  name_ = name;
  return name_.c_str();
}

}  // namespace entmoot::js
