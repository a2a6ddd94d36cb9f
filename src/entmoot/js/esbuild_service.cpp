// SPDX-License-Identifier: MIT

#include <entmoot/js/esbuild_service.hpp>

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/check.hpp>
#include <entmoot/base/embedded.hpp>
#include <entmoot/js/esbuild_packet.hpp>

#include <array>
#include <chrono>
#include <utility>

std::span<const entmoot::EmbeddedFile> esbuild_program();  // cmake/embed.cmake

namespace entmoot::js {

namespace {

// A megabyte of TypeScript takes a tenth of a second and some 100 MB.
constexpr auto time_max = std::chrono::seconds(30);
constexpr ChildLimits limits = {.memory_bytes = std::size_t{1024} * MiB, .cpu_seconds = 300};
constexpr std::uint32_t response_bytes_max = 512U * MiB;

}  // namespace

Result<void> EsbuildService::start() {
  const auto& files = esbuild_program();
  const auto program = ProgramFile::unpack(files[0].bytes);
  if (!program) return fail(ErrorCode::io, "esbuild cannot be unpacked: " + program.error().reason);
  std::string_view version = files[1].bytes;
  while (version.ends_with('\n')) version.remove_suffix(1);
  const std::array<std::string, 2> arguments = {"esbuild", "--service=" + std::string(version)};
  auto started = ChildProcess::start(*program, arguments, limits);
  if (!started) return fail(ErrorCode::io, "esbuild cannot be started: " + started.error().reason);
  process_ = *std::move(started);
  // It begins with its version.
  const auto deadline = SteadyClock().now() + time_max;
  const auto length = process_->read(esbuild_length_bytes, deadline);
  const auto greeting =
      length ? process_->read(std::min<std::uint32_t>(esbuild_length(*length), 64), deadline) : length;
  if (!greeting) return fail(greeting.error().code, "esbuild does not start: " + greeting.error().reason);
  return {};
}

Result<boost::json::object> EsbuildService::transform(std::span<const std::string> flags, std::string_view source) {
  if (!process_ || !process_->is_running()) {
    process_.reset();
    if (auto started = start(); !started) {
      process_.reset();
      return started.error();
    }
  }
  auto response = exchange(flags, source);
  if (!response) process_.reset();
  return response;
}

Result<boost::json::object> EsbuildService::exchange(std::span<const std::string> flags, std::string_view source) {
  ENTMOOT_CHECK(process_.has_value(), "the process was started");
  ChildProcess& process = *process_;
  const auto deadline = SteadyClock().now() + time_max;
  const auto explained = [](const Error& error) { return fail(error.code, "esbuild failed: " + error.reason); };
  if (auto sent = process.write(esbuild_transform(++last_id_, flags, source), deadline); !sent)
    return explained(sent.error());
  const auto length = process.read(esbuild_length_bytes, deadline);
  if (!length) return explained(length.error());
  if (esbuild_length(*length) > response_bytes_max)
    return fail(ErrorCode::limit, "esbuild failed: its output is too large");
  const auto bytes = process.read(esbuild_length(*length), deadline);
  if (!bytes) return explained(bytes.error());
  auto packet = esbuild_decode(*bytes);
  if (!packet) return explained(packet.error());
  if (packet->is_request || packet->id != last_id_ || !packet->value.is_object())
    return fail(ErrorCode::invalid, "esbuild failed: its response is not the one to the request");
  auto& fields = packet->value.get_object();
  if (const Json* error = fields.if_contains("error"); error && error->is_string())
    return fail(ErrorCode::failed, "esbuild failed: " + std::string(error->get_string()));
  return std::move(fields);
}

}  // namespace entmoot::js
