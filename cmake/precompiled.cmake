# SPDX-License-Identifier: MIT
# Precompiles, once per preset, the large headers that most files include. This only speeds up the build: every file still
# includes what it uses, which a build with ENTMOOT_PCH=OFF verifies.

if(ENTMOOT_PCH)
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/precompiled.cpp CONTENT "")
  add_library(entmoot_precompiled OBJECT ${PROJECT_BINARY_DIR}/precompiled.cpp)
  target_compile_features(entmoot_precompiled PRIVATE cxx_std_20)
  target_link_libraries(entmoot_precompiled PRIVATE entmoot_options Boost::headers Boost::json fmt::fmt spdlog::spdlog)
  target_precompile_headers(entmoot_precompiled PRIVATE
    <algorithm> <atomic> <chrono> <deque> <functional> <map> <memory> <mutex> <optional> <random> <string> <thread>
    <unordered_map> <variant> <vector>
    <boost/asio/io_context.hpp> <boost/asio/post.hpp> <boost/json.hpp> <boost/system/result.hpp>
    <fmt/format.h> <spdlog/spdlog.h>)
endif()

function(entmoot_precompiled target)
  if(ENTMOOT_PCH)
    target_precompile_headers(${target} REUSE_FROM entmoot_precompiled)
  endif()
endfunction()
