// SPDX-License-Identifier: MIT

#pragma once

// The pages inside the binary. A request's path is looked up in a table made at start; no path is ever joined from what
// a client sent, so there is nothing to traverse. Files are copied once, into shared bytes, and their ETag is a hash.
//
// While pages are being edited a directory can be put over the table: then a name from the table is read from there at
// each request if it is there (below the directory only, no links followed; openat2(2)). That reads files on the
// shard's thread: a tool for development.
//
// Immutable after start, read by every shard.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/embedded.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/web/http_request.hpp>
#include <entmoot/web/http_response.hpp>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace entmoot {

struct StaticOptions {
  std::string prefix = "/";    ///< Where the files appear; ends with '/'. `index.html` also answers for its folder.
  std::string directory = {};  ///< Put over the embedded files; empty: none.
  std::string cache_control = "no-cache";  ///< Ask again each time; the ETag makes that a 304.
};

class StaticFiles {
 public:
  void add(std::span<const EmbeddedFile> files, const StaticOptions& options);

  /// Whether the same files would be served.
  [[nodiscard]] bool same_as(const StaticFiles& other) const;
  /// The answer to GET or HEAD, or nothing if there is no such file.
  [[nodiscard]] std::optional<HttpResponse> find(const HttpRequest& request) const;

 private:
  struct File {
    std::string name;
    std::string_view content_type;
    SharedBytes bytes;
    std::string etag;
    std::string cache_control;
    std::string directory;
  };
  [[nodiscard]] static HttpResponse answer(const File& file, const HttpRequest& request);

  std::map<std::string, File, std::less<>> files_;  // by path
};

}  // namespace entmoot
