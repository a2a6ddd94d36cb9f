// SPDX-License-Identifier: MIT

#include <entmoot/js/program_id.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <link.h>

namespace entmoot::js {

namespace {

using Bytes = std::span<const unsigned char>;

// The contents of the note NT_GNU_BUILD_ID in a segment of notes.
Bytes build_id_in(Bytes notes) noexcept {
  constexpr std::size_t alignment = 4;
  const auto padded = [](std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; };
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes.data(), sizeof header);
    const std::size_t contents = sizeof header + padded(header.n_namesz);
    const std::size_t next = contents + padded(header.n_descsz);
    if (next > notes.size()) break;
    const bool gnu = header.n_namesz == 4 && std::memcmp(notes.data() + sizeof header, "GNU", 4) == 0;
    if (gnu && header.n_type == NT_GNU_BUILD_ID) return notes.subspan(contents, header.n_descsz);
    notes = notes.subspan(next);
  }
  return {};
}

}  // namespace

Bytes program_build_id() noexcept {
  Bytes found;
  dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* out) {
        for (std::size_t i = 0; i < object->dlpi_phnum; ++i) {
          const ElfW(Phdr)& segment = object->dlpi_phdr[i];
          if (segment.p_type != PT_NOTE) continue;
          const auto* notes = reinterpret_cast<const unsigned char*>(object->dlpi_addr + segment.p_vaddr);
          const Bytes id = build_id_in({notes, segment.p_memsz});
          if (!id.empty()) *static_cast<Bytes*>(out) = id;
        }
        return 1;  // the first object is the program
      },
      &found);
  return found;
}

}  // namespace entmoot::js
