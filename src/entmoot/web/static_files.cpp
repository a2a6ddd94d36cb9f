// SPDX-License-Identifier: MIT

#include <entmoot/web/static_files.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/web/digest.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace entmoot {

namespace {

constexpr std::size_t file_bytes_max = 16 * MiB;  // of a file read from the directory

std::string_view content_type_of(std::string_view name) noexcept {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 19> types = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".ts", "text/javascript; charset=utf-8"},  // embedded with its types stripped
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json; charset=utf-8"},
      {".map", "application/json; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".webp", "image/webp"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".wasm", "application/wasm"},
      {".gif", "image/gif"},
      {".avif", "image/avif"},
      {".mp3", "audio/mpeg"},
      {".webmanifest", "application/manifest+json"},
  }};
  for (const auto& [suffix, type] : types) {
    if (name.ends_with(suffix)) return type;
  }
  return "application/octet-stream";
}

std::string etag_of(std::string_view bytes) { return '"' + sha256_hex(bytes).substr(0, 32) + '"'; }

bool etag_matches(const HttpRequest& request, std::string_view etag) {
  const auto list = request.joined_header("if-none-match");
  return std::ranges::any_of(list_members(list), [&](std::string_view member) {
    if (member.starts_with("W/")) member.remove_prefix(2);
    return member == etag || member == "*";
  });
}

/// Reads `name` below `directory`, without following links or leaving the directory.
std::optional<SharedBytes> read_below(const std::string& directory, const std::string& name) {
  const int folder = ::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return std::nullopt;
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const int file = static_cast<int>(::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how));
  ::close(folder);
  if (file < 0) return std::nullopt;
  struct stat about {};
  std::optional<SharedBytes> bytes;
  if (::fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_size <= static_cast<off_t>(file_bytes_max)) {
    std::string text(static_cast<std::size_t>(about.st_size), '\0');
    std::size_t have = 0;
    while (have < text.size()) {
      const auto got = ::read(file, text.data() + have, text.size() - have);
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    text.resize(have);
    bytes = SharedBytes(text);
  }
  ::close(file);
  return bytes;
}

}  // namespace

void StaticFiles::add(std::span<const EmbeddedFile> files, const StaticOptions& options) {
  ENTMOOT_CHECK(options.prefix.starts_with('/') && options.prefix.ends_with('/'),
                "the prefix of static files begins and ends with a slash");
  for (const auto& embedded : files) {
    const std::string name(embedded.name);
    File file{name,
              content_type_of(name),
              SharedBytes(embedded.bytes),
              etag_of(embedded.bytes),
              options.cache_control,
              options.directory};
    constexpr std::string_view index = "index.html";
    const bool is_index = name == index || name.ends_with("/index.html");
    if (is_index) files_.insert_or_assign(options.prefix + name.substr(0, name.size() - index.size()), file);
    files_.insert_or_assign(options.prefix + name, std::move(file));
  }
}

bool StaticFiles::same_as(const StaticFiles& other) const {
  return std::ranges::equal(files_, other.files_, [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.etag == b.second.etag;
  });
}

std::optional<HttpResponse> StaticFiles::find(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  std::string path;
  if (!percent_decode(request.path, path)) return std::nullopt;
  const auto found = files_.find(path);
  if (found == files_.end()) return std::nullopt;
  if (!found->second.directory.empty()) {
    if (auto bytes = read_below(found->second.directory, found->second.name)) {
      File fresh = found->second;
      fresh.etag = etag_of(bytes->view());
      fresh.bytes = *std::move(bytes);
      return answer(fresh, request);
    }
  }
  return answer(found->second, request);
}

HttpResponse StaticFiles::answer(const File& file, const HttpRequest& request) {
  const bool unchanged = etag_matches(request, file.etag);
  HttpResponse response{.status = unchanged ? 304 : 200};
  if (!unchanged) response.body = file.bytes;
  response.with("content-type", std::string(file.content_type))
      .with("etag", file.etag)
      .with("cache-control", file.cache_control)
      .with(
          "content-security-policy",
          "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
          "form-action 'self'; frame-ancestors 'none'");
  return response;
}

}  // namespace entmoot
