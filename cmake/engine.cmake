# SPDX-License-Identifier: MIT
# QuickJS-ng is always built from source (scripts/fetch-quickjs puts it below build/deps), for two reasons that exclude a
# system library: its code must be in a section of its own, text_quickjs, so that a timer signal can tell by the program
# counter that it interrupted the engine (core/slicer.hpp), and the sanitizers must instrument it.
#
# cmake/engine.version states the version and hash. A copy of the source in the build folder is patched with
# src/entmoot/js/patches, in the order of their names, and compiled.

set(ENTMOOT_QUICKJS_DIR ${PROJECT_SOURCE_DIR}/build/deps/quickjs-ng CACHE PATH "Source of QuickJS-ng")
set(engine_pin ${PROJECT_SOURCE_DIR}/cmake/engine.version)
set(engine_dir ${PROJECT_BINARY_DIR}/engine)

# Fails unless the source has the pinned hash. Sets engine_version and engine_files.
function(entmoot_verify_engine)
  file(STRINGS ${engine_pin} lines REGEX "^(version|files|sha256) ")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([a-z0-9]+) (.*)$" line "${line}")
    set(pinned_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
  endforeach()
  separate_arguments(pinned_files)
  set(sums "")
  foreach(file IN LISTS pinned_files)
    if(NOT EXISTS ${ENTMOOT_QUICKJS_DIR}/${file})
      message(FATAL_ERROR
        "${ENTMOOT_QUICKJS_DIR} lacks ${file} of QuickJS-ng ${pinned_version}: run scripts/fetch-quickjs")
    endif()
    file(SHA256 ${ENTMOOT_QUICKJS_DIR}/${file} sum)
    string(APPEND sums "${sum}  ${file}\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ENTMOOT_QUICKJS_DIR}/${file})
  endforeach()
  string(SHA256 sum "${sums}")
  if(NOT sum STREQUAL pinned_sha256)
    message(FATAL_ERROR "${ENTMOOT_QUICKJS_DIR} is not the QuickJS-ng ${pinned_version} that ${engine_pin} states "
      "(its SHA-256 is ${sum}, not ${pinned_sha256}): run scripts/fetch-quickjs")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${engine_pin})
  set(engine_version ${pinned_version} PARENT_SCOPE)
  set(engine_files ${pinned_files} PARENT_SCOPE)
endfunction()

# Copies the source to engine_dir and patches it there. Unchanged files keep their modification times, so that
# reconfiguring does not recompile them.
function(entmoot_patch_engine)
  find_program(ENTMOOT_PATCH patch REQUIRED)
  file(GLOB patches CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/entmoot/js/patches/*.patch)
  list(SORT patches)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${patches})
  set(new ${engine_dir}.new)
  file(REMOVE_RECURSE ${new})
  file(MAKE_DIRECTORY ${engine_dir} ${new})
  foreach(file IN LISTS engine_files)
    file(COPY_FILE ${ENTMOOT_QUICKJS_DIR}/${file} ${new}/${file})
  endforeach()
  foreach(patch IN LISTS patches)
    foreach(step --dry-run --quiet)  # a failing patch must not be applied in part
      execute_process(
        COMMAND ${ENTMOOT_PATCH} ${step} --strip=1 --force --fuzz=0 --no-backup-if-mismatch --input=${patch}
        WORKING_DIRECTORY ${new} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
      if(failed)
        message(FATAL_ERROR "${patch} does not apply to QuickJS-ng ${engine_version}:\n${output}"
          "\"The engine\" in CONTRIBUTING.md describes how to update it.")
      endif()
    endforeach()
  endforeach()
  foreach(file IN LISTS engine_files)
    file(COPY_FILE ${new}/${file} ${engine_dir}/${file} ONLY_IF_DIFFERENT)
  endforeach()
  file(REMOVE_RECURSE ${new})
endfunction()

entmoot_verify_engine()
entmoot_patch_engine()

add_library(quickjs STATIC
  ${PROJECT_SOURCE_DIR}/src/entmoot/js/engine_unit.c ${engine_dir}/libregexp.c ${engine_dir}/libunicode.c
  ${engine_dir}/dtoa.c)
add_library(entmoot::quickjs ALIAS quickjs)
target_include_directories(quickjs PRIVATE ${engine_dir})
target_include_directories(quickjs SYSTEM INTERFACE ${engine_dir})
target_compile_definitions(quickjs PRIVATE _GNU_SOURCE $<$<BOOL:${ENTMOOT_GC_STRESS}>:FORCE_GC_AT_MALLOC>)
# GCC must not move cold parts of functions to other sections, which the rename would miss. UBSan is off for the engine,
# whose casts it would report; ASan is on.
target_compile_options(quickjs PRIVATE -w $<$<C_COMPILER_ID:GNU>:-fno-reorder-functions> -fno-sanitize=undefined
  $<$<C_COMPILER_ID:GNU>:-fno-reorder-blocks-and-partition>)
target_link_libraries(quickjs PUBLIC m Threads::Threads ${CMAKE_DL_LIBS})
add_custom_command(TARGET quickjs POST_BUILD
  COMMAND ${CMAKE_OBJCOPY} --rename-section .text=text_quickjs,contents,alloc,load,readonly,code $<TARGET_FILE:quickjs>
  COMMENT "Moving the engine's code to section text_quickjs" VERBATIM)
