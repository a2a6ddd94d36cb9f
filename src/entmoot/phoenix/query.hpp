// SPDX-License-Identifier: MIT

#pragma once

// Parses the query string of a connect request (Plug.Conn.Query): `a=b%20c&n[x]=1&list[]=p&&vsn=2.0.0`.
//
// Every value is a string. `n[x]=1` nests, `list[]=p` appends; of several values for one name the last wins. Empty
// segments are skipped: phoenix.js sends one for every null. A '%' that does not start an escape is literal.
//
// Errors: decoded bytes that are not UTF-8, nesting deeper than 8, and conflicting names
// (`a=1&a[b]=2`).

#include <entmoot/base/result.hpp>

#include <boost/json/object.hpp>

#include <string_view>

namespace entmoot {

using Params = boost::json::object;

[[nodiscard]] Result<Params> parse_query(std::string_view query);

/// The parameter `name`, if it exists and is a string.
[[nodiscard]] const boost::json::string* find_string(const Params& params, std::string_view name) noexcept;

}  // namespace entmoot
