// SPDX-License-Identifier: MIT

#pragma once

// Files in memory, embedded in the binary or loaded from an app's folder. A request's path is looked up in a table made
// at start; no path is ever joined from client input, so there is nothing to traverse. Files are copied once, into
// shared bytes, and their ETag is a hash.
//
// `index.html` serves its folder, and a folder without its slash is redirected to it. Compressed forms are those that
// lie beside a file (`app.js.br`, `app.js.gz`), or gzip made here; a Range (web/byte_ranges.hpp) is one of the file
// itself, never of a compressed form. A path without a file can lead to the page of an app that routes in the browser
// (`fallback`), or to the app's `404.html`: not_found(), for the caller to ask when nothing else serves the path.
//
// For development a directory can overlay the table: a name in the table is then read from the directory at each
// request if it exists there (below the directory only, no links followed; openat2(2)). Reads block the shard.
//
// Immutable after start, read by every shard.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/embedded.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/web/http_request.hpp>
#include <entmoot/web/http_response.hpp>
#include <entmoot/web/page_headers.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

struct StaticOptions {
  std::string prefix = "/";                ///< Path of the files; ends with '/'.
  std::string directory = {};              ///< Overlays the embedded files; empty: none.
  std::string cache_control = "no-cache";  ///< Revalidated each time; the ETag makes that a 304.
  PageHeaders page = {};
  /// Make gzip of so many bytes of files, in their order. What a file must be is in static_files.cpp.
  std::size_t gzip_bytes_max = 0;
  /// The name of the file that GET of a page (Accept has text/html) gets at a path without a file, such as
  /// "index.html".
  std::string fallback = {};
};

class StaticFiles {
 public:
  void add(std::span<const EmbeddedFile> files, const StaticOptions& options);

  /// Whether `other` gives the same responses.
  [[nodiscard]] bool same_as(const StaticFiles& other) const;
  /// The response to GET or HEAD; nothing if there is no such file.
  [[nodiscard]] std::optional<HttpResponse> find(const HttpRequest& request) const;
  /// The response to GET or HEAD of a path that nothing serves; nothing if there is no page for that.
  [[nodiscard]] std::optional<HttpResponse> not_found(const HttpRequest& request) const;

 private:
  struct Form {
    SharedBytes bytes = {};
    std::string etag = {};
    friend bool operator==(const Form& a, const Form& b) { return a.etag == b.etag; }
  };
  struct File {
    std::string name;
    Form plain;
    std::optional<Form> br = {};
    std::optional<Form> gzip = {};
    std::vector<HttpHeader> headers = {};  // of every response
    std::string directory = {};
  };
  static void compress(File& file, std::string_view content_type, std::size_t& bytes_left);
  [[nodiscard]] static HttpResponse answer(const File& file, const HttpRequest& request);
  [[nodiscard]] static HttpResponse part(HttpResponse response, const SharedBytes& bytes, std::string_view range);
  [[nodiscard]] static HttpResponse fresh(const File& file, const HttpRequest& request);

  std::map<std::string, File, std::less<>> files_;  // by path
  std::string fallback_;                            // a path
  std::string missing_;                             // the path of 404.html
};

}  // namespace entmoot
