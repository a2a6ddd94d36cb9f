# SPDX-License-Identifier: MIT
# One static library per floor, so that the link graph repeats `tree src/entmoot`.
#
#   entmoot_floor(otp USES base core THIRD_PARTY … PRIVATE … HEADERS actor.hpp SOURCES actor.cpp)

function(entmoot_floor name)
  cmake_parse_arguments(arg "" "" "USES;THIRD_PARTY;PRIVATE;HEADERS;SOURCES" ${ARGN})
  add_library(entmoot_${name} STATIC)
  add_library(entmoot::${name} ALIAS entmoot_${name})
  set_target_properties(entmoot_${name} PROPERTIES EXPORT_NAME ${name} LINKER_LANGUAGE CXX)
  target_compile_features(entmoot_${name} PUBLIC cxx_std_20)
  list(TRANSFORM arg_HEADERS PREPEND entmoot/${name}/)
  list(TRANSFORM arg_SOURCES PREPEND entmoot/${name}/)
  target_sources(entmoot_${name} PRIVATE ${arg_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR} FILES ${arg_HEADERS})
  list(TRANSFORM arg_USES PREPEND entmoot::)
  target_link_libraries(entmoot_${name} PUBLIC ${arg_USES} ${arg_THIRD_PARTY}
    PRIVATE ${arg_PRIVATE} $<BUILD_INTERFACE:entmoot_options>)
  entmoot_precompiled(entmoot_${name})
endfunction()
