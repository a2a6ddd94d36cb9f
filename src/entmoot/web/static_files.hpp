// SPDX-License-Identifier: MIT

#pragma once

// The files embedded in the binary. A request's path is looked up in a table made at start; no path is ever joined from
// client input, so there is nothing to traverse. Files are copied once, into shared bytes, and their ETag is a hash.
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

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace entmoot {

struct StaticOptions {
  std::string prefix = "/";                ///< Path of the files; ends with '/'. `index.html` also serves its folder.
  std::string directory = {};              ///< Overlays the embedded files; empty: none.
  std::string cache_control = "no-cache";  ///< Revalidated each time; the ETag makes that a 304.
};

class StaticFiles {
 public:
  void add(std::span<const EmbeddedFile> files, const StaticOptions& options);

  /// Whether `other` serves the same files.
  [[nodiscard]] bool same_as(const StaticFiles& other) const;
  /// The response to GET or HEAD; nothing if there is no such file.
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
