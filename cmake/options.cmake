# SPDX-License-Identifier: MIT
# The options of a build, and the compile flags of this project's own targets.

option(ENTMOOT_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(ENTMOOT_INSTALL "Install the library and the command" ${PROJECT_IS_TOP_LEVEL})
option(ENTMOOT_BENCH "Build the benchmarks" OFF)
option(ENTMOOT_FUZZ "Build the fuzzers (clang only)" OFF)
option(ENTMOOT_WERROR "Treat warnings as errors" OFF)
option(ENTMOOT_PCH "Use precompiled headers" ON)
option(ENTMOOT_GC_STRESS "Collect garbage before each JavaScript object" OFF)
set(ENTMOOT_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")

set(CMAKE_CXX_EXTENSIONS OFF)
# As a subdirectory of another project, the library is compiled with that project's flags.
if(PROJECT_IS_TOP_LEVEL)
  get_property(several_configurations GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
  if(NOT several_configurations AND NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
  endif()
  # Sanitizers run on Debug builds; -Og speeds up the tests and keeps line numbers exact.
  set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")
  set(CMAKE_C_FLAGS_DEBUG "-O1 -g1")
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
  set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
endif()

# Programs are linked at a fixed address, so that the words of a room's heap that refer to code and data of the program are
# the same in each process (js/template_heap.hpp, identity()). The objects stay what the compiler makes by default: a
# project that uses the library may link them into a program at any address.
if(PROJECT_IS_TOP_LEVEL)
  add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie> -Wl,--build-id)
endif()

if(ENTMOOT_SANITIZE)
  add_compile_options(-fsanitize=${ENTMOOT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ENTMOOT_SANITIZE})
  if(ENTMOOT_SANITIZE STREQUAL "thread")
    # GCC's ThreadSanitizer does not model fences; Asio's are redundant with the locks around them.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()

if(ENTMOOT_FUZZ)
  # Optimized as a release, with the assertions of a Debug build.
  add_compile_options(-UNDEBUG)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

add_library(entmoot_options INTERFACE)
target_compile_options(entmoot_options INTERFACE
  $<$<AND:$<BOOL:${ENTMOOT_PCH}>,$<CXX_COMPILER_ID:GNU>>:-fpch-preprocess>  # lets ccache work with precompiled headers
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual>
  $<$<AND:$<BOOL:${ENTMOOT_WERROR}>,$<COMPILE_LANGUAGE:CXX>>:-Werror>)
# GCC 12 falsely reports out-of-bounds copies in std::string operator+ (its bugs 105329 and 105651).
# It also reports the empty alternative of a boost::system::result as uninitialized when it is destroyed.
target_compile_options(entmoot_options INTERFACE
  $<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-array-bounds;-Wno-restrict;-Wno-maybe-uninitialized;-Wno-stringop-overflow>)
target_compile_definitions(entmoot_options INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
