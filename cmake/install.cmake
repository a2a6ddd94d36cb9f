# SPDX-License-Identifier: MIT
# cmake --install: the library as a package, for find_package(entmoot CONFIG). Two components: `library` (headers, archives,
# the CMake package) and `command` (the program `entmoot`, in apps/entmoot).

if(NOT ENTMOOT_INSTALL)
  return()
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# The engine's library is installed, because users link it; its headers are not.
get_target_property(engine_headers quickjs INTERFACE_INCLUDE_DIRECTORIES)
set_target_properties(quickjs PROPERTIES OUTPUT_NAME entmoot_quickjs
  INTERFACE_INCLUDE_DIRECTORIES "$<BUILD_INTERFACE:${engine_headers}>"
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "$<BUILD_INTERFACE:${engine_headers}>")

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/entmoot)
list(TRANSFORM ENTMOOT_FLOORS PREPEND entmoot_ OUTPUT_VARIABLE floors)
add_custom_target(library DEPENDS ${floors} quickjs)  # builds everything that the component installs
install(TARGETS ${floors} entmoot quickjs EXPORT entmoot
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
install(EXPORT entmoot FILE entmootTargets.cmake NAMESPACE entmoot:: DESTINATION ${package} COMPONENT library)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/entmootConfig.cmake.in
  ${PROJECT_BINARY_DIR}/package/entmootConfig.cmake INSTALL_DESTINATION ${package})
# Before 1.0, minor versions may break compatibility.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/entmootConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/entmootConfig.cmake ${PROJECT_BINARY_DIR}/package/entmootConfigVersion.cmake
  DESTINATION ${package} COMPONENT library)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT library)
