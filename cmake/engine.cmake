# SPDX-License-Identifier: MIT
# QuickJS-ng, always from source (scripts/fetch-quickjs puts it below build/deps): its code has to lie in a section of
# its own, text_quickjs, so that a timer signal can tell by the program counter that it interrupted the engine
# (core/slice_timer.hpp), and the sanitizers have to see into it. A system library could give us neither.

set(ENTMOOT_QUICKJS_DIR ${CMAKE_SOURCE_DIR}/build/deps/quickjs-ng CACHE PATH "Source of QuickJS-ng")
if(NOT EXISTS ${ENTMOOT_QUICKJS_DIR}/quickjs.c)
  message(FATAL_ERROR "No QuickJS-ng in ${ENTMOOT_QUICKJS_DIR}: run scripts/fetch-quickjs")
endif()

# The engine's hashes of strings, of integer property names and of numbers in a Map are known to everybody, and a client
# chooses what is hashed: the keys of its JSON. So they are replaced by hashes with a key (js/keyed_hash.h).
set(ENTMOOT_ENGINE_SOURCE ${CMAKE_BINARY_DIR}/engine/quickjs_keyed.c)
file(READ ${ENTMOOT_QUICKJS_DIR}/quickjs.c engine_source)
function(entmoot_rehash from to)
  string(REPLACE "${from}" "${to}" replaced "${engine_source}")
  if(replaced STREQUAL engine_source)
    message(FATAL_ERROR "This QuickJS-ng hashes in another way: no \"${from}\" in ${ENTMOOT_QUICKJS_DIR}/quickjs.c")
  endif()
  set(engine_source "${replaced}" PARENT_SCOPE)
endfunction()
entmoot_rehash("h = h * 263 + str[i];" "h = entmoot_hash_step(h, str[i]);")
entmoot_rehash("return hash_uintptr(atom) >> shift;" "return entmoot_hash_atom(atom) >> shift;")
entmoot_rehash("h = (u.u32[0] ^ u.u32[1]) * 3163;" "h = entmoot_hash_number(u.u32[0], u.u32[1]);")
file(CONFIGURE OUTPUT ${ENTMOOT_ENGINE_SOURCE} CONTENT "@engine_source@" @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ENTMOOT_QUICKJS_DIR}/quickjs.c)

add_library(quickjs STATIC
  ${CMAKE_SOURCE_DIR}/src/entmoot/js/engine_unit.c ${ENTMOOT_QUICKJS_DIR}/libregexp.c
  ${ENTMOOT_QUICKJS_DIR}/libunicode.c ${ENTMOOT_QUICKJS_DIR}/dtoa.c)
add_library(entmoot::quickjs ALIAS quickjs)
target_include_directories(quickjs PRIVATE ${CMAKE_BINARY_DIR}/engine ${ENTMOOT_QUICKJS_DIR})
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
