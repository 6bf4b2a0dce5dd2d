# Run as a test: cmake -DROOT=... -DMODULES=... -P layers.cmake
#
# Every #include of a module's public header must come from a module that may
# use it, a private header stays at home, and a package's header is included by
# one module only. What each module may use is said once, in CMakeLists.txt. Bytes
# become JSON in one place, which has the limits: bridge/base/json.h.
cmake_minimum_required(VERSION 3.20)
include(${MODULES})

# package header: the module it belongs to
set(packages
    "lmdb.h:store" "microhttpd.h:http" "gnutls/gnutls.h:http" "gnutls/x509.h:http" "curl/curl.h:client" "ldap.h:directory" "lber.h:directory"
    "popt.h:cli" "libfyaml.h:config" "sodium.h:base" "unicase.h:base" "uninorm.h:base"
    "unistr.h:base" "idn2.h:base" "uniwidth.h:base" "unictype.h:base")

set(checked 0)
foreach(module ${modules})
    file(GLOB files ${ROOT}/src/${module}/*.[ch] ${ROOT}/include/bridge/${module}/*.h)
    foreach(file ${files})
        math(EXPR checked "${checked} + 1")
        file(STRINGS ${file} loads REGEX "json_load[a-z_]*\\(")
        if(loads AND NOT file STREQUAL ${ROOT}/src/base/json.c)
            message(SEND_ERROR "${file}: json_read or json_stored instead of ${loads}")
        endif()
        file(STRINGS ${file} lines REGEX "^#include ")
        foreach(line ${lines})
            if(line MATCHES "\"bridge/([a-z]+)/")
                set(used ${CMAKE_MATCH_1})
                if(NOT used STREQUAL module AND NOT used IN_LIST ${module})
                    message(SEND_ERROR "${file}: ${module} may not use ${used}")
                endif()
            elseif(line MATCHES "\"(.*)\"" AND NOT EXISTS ${ROOT}/src/${module}/${CMAKE_MATCH_1})
                message(SEND_ERROR "${file}: ${CMAKE_MATCH_1} is private to another module")
            endif()
            foreach(package ${packages})
                string(REPLACE ":" ";" pair ${package})
                list(GET pair 0 header)
                list(GET pair 1 owner)
                if(line MATCHES "<${header}>" AND NOT owner STREQUAL module)
                    message(SEND_ERROR "${file}: <${header}> belongs to ${owner}")
                endif()
            endforeach()
        endforeach()
    endforeach()
endforeach()
if(checked EQUAL 0)
    message(FATAL_ERROR "no file was checked: is ROOT right?")
endif()
message(STATUS "${checked} files keep to the directions")
