# SPDX-License-Identifier: MIT
# QuickJS-ng, always from source (scripts/fetch-quickjs puts it below build/deps): its code has to lie in a section of
# its own, text_quickjs, so that a timer signal can tell by the program counter that it interrupted the engine
# (core/slice_timer.hpp), and the sanitizers have to see into it. A system library could give us neither.

set(ENTMOOT_QUICKJS_DIR ${CMAKE_SOURCE_DIR}/build/deps/quickjs-ng CACHE PATH "Source of QuickJS-ng")
if(NOT EXISTS ${ENTMOOT_QUICKJS_DIR}/quickjs.c)
  message(FATAL_ERROR "No QuickJS-ng in ${ENTMOOT_QUICKJS_DIR}: run scripts/fetch-quickjs")
endif()

add_library(quickjs STATIC
  ${CMAKE_SOURCE_DIR}/src/entmoot/js/engine_unit.c ${ENTMOOT_QUICKJS_DIR}/libregexp.c
  ${ENTMOOT_QUICKJS_DIR}/libunicode.c ${ENTMOOT_QUICKJS_DIR}/dtoa.c)
add_library(entmoot::quickjs ALIAS quickjs)
target_include_directories(quickjs PRIVATE ${ENTMOOT_QUICKJS_DIR})
target_include_directories(quickjs SYSTEM INTERFACE ${ENTMOOT_QUICKJS_DIR})
target_compile_definitions(quickjs PRIVATE _GNU_SOURCE $<$<BOOL:${ENTMOOT_GC_STRESS}>:FORCE_GC_AT_MALLOC>)
# One function, one piece of text: GCC must not move cold parts to sections that the rename would miss. The engine's
# undefined behaviour (it is C with casts) is not ours to report; its memory errors are.
target_compile_options(quickjs PRIVATE -w -fno-reorder-functions -fno-sanitize=undefined
  $<$<C_COMPILER_ID:GNU>:-fno-reorder-blocks-and-partition>)
target_link_libraries(quickjs PUBLIC m Threads::Threads ${CMAKE_DL_LIBS})
add_custom_command(TARGET quickjs POST_BUILD
  COMMAND ${CMAKE_OBJCOPY} --rename-section .text=text_quickjs,contents,alloc,load,readonly,code $<TARGET_FILE:quickjs>
  COMMENT "Giving the engine's code a section of its own" VERBATIM)
