# SPDX-License-Identifier: MIT
# Third-party libraries come from the system's packages (scripts/install-packages); for QuickJS-ng see engine.cmake.
# entmootConfig.cmake.in repeats the library's dependencies, for users of the installed package.

# A project that adds this one as a subdirectory links the imported targets from its own folders.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

find_package(Threads REQUIRED)
if(PROJECT_IS_TOP_LEVEL)
  # Released binaries link statically what Debian offers as static libraries, which fmt, spdlog and simdjson are not.
  set(Boost_USE_STATIC_LIBS ON)
  if(NOT ENTMOOT_SANITIZE)
    set(OPENSSL_USE_STATIC_LIBS ON)
    set(ZLIB_USE_STATIC_LIBS ON)
  endif()
endif()
find_package(Boost 1.81 REQUIRED COMPONENTS context json)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(zstd CONFIG REQUIRED)
set(ENTMOOT_ZSTD zstd::libzstd_shared)
if(PROJECT_IS_TOP_LEVEL AND NOT ENTMOOT_SANITIZE AND TARGET zstd::libzstd_static)
  set(ENTMOOT_ZSTD zstd::libzstd_static)
endif()

# For the programs in apps, tests and bench.
if(PROJECT_IS_TOP_LEVEL)
  find_package(CLI11 REQUIRED)
endif()
