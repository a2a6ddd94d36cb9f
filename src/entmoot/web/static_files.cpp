// SPDX-License-Identifier: MIT

#include <entmoot/web/static_files.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/web/byte_ranges.hpp>
#include <entmoot/web/deflate.hpp>
#include <entmoot/web/digest.hpp>
#include <entmoot/web/mime_types.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace entmoot {

namespace {

constexpr std::size_t file_bytes_max = 16 * MiB;  // of a file read from the directory

// Smaller files are one packet with their head anyway, larger ones take too long while an app loads.
constexpr std::size_t gzip_bytes_least = 1 * KiB;
constexpr std::size_t gzip_bytes_most = 4 * MiB;

std::string etag_of(std::string_view bytes) { return '"' + sha256_hex(bytes).substr(0, 32) + '"'; }
std::string etag_of(const std::string& plain, std::string_view coding) {
  return plain.substr(0, plain.size() - 1) + '-' + std::string(coding) + '"';
}

/// Whether the client accepts a content coding (RFC 9110 section 12.5.3).
bool accepts_coding(const std::string& accepted, std::string_view coding) {
  bool any = false;
  for (std::string_view member : list_members(accepted)) {
    const auto semicolon = std::min(member.find(';'), member.size());
    auto name = member.substr(0, semicolon);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const auto q = member.find("q=", semicolon);
    const bool refused =
        q != std::string_view::npos && member.substr(q + 2).find_first_not_of("0.") == std::string_view::npos;
    if (same_name(name, coding)) return !refused;
    if (name == "*") any = !refused;
  }
  return any;
}

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

/// A file of the same name with another ending, such as "app.js.br" beside "app.js".
std::string_view beside(std::span<const EmbeddedFile> files, const std::string& name) {
  const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
  return found == files.end() ? std::string_view() : found->bytes;
}

}  // namespace

void StaticFiles::add(std::span<const EmbeddedFile> files, const StaticOptions& options) {
  ENTMOOT_CHECK(options.prefix.starts_with('/') && options.prefix.ends_with('/'),
                "the prefix of static files begins and ends with a slash");
  std::size_t gzip_left = options.gzip_bytes_max;
  const auto by_name = [&](std::string_view name) { return files_.contains(options.prefix + std::string(name)); };
  for (const auto& embedded : files) {
    const std::string name(embedded.name);
    const std::string_view type = mime_type_of(name);
    File file{
        .name = name, .plain = {SharedBytes(embedded.bytes), etag_of(embedded.bytes)}, .directory = options.directory};
    for (auto [coding, form] : {std::pair("br", &file.br), std::pair("gz", &file.gzip)}) {
      const auto bytes = beside(files, name + '.' + coding);
      if (!bytes.empty()) *form = Form{SharedBytes(bytes), etag_of(file.plain.etag, coding)};
    }
    if (!file.gzip) compress(file, type, gzip_left);
    const auto put = [&](const std::string& path) {
      file.headers = {{"content-type", std::string(type)}, {"cache-control", options.cache_control}};
      if (name.ends_with(".svgz")) file.headers.push_back({"content-encoding", "gzip"});
      if (!options.page.content_policy.empty()) {
        file.headers.push_back({"content-security-policy", options.page.content_policy});
      }
      options.page.apply(path, file.headers);
      files_.insert_or_assign(path, file);
    };
    constexpr std::string_view index = "index.html";
    const bool is_index = name == index || name.ends_with("/index.html");
    if (is_index) put(options.prefix + name.substr(0, name.size() - index.size()));
    put(options.prefix + name);
  }
  if (!options.fallback.empty() && by_name(options.fallback)) fallback_ = options.prefix + options.fallback;
  if (by_name("404.html")) missing_ = options.prefix + "404.html";
}

void StaticFiles::compress(File& file, std::string_view content_type, std::size_t& bytes_left) {
  const std::size_t size = file.plain.bytes.size();
  if (size < gzip_bytes_least || size > std::min(gzip_bytes_most, bytes_left) || !is_compressible(content_type)) return;
  bytes_left -= size;
  SharedBytes gzip = gzip_file(file.plain.bytes.view());
  if (gzip.size() < size - size / 10) file.gzip = Form{std::move(gzip), etag_of(file.plain.etag, "gz")};
}

bool StaticFiles::same_as(const StaticFiles& other) const {
  const auto same = [](const auto& a, const auto& b) {
    const auto same_header = [](const HttpHeader& x, const HttpHeader& y) {
      return x.name == y.name && x.value == y.value;
    };
    return a.first == b.first && a.second.plain == b.second.plain && a.second.br == b.second.br &&
           std::ranges::equal(a.second.headers, b.second.headers, same_header);
  };
  return fallback_ == other.fallback_ && missing_ == other.missing_ && std::ranges::equal(files_, other.files_, same);
}

std::optional<HttpResponse> StaticFiles::find(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  std::string path;
  if (!percent_decode(request.path, path)) return std::nullopt;
  if (const auto found = files_.find(path); found != files_.end()) return fresh(found->second, request);
  if (!files_.contains(path + '/')) return std::nullopt;
  // Relative links of the page need the slash. The path is one of the table's, so it cannot lead to another host.
  const std::string query = request.query.empty() ? "" : "?" + request.query;
  return HttpResponse::empty(308).with("location", request.path + "/" + query).with("cache-control", "no-cache");
}

std::optional<HttpResponse> StaticFiles::not_found(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const bool wants_page = request.joined_header("accept").find("text/html") != std::string::npos;
  if (!fallback_.empty() && wants_page) return fresh(files_.find(fallback_)->second, request);
  if (missing_.empty()) return std::nullopt;
  const File& file = files_.find(missing_)->second;
  HttpResponse response{.status = 404, .headers = file.headers, .body = file.plain.bytes};
  return response;
}

/// From the directory, if the file is there.
HttpResponse StaticFiles::fresh(const File& file, const HttpRequest& request) {
  if (file.directory.empty()) return answer(file, request);
  auto bytes = read_below(file.directory, file.name);
  if (!bytes) return answer(file, request);
  const std::string etag = etag_of(bytes->view());
  return answer({.name = file.name, .plain = {*std::move(bytes), etag}, .headers = file.headers}, request);
}

HttpResponse StaticFiles::answer(const File& file, const HttpRequest& request) {
  const std::string* range = request.method == "GET" ? request.header("range") : nullptr;
  const Form* form = &file.plain;
  std::string_view coding;
  if (!range && (file.br || file.gzip)) {
    const std::string accepted = request.joined_header("accept-encoding");
    if (file.br && accepts_coding(accepted, "br")) {
      form = &*file.br;
      coding = "br";
    } else if (file.gzip && accepts_coding(accepted, "gzip")) {
      form = &*file.gzip;
      coding = "gzip";
    }
  }
  HttpResponse response{.headers = file.headers};
  response.with("etag", form->etag).with("accept-ranges", "bytes");
  if (file.br || file.gzip) response.with("vary", "accept-encoding");
  if (etag_matches(request, form->etag)) {
    response.status = 304;
    return response;
  }
  // If-Range holds an ETag; there are no dates to compare (RFC 9110 section 13.1.5).
  const std::string* if_range = request.header("if-range");
  if (range && (!if_range || *if_range == form->etag)) return part(std::move(response), file.plain.bytes, *range);
  if (!coding.empty()) response.with("content-encoding", std::string(coding));
  response.body = form->bytes;
  return response;
}

HttpResponse StaticFiles::part(HttpResponse response, const SharedBytes& bytes, std::string_view range) {
  const ByteRange part = byte_range_of(range, bytes.size());
  switch (part.kind) {
    case ByteRange::Kind::whole: response.body = bytes; break;
    case ByteRange::Kind::unsatisfiable:
      response.status = 416;
      response.with("content-range", fmt::format("bytes */{}", bytes.size()));
      break;
    case ByteRange::Kind::part:
      response.status = 206;
      response.with("content-range",
                    fmt::format("bytes {}-{}/{}", part.first, part.first + part.size - 1, bytes.size()));
      response.body = SharedBytes(bytes.view().substr(part.first, part.size));
      break;
  }
  return response;
}

}  // namespace entmoot
