# SPDX-License-Identifier: MIT
# One static library per floor of src/entmoot, linked to the floors that it may include by the table in src/floors.txt.
#
#   entmoot_floor(otp THIRD_PARTY … PRIVATE … HEADERS actor.hpp SOURCES actor.cpp)
#
# HEADERS are public and installed. ENTMOOT_FLOORS lists the floors. A floor in the table without a call is an error.

set(entmoot_floor_table ${PROJECT_SOURCE_DIR}/src/floors.txt)
set(entmoot_check_floors ${PROJECT_SOURCE_DIR}/scripts/check-floors)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${entmoot_floor_table})

execute_process(COMMAND ${entmoot_check_floors} --table ${PROJECT_SOURCE_DIR}
  RESULT_VARIABLE failed ERROR_VARIABLE complaints)
if(failed)
  message(FATAL_ERROR "The table of floors is invalid:\n${complaints}")
endif()

set(ENTMOOT_FLOORS "")
file(STRINGS ${entmoot_floor_table} lines REGEX "^[a-z]")
foreach(line IN LISTS lines)
  string(REGEX REPLACE "#.*" "" line "${line}")
  string(REGEX MATCH "^([a-z0-9_]+):(.*)$" matched "${line}")
  set(floor ${CMAKE_MATCH_1})
  string(REGEX MATCHALL "[a-z0-9_]+" ENTMOOT_FLOORS_OF_${floor} "${CMAKE_MATCH_2}")
  list(APPEND ENTMOOT_FLOORS ${floor})
endforeach()

# Runs in every build before compilation: an include that the table does not declare is an error.
add_custom_target(entmoot_check_floors COMMAND ${entmoot_check_floors} ${PROJECT_SOURCE_DIR}
  COMMENT "Checking the includes against src/floors.txt" VERBATIM)

function(entmoot_floor name)
  cmake_parse_arguments(arg "" "" "THIRD_PARTY;PRIVATE;HEADERS;SOURCES" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "entmoot_floor(${name}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT name IN_LIST ENTMOOT_FLOORS)
    message(FATAL_ERROR "There is no floor \"${name}\" in src/floors.txt. Add a line \"${name}: \" with the floors it may include.")
  endif()
  add_library(entmoot_${name} STATIC)
  add_library(entmoot::${name} ALIAS entmoot_${name})
  set_target_properties(entmoot_${name} PROPERTIES EXPORT_NAME ${name} LINKER_LANGUAGE CXX)
  target_compile_features(entmoot_${name} PUBLIC cxx_std_20)
  list(TRANSFORM arg_HEADERS PREPEND entmoot/${name}/)
  list(TRANSFORM arg_SOURCES PREPEND entmoot/${name}/)
  target_sources(entmoot_${name} PRIVATE ${arg_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR} FILES ${arg_HEADERS})
  set(uses ${ENTMOOT_FLOORS_OF_${name}})
  list(TRANSFORM uses PREPEND entmoot::)
  target_link_libraries(entmoot_${name} PUBLIC ${uses} ${arg_THIRD_PARTY}
    PRIVATE ${arg_PRIVATE} $<BUILD_INTERFACE:entmoot_options>)
  entmoot_precompiled(entmoot_${name})
  add_dependencies(entmoot_${name} entmoot_check_floors)
endfunction()

function(entmoot_require_floors)
  foreach(floor IN LISTS ENTMOOT_FLOORS)
    if(NOT TARGET entmoot_${floor})
      message(FATAL_ERROR "src/floors.txt has a floor \"${floor}\", but no entmoot_floor(${floor} …) lists its files.")
    endif()
  endforeach()
endfunction()
