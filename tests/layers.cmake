# The house's rules, checked: who may include whom, where each library lives, how long files and
# functions may be. Run: cmake -DSOURCE=. -DSCRATCH=FOLDER -P tests/layers.cmake
# It first plants one fault of each kind in SCRATCH and fails unless every one is found.
cmake_minimum_required(VERSION 3.22)

# folder: the folders whose headers it may include
set(ALLOWED_base base)
set(ALLOWED_store base store)
set(ALLOWED_ingest base store ingest)
set(ALLOWED_query base store query)
set(ALLOWED_picture base store query picture)
set(ALLOWED_ui base ui)
set(ALLOWED_app base store ingest query picture ui app)
set(ALLOWED_host base ui host)
set(FOLDERS base store ingest query picture ui app host)

# A system header (regular expression), then where it may be included (regular expression).
set(HOMES
    "^SDL"                          "^host/"
    "^pthread\\.h$"                 "^base/thread\\.c$"
    "^threads\\.h$"                 "^nowhere$"
    "^png\\.h$"                     "^base/image\\.c$"
    "^pcre2\\.h$"                   "^base/regex\\.c$"
    "^(zlib|zstd)\\.h$|^isa-l"      "^base/codec(_whole)?\\.c$"
    "^lzma\\.h$"                    "^base/codec_xz\\.c$"
    "^cairo"                        "^base/pdf\\.c$"
    "elf\\.h$|demangle\\.h$"        "^ingest/(symbols|code_parts|call_frame|inlined)\\.c$"
    "dwarf\\.h$|libdw"              "^ingest/(call_frame|inlined)\\.c$"
    "^stdatomic\\.h$"
    "^(base/(jobs|wake|log|mapped)|store/profile|ingest/loader|host/window)\\.[ch]$")
set(ALLOCATION_HOMES "^base/(arena|column)\\.c$")
set(MAX_FUNCTION 100)

# Functions, not macros: a macro's arguments are parsed a second time, and C text does not
# survive that. Faults are gathered in a property, since functions have scopes.
function(fault text)
    set_property(GLOBAL APPEND_STRING PROPERTY FAULTS "  ${text}\n")
endfunction()

function(count_lines text result)
    string(REGEX REPLACE "[^\n]" "" newlines "${text}")
    string(LENGTH "${newlines}" n)
    set(${result} ${n} PARENT_SCOPE)
endfunction()

# Leaves out block comments, so that words in them are not taken for code.
function(strip_comments text result)
    set(kept "")
    while(TRUE)
        string(FIND "${text}" "/*" from)
        if(from LESS 0)
            break()
        endif()
        string(SUBSTRING "${text}" 0 ${from} before)
        string(SUBSTRING "${text}" ${from} -1 text)
        string(FIND "${text}" "*/" to)
        if(to LESS 0)
            set(text "")
            break()
        endif()
        math(EXPR to "${to} + 2")
        string(SUBSTRING "${text}" ${to} -1 text)
        string(APPEND kept "${before}")
    endwhile()
    set(${result} "${kept}${text}" PARENT_SCOPE)
endfunction()

function(check_includes root file folder text)
    string(REGEX MATCHALL "#[ ]*include[ ]*[<\"][^>\"\n]*[>\"]" includes "${text}")
    foreach(include IN LISTS includes)
        string(REGEX REPLACE "^.*[<\"]([^>\"]*)[>\"]$" "\\1" header "${include}")
        if(include MATCHES "\"")
            string(REGEX REPLACE "/.*$" "" target "${header}")
            if(NOT header MATCHES "/" OR NOT EXISTS "${root}/${header}")
                fault("${file} includes \"${header}\", which is not a file below src")
            elseif(NOT folder STREQUAL "." AND NOT target IN_LIST ALLOWED_${folder})
                fault("${file} includes \"${header}\": ${folder} may not see ${target}")
            endif()
        else()
            check_home(${file} "${header}")
        endif()
    endforeach()
endfunction()

function(check_home file header)
    set(rest ${HOMES})
    while(rest)
        list(POP_FRONT rest pattern home)
        if("${header}" MATCHES "${pattern}" AND NOT "${file}" MATCHES "${home}")
            fault("${file} includes <${header}>, which has its home elsewhere (${home})")
        endif()
    endwhile()
endfunction()

function(check_length file text)
    set(limit 600)
    if("${file}" MATCHES "\\.h$")
        set(limit 150)
    elseif("${file}" MATCHES "^ingest/")
        set(limit 800)
    endif()
    count_lines("${text}" lines)
    if(lines GREATER limit)
        fault("${file} has ${lines} lines, the limit is ${limit}")
    endif()
endfunction()

# A function's body is what stands between a { and a } that both begin a line.
function(check_functions file text)
    set(rest "${text}")
    while(TRUE)
        string(FIND "${rest}" "\n{\n" from)
        if(from LESS 0)
            break()
        endif()
        string(SUBSTRING "${rest}" 0 ${from} before)
        string(REGEX MATCH "[^ \n][^\n]*(\n +[^\n]*)*$" name "${before}")
        math(EXPR from "${from} + 1")
        string(SUBSTRING "${rest}" ${from} -1 rest)
        string(FIND "${rest}" "\n}" to)
        if(to LESS 0)
            break()
        endif()
        string(SUBSTRING "${rest}" 0 ${to} body)
        string(SUBSTRING "${rest}" ${to} -1 rest)
        count_lines("${body}" lines)
        if(lines GREATER MAX_FUNCTION)
            fault("${file}: ${name} has ${lines} lines, the limit is ${MAX_FUNCTION}")
        endif()
    endwhile()
endfunction()

function(check_words file code)
    if(NOT "${file}" MATCHES "${ALLOCATION_HOMES}" AND
       "${code}" MATCHES "[^a-zA-Z0-9_.>](malloc|calloc|realloc|free|strdup|aligned_alloc)\\(")
        fault("${file} calls ${CMAKE_MATCH_1}: memory is base/arena.c's and base/column.c's")
    endif()
    if(NOT "${file}" MATCHES "^base/thread\\.c$" AND "${code}" MATCHES "pthread_[a-z]")
        fault("${file} uses pthread: threads are base/thread.c's")
    endif()
    if("${code}" MATCHES "\"/(work|home|root|tmp/[a-oq-z])") # /tmp/perf-PID.map is a convention
        fault("${file} names a folder of somebody's machine")
    endif()
endfunction()

function(check_header file text)
    if(NOT "${text}" MATCHES "^/\\*")
        fault("${file} does not open by saying what it is")
    endif()
    if(NOT "${text}" MATCHES "#pragma once")
        fault("${file} has no #pragma once")
    endif()
endfunction()

# Checks every source file below root; the faults found are left in `result`.
function(check_tree root result)
    set_property(GLOBAL PROPERTY FAULTS "")
    file(GLOB_RECURSE files RELATIVE ${root} ${root}/*.c ${root}/*.h)
    foreach(file IN LISTS files)
        get_filename_component(folder "${file}" DIRECTORY)
        if(folder STREQUAL "")
            set(folder .)
        elseif(NOT folder IN_LIST FOLDERS)
            fault("${file}: there is no folder ${folder} in the house")
        endif()
        file(READ ${root}/${file} text)
        string(REPLACE ";" "," text "${text}") # CMake's list separator
        string(REPLACE "[" "(" text "${text}") # and what would join list items
        string(REPLACE "]" ")" text "${text}")
        strip_comments("${text}" code)
        check_includes(${root} ${file} ${folder} "${code}")
        check_length(${file} "${text}")
        check_functions(${file} "${text}")
        check_words(${file} "${code}")
        if(file MATCHES "\\.h$")
            check_header(${file} "${text}")
        endif()
    endforeach()
    list(LENGTH files n)
    set(FILES_CHECKED ${n} PARENT_SCOPE)
    get_property(faults GLOBAL PROPERTY FAULTS)
    set(${result} "${faults}" PARENT_SCOPE)
endfunction()

# ---- the check of the check ---------------------------------------------------------------
function(plant name text)
    file(WRITE ${SCRATCH}/${name} "${text}")
endfunction()

function(self_test)
    file(REMOVE_RECURSE ${SCRATCH})
    string(REPEAT "    f()\n" 101 long_body)
    string(REPEAT "\n" 601 many_lines)
    plant(base/good.h "/* Good. malloc(1) in a comment and #include <SDL.h> too. */\n#pragma once\n")
    plant(app/view.h "/* A view. */\n#pragma once\n")
    plant(store/up.c "#include \"app/view.h\"\n")
    plant(query/side.c "#include \"ingest/load.h\"\n")
    plant(ingest/load.h "/* Load. */\n#pragma once\n")
    plant(ui/window.c "#include <SDL2/SDL.h>\n")
    plant(base/other.c "#include <pthread.h>\n#include <png.h>\n")
    plant(app/atomic.c "#include <stdatomic.h>\n")
    plant(query/heap.c "void f(void)\n{\n    free(p)\n}\n")
    plant(query/fine.c "void f(void)\n{\n    arena_free(p), t->free(p)\n}\n")
    plant(ui/long.c "void f(void)\n{\n${long_body}}\n")
    plant(ui/huge.c "${many_lines}")
    plant(ui/bare.h "int x\n")
    plant(cellar/x.c "int x\n")
    plant(ui/path.c "const char *p = \"/home/me\"\n")
    check_tree(${SCRATCH} found)
    foreach(expected
            "store/up.c includes .app/view.h.: store may not see app"
            "query/side.c includes .ingest/load.h.: query may not see ingest"
            "ui/window.c includes <SDL2/SDL.h>" "base/other.c includes <pthread.h>"
            "base/other.c includes <png.h>" "app/atomic.c includes <stdatomic.h>"
            "query/heap.c calls free" "ui/long.c: void f.* has 10[0-9] lines" "ui/huge.c has 601"
            "ui/bare.h does not open" "ui/bare.h has no #pragma" "no folder cellar"
            "ui/path.c names a folder")
        if(NOT found MATCHES "${expected}")
            message(FATAL_ERROR "the check is blind: it did not report '${expected}'\n${found}")
        endif()
    endforeach()
    if(found MATCHES "(good.h|fine.c|view.h (does|has))")
        message(FATAL_ERROR "the check sees faults where none are:\n${found}")
    endif()
    file(REMOVE_RECURSE ${SCRATCH})
endfunction()

if(NOT SOURCE OR NOT SCRATCH)
    message(FATAL_ERROR "usage: cmake -DSOURCE=FOLDER -DSCRATCH=FOLDER -P layers.cmake")
endif()
get_filename_component(SOURCE "${SOURCE}" ABSOLUTE)
get_filename_component(SCRATCH "${SCRATCH}" ABSOLUTE)
self_test()
check_tree(${SOURCE}/src faults)
if(faults)
    message(FATAL_ERROR "the house's rules are broken:\n${faults}")
endif()
message(STATUS "${FILES_CHECKED} files keep the house's rules")
