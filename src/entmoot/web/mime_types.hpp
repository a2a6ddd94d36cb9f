// SPDX-License-Identifier: MIT

#pragma once

// The media type of a file by the ending of its name, in any case of letters (the registry of IANA; for endings with
// several registered types, the one that browsers expect: WHATWG MIME Sniffing, RFC 9239 for JavaScript).

#include <string_view>

namespace entmoot {

/// With `charset=utf-8` for texts; "application/octet-stream" for an ending that is not known.
[[nodiscard]] std::string_view mime_type_of(std::string_view name) noexcept;

/// Whether content of this type usually becomes smaller by compression: texts, and a few binary formats.
[[nodiscard]] bool is_compressible(std::string_view mime_type) noexcept;

}  // namespace entmoot
