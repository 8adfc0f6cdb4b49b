# What find_package(pgiam) and pkg-config need, relative to where they stand: the prefix may move.
include(CMakePackageConfigHelpers)

set_target_properties(pgiam_headers PROPERTIES EXPORT_NAME headers)
install(TARGETS pgiam pgiam_headers EXPORT pgiamTargets)
install(TARGETS pgiam_http pgiam_examine LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/pgiam)
install(DIRECTORY sdk/include/ TYPE INCLUDE)
install(FILES LICENSE sdk/CHANGELOG.md TYPE DOC)
install(DIRECTORY sdk/licences TYPE DOC)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/pgiam)
install(EXPORT pgiamTargets NAMESPACE pgiam:: DESTINATION ${package_dir})
configure_package_config_file(sdk/cmake/pgiamConfig.cmake.in sdk/pgiamConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(sdk/pgiamConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sdk/pgiamConfig.cmake ${PROJECT_BINARY_DIR}/sdk/pgiamConfigVersion.cmake
        DESTINATION ${package_dir})

file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
foreach(name pgiam pgiam-libpq)
  configure_file(sdk/${name}.pc.in sdk/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/sdk/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
