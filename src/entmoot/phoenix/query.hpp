// SPDX-License-Identifier: MIT

#pragma once

// The query string of a connect request as parameters (Plug.Conn.Query): `a=b%20c&n[x]=1&list[]=p&&vsn=2.0.0`.
//
// Every value is a string. `n[x]=1` nests, `list[]=p` appends; of several values for one name the last counts. Empty
// segments are skipped: phoenix.js sends one for every null. A '%' that starts no escape stands for itself.
//
// Errors: bytes that are not UTF-8 once decoded, nesting deeper than 8, and names that contradict each other
// (`a=1&a[b]=2`).

#include <entmoot/base/result.hpp>

#include <boost/json/object.hpp>

#include <string_view>

namespace entmoot {

using Params = boost::json::object;

[[nodiscard]] Result<Params> parse_query(std::string_view query);

/// The parameter `name` if it is there and a string.
[[nodiscard]] const boost::json::string* find_string(const Params& params, std::string_view name) noexcept;

}  // namespace entmoot
