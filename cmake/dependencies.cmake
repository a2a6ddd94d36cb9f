# SPDX-License-Identifier: MIT
# Everything that is not ours comes from the system's packages (scripts/install-packages); QuickJS-ng is in engine.cmake.

find_package(Threads REQUIRED)
# What is shipped carries along whatever the system has as an archive; of fmt, spdlog and simdjson it has none.
set(Boost_USE_STATIC_LIBS ON)
if(NOT ENTMOOT_SANITIZE)
  set(OPENSSL_USE_STATIC_LIBS ON)
  set(ZLIB_USE_STATIC_LIBS ON)
endif()
find_package(Boost 1.81 REQUIRED COMPONENTS context json url)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(CLI11 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
