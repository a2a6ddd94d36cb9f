// SPDX-License-Identifier: MIT

#include <entmoot/js/program_file.hpp>

#include <entmoot/base/check.hpp>

#include <fmt/format.h>
#include <zstd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace entmoot::js {

namespace {

Error failed(std::string_view what) {
  return fail(ErrorCode::io, fmt::format("{}: {}", what, std::generic_category().message(errno)));
}

/// Unpacks into a file that is open for writing.
Result<void> fill(int descriptor, std::string_view packed) {
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  ENTMOOT_CHECK(size != ZSTD_CONTENTSIZE_ERROR && size != ZSTD_CONTENTSIZE_UNKNOWN,
                "the program that is embedded in this one is a frame of zstd that states its size");
  if (::ftruncate(descriptor, static_cast<off_t>(size)) != 0) return failed("no room for a program");
  void* place = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (place == MAP_FAILED) return failed("no memory for a program");
  const auto written = ZSTD_decompress(place, size, packed.data(), packed.size());
  ::munmap(place, size);
  ENTMOOT_CHECK(written == size, "the program that is embedded in this one can be decompressed");
  return {};
}

int new_memory_file() {
#ifdef MFD_EXEC
  if (const int made = ::memfd_create("esbuild", MFD_CLOEXEC | MFD_EXEC); made >= 0 || errno != EINVAL) return made;
#endif
  return ::memfd_create("esbuild", MFD_CLOEXEC);  // a kernel before 6.3
}

}  // namespace

Result<ProgramFile> ProgramFile::unpack(std::string_view bytes) {
  const int descriptor = new_memory_file();
  if (descriptor < 0) return unpack_to("/tmp", bytes);  // vm.memfd_noexec may forbid it
  ProgramFile file(descriptor);
  if (auto filled = fill(descriptor, bytes); !filled) return filled.error();
  return file;
}

// A file that is open for writing cannot be run: it is opened again for reading.
Result<ProgramFile> ProgramFile::unpack_to(const std::string& folder, std::string_view bytes) {
  std::string path = folder + "/entmoot-XXXXXX";
  const int writable = ::mkostemp(path.data(), O_CLOEXEC);
  if (writable < 0) return failed(folder);
  auto filled = fill(writable, bytes);
  if (filled && ::fchmod(writable, S_IRWXU) != 0) filled = failed(path);
  const int readable = filled ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  Error error = filled ? failed(path) : filled.error();
  ::unlink(path.c_str());
  ::close(writable);
  if (readable < 0) return error;
  return ProgramFile(readable);
}

ProgramFile::ProgramFile(ProgramFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

ProgramFile& ProgramFile::operator=(ProgramFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

ProgramFile::~ProgramFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace entmoot::js
