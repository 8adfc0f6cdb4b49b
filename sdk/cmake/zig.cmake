# CMake's toolchain file for a release: zig as the compiler, for a C library and a machine of one's choice.
#   -DPGIAM_ZIG=FILE            the program zig
#   -DPGIAM_ZIG_TARGET=…        x86_64-linux-gnu.2.28, aarch64-linux-musl …
#   -DPGIAM_ZIG_HEADERS=FOLDER  the headers of others: the machine's own /usr/include has another C library's among them
#   -DPGIAM_ZIG_PRECOMPILED=FOLDER  of headers, by sdk/release/tree
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PGIAM_ZIG PGIAM_ZIG_TARGET PGIAM_ZIG_HEADERS PGIAM_ZIG_PRECOMPILED)
string(REGEX MATCH "^([a-z0-9_]+)-linux-([a-z]+)" _ "${PGIAM_ZIG_TARGET}")
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${CMAKE_MATCH_1})
set(CMAKE_LIBRARY_ARCHITECTURE ${CMAKE_MATCH_1}-linux-${CMAKE_MATCH_2})

# CMake wants a program for each.
set(tools ${CMAKE_BINARY_DIR}/zig)
function(add_tool variable name command)
  file(CONFIGURE OUTPUT ${tools}/${name} CONTENT "#!/bin/sh\n${ARGN}exec '${PGIAM_ZIG}' ${command} \"$@\"\n" @ONLY)
  file(CHMOD ${tools}/${name} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  set(${variable} ${tools}/${name} CACHE FILEPATH "" FORCE)
endfunction()
set(target "-target ${PGIAM_ZIG_TARGET} -isystem '${PGIAM_ZIG_HEADERS}/include'")
if(CMAKE_MATCH_2 STREQUAL musl)
  string(APPEND target " -dynamic")  # of its own accord zig links all of musl in
else()  # zig's header is that of a later glibc, and names them as only that does
  string(APPEND target " -Dres_nmkquery=__res_nmkquery -Dres_nsend=__res_nsend")
endif()
add_tool(CMAKE_C_COMPILER cc "cc ${target}")
add_tool(CMAKE_CXX_COMPILER c++ "c++ ${target}" [[
# zig does not know a library by a name that ends with four numbers.
before=
for word; do
  case $word in *.so.*.*.*.*) [ "$before" = -o ] || word=${word%%.so.*}.so ;; esac
  before=$word
  set -- "$@" "$word"
  shift
done
case " $* " in
  *" -std=c++20 "*" -c "*)
    kind=O3 place=fPIC
    case " $* " in *" -Oz "*) kind=Oz ;; esac
    case " $* " in *" -fPIE "*) place=fPIE ;; esac
    set -- "$@" -Xclang -include-pch -Xclang '@PGIAM_ZIG_PRECOMPILED@'/$kind-$place.pch ;;
esac
]])
add_tool(CMAKE_AR ar ar)
add_tool(CMAKE_RANLIB ranlib ranlib)

# The same for whatever is linked, CMake's own questions too: zig builds its C++ library once for each kind of these.
set(flags "-O3 -fPIC -s -fstack-protector-strong -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${PGIAM_ZIG_HEADERS}=.")
set(CMAKE_C_FLAGS ${flags} CACHE STRING "" FORCE)  # in a folder that is kept from the last time, too
set(CMAKE_CXX_FLAGS ${flags} CACHE STRING "" FORCE)
set(CMAKE_EXE_LINKER_FLAGS -pie CACHE STRING "" FORCE)
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)  # nothing runs where it was built

set(CMAKE_FIND_ROOT_PATH ${PGIAM_ZIG_HEADERS})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
