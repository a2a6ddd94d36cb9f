// SPDX-License-Identifier: MIT

#pragma once

// The file of a program that is embedded in this one, for the kernel to run. Only this process can reach it: it is in
// memory (memfd_create(2)), or, where the system does not allow to run that, in a folder, without a name. It is
// close-on-exec and is gone when this object and the processes that run it are. A value; any thread.

#include <entmoot/base/result.hpp>

#include <string>
#include <string_view>

namespace entmoot::js {

class ProgramFile {
 public:
  /// `bytes`: of the program, compressed with zstd.
  [[nodiscard]] static Result<ProgramFile> unpack(std::string_view bytes);
  [[nodiscard]] static Result<ProgramFile> unpack_to(const std::string& folder, std::string_view bytes);
  ProgramFile(ProgramFile&& other) noexcept;
  ProgramFile& operator=(ProgramFile&& other) noexcept;
  ProgramFile(const ProgramFile&) = delete;
  ProgramFile& operator=(const ProgramFile&) = delete;
  ~ProgramFile();

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  explicit ProgramFile(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace entmoot::js
