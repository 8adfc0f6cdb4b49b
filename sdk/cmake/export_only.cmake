# export_only(TARGET "NAME; NAME*; "): all that a library shows to others, so that nothing of the C++ runtime inside does.
include(CheckCXXSymbolExists)
check_cxx_symbol_exists(_LIBCPP_VERSION version PGIAM_RUNTIME_IS_LLVMS)

function(export_only target names)
  set(map ${CMAKE_CURRENT_BINARY_DIR}/${target}.map)
  file(CONFIGURE OUTPUT ${map} CONTENT "{ global: ${names}local: *; };\n")
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${map})
  target_link_options(${target} PRIVATE -Wl,--version-script=${map} -Wl,--gc-sections)
  survive_cancellation(${target})
endfunction()

# A program may cancel a thread that waits in a library.
function(survive_cancellation target)
  if(PGIAM_RUNTIME_IS_LLVMS)
    target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/sdk/cmake/cancelled_thread.cc)
  endif()
endfunction()
