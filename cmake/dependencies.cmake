# SPDX-License-Identifier: MIT
# Everything that is not ours comes from the system's packages (scripts/install-packages); QuickJS-ng is in engine.cmake.
# What the library needs is also listed in entmootConfig.cmake.in, for those who use it installed.

# A project that adds this one as a subdirectory links our libraries from its own folders.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

find_package(Threads REQUIRED)
if(PROJECT_IS_TOP_LEVEL)
  # What is shipped carries along whatever the system has as an archive; of fmt, spdlog and simdjson it has none.
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

# The programs in apps, tests and bench.
if(PROJECT_IS_TOP_LEVEL)
  find_package(CLI11 REQUIRED)
endif()
