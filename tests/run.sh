#!/bin/sh
# Builds FlameScope in several ways and runs its tests: tests/run.sh [--all]
#
#   release   gcc, Release: every test
#   asan      clang, address and undefined-behaviour sanitizers: unit, replay; each fuzzer for 10 s
#   tsan      clang, thread sanitizer: what has threads
# and with --all also
#   bare      clang, Debug, warnings are errors, all optional libraries off: the quick unit tests
#   debug     gcc, Debug, warnings are errors        optional-on   every optional library on
#   clang     clang, Release                         gcc-off       gcc, all of them off
#   asan-all  all of asan, and the command line      bare-all      every unit test of bare
#   fuzz      each fuzzer for FUZZ_SECONDS, 60 of its own     tidy      size of functions, layout
#   package   the .deb, installed and run in a clean system
#
# One stage alone: tests/run.sh STAGE... (asan, say). The last line is the sum of all stages;
# the exit status is 0 only if nothing failed.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=examples/setup.sh
. "$root/examples/setup.sh"

all_off="-DWITH_ISAL=OFF -DWITH_ZSTD=OFF -DWITH_LZMA=OFF -DWITH_ELF=OFF -DWITH_DW=OFF -DWITH_DEMANGLE=OFF -DWITH_CAIRO=OFF"
all_on="-DWITH_ISAL=ON -DWITH_ZSTD=ON -DWITH_LZMA=ON -DWITH_ELF=ON -DWITH_DW=ON -DWITH_DEMANGLE=ON -DWITH_CAIRO=ON"
threaded='jobs|thread|loader|relay|read_ahead|engine|profile|wake|log_|column|session|folder'
passed=0 failed=0 skipped=0
passed_here=
without= # tests that the stage at hand leaves out

# Sanitizers of older compilers need addresses that are not too random; without the right to say
# so (a container may forbid it) they are simply tried.
calm=
if setarch "$(uname -m)" -R true 2>/dev/null; then
    calm="setarch $(uname -m) -R"
fi

# sum_log CTEST_OUTPUT LAST_TEST_LOG: sums up one run of ctest. A cmocka program and a script that ends
# with "N passed, N failed, N skipped" count case by case, any other test counts as one. Which
# tests were skipped as a whole stands in ctest's output only.
sum_log() {
    awk '
    function close_test() {
        if (!open) return
        if (p + f + s == 0) { if (name in skips) s = 1; else if (verdict == "pass") p = 1 }
        if (verdict == "fail" && f == 0) f = 1
        passed += p; failed += f; skipped += s; open = 0
    }
    NR == FNR { if (/\*\*\*Skipped/) skips[$4] = 1; next }
    /^[0-9]+\/[0-9]+ Testing: / { close_test(); open = 1; name = $3; p = f = s = 0; verdict = "" }
    /^\[  PASSED  \] [0-9]+ test/ { p += $4 }
    /^\[  FAILED  \] [0-9]+ test/ { f += $4 }
    /^\[  SKIPPED \] [0-9]+ test/ { s += $4 }
    /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { p += $1; f += $3; s += $5 }
    /^Test Passed\.$/ { verdict = "pass" }
    /^Test Failed\.$/ { verdict = "fail" }
    END { close_test(); print passed + 0, failed + 0, skipped + 0 }' "$1" "$2"
}

count() {
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
    echo "   $1 passed, $2 failed, $3 skipped"
}

# run_ctest NAME OPTION...: runs tests of build/NAME and adds up what they say. One more at a time
# than there are processors, as those of the window wait more than they work.
run_ctest() {
    folder=$root/build/$1
    shift
    (cd "$folder" && $calm ctest --output-on-failure --no-tests=error \
        --test-output-size-passed 10000000 --parallel "$(($(jobs_at_once) + 1))" "$@") \
        >"$folder/ctest.log" 2>&1
    status=$?
    # shellcheck disable=SC2046 # three numbers
    set -- $(sum_log "$folder/ctest.log" "$folder/Testing/Temporary/LastTest.log")
    if [ "$status" != 0 ] && [ "$2" = 0 ]; then
        set -- "$1" 1 "$3"
    fi
    [ "$status" = 0 ] || cat "$folder/ctest.log"
    grep -h '^\(skipped\|SKIP\): ' "$folder/Testing/Temporary/LastTest.log" | sort -u |
        sed 's/^/   /'
    count "$1" "$2" "$3"
}

# The unit tests of what has threads, as build targets.
threaded_tests() {
    for file in "$root"/tests/unit/*_test.c; do
        name=$(basename "$file" .c)
        ! echo "$name" | grep -qE "$threaded" || echo "$name"
    done
}

# ---- stages: each is quiet while all is well ----------------------------------------------

# make_and_test NAME COMPILER TESTS OPTION...: TESTS is a pattern of ctest labels.
make_and_test() {
    name=$1 compiler=$2 labels=$3
    shift 3
    CC=$compiler configure "$name" "$@" && build "$name" || return 1
    if [ -n "$without" ]; then
        run_ctest "$name" -L "$labels" -LE long -E "$without"
    else
        run_ctest "$name" -L "$labels" -LE long
    fi
}

stage_release() { make_and_test release gcc . -DCMAKE_BUILD_TYPE=Release; }

# What takes long and does not depend on optional libraries: the other stages run it.
long='monkey|transform|engine|link_test|kinds|store_pack|perf_script_test'

stage_bare() {
    without=$long
    # shellcheck disable=SC2086 # options
    make_and_test bare clang 'unit|host|house' -DCMAKE_BUILD_TYPE=Debug -DWERROR=ON $all_off
    made=$?
    without=
    return $made
}

stage_bare_all() {
    # shellcheck disable=SC2086 # options
    make_and_test bare clang 'unit|host|house' -DCMAKE_BUILD_TYPE=Debug -DWERROR=ON $all_off
}

stage_asan() {
    without='transform_test|split_test|perf_data_test|jfr_test|engine_test|kinds_test' # about a minute each
    make_and_test asan clang 'unit|host|replay' -DCMAKE_BUILD_TYPE=Debug -DFUZZ=blind \
        -DSANITIZE=address,undefined
    made=$?
    without=
    [ "$made" = 0 ] && run_fuzzers asan 10
}

stage_asan_all() {
    make_and_test asan clang 'unit|host|replay|cli' -DCMAKE_BUILD_TYPE=Debug -DFUZZ=blind \
        -DSANITIZE=address,undefined
}

stage_tsan() {
    targets=$(threaded_tests)
    [ -n "$targets" ] || return 0
    CC=clang configure tsan -DCMAKE_BUILD_TYPE=Debug -DSANITIZE=thread || return 1
    # shellcheck disable=SC2086 # a list of names
    build tsan $targets || return 1
    run_ctest tsan -R "unit/.*($threaded)"
}

stage_debug() {
    make_and_test debug gcc . -DCMAKE_BUILD_TYPE=Debug -DWERROR=ON
}

stage_clang() { make_and_test clang clang . -DCMAKE_BUILD_TYPE=Release; }

stage_optional_on() {
    # shellcheck disable=SC2086 # options
    make_and_test optional-on clang 'unit|cli|replay' -DCMAKE_BUILD_TYPE=Debug -DWERROR=ON $all_on
}

stage_gcc_off() {
    # shellcheck disable=SC2086 # options
    make_and_test gcc-off gcc 'unit|cli|replay' -DCMAKE_BUILD_TYPE=Release $all_off
}

# One fuzzer, from its seeds and what it found before; says "ok" or "FAILED" in its .verdict. At once
# 2 GiB and a little may be asked for, but not used: the window that a damaged head of zstd's wants.
run_fuzzer() {
    folder=$root/build/$1 name=$2
    seeds= # kept, or made by a script or a program where they are too many to keep
    for made in "$root/tests/fuzz/seeds/${name%_fuzz}" "$folder/made/${name%_fuzz}"; do
        [ ! -d "$made" ] || seeds="$seeds $made"
    done
    mkdir -p "$folder/corpus/$name"
    seeder=$folder/tests/${name%_fuzz}_seeds
    [ ! -x "$seeder" ] || $calm "$seeder" "$folder/corpus/$name"
    # shellcheck disable=SC2086 # may be empty
    if (cd "$folder" && $calm "tests/$name" -max_total_time="$3" -timeout=20 \
        -rss_limit_mb=2048 -malloc_limit_mb=2560 "corpus/$name" $seeds) >"$folder/$name.log" 2>&1; then
        echo ok >"$folder/$name.verdict"
    else
        echo FAILED >"$folder/$name.verdict"
    fi
}

# run_fuzzers BUILD SECONDS: each so long, two at a time.
run_fuzzers() {
    names=
    for file in "$root"/tests/fuzz/*_fuzz.c; do
        [ ! -e "$file" ] || names="$names $(basename "$file" .c)"
    done
    # shellcheck disable=SC2086 # a list of names
    build "$1" $names || return 1
    python3 "$root/tests/cli/profile_make.py" "$root/build/$1/made" 30 fuzz || return 1
    waiting=
    for name in $names; do
        run_fuzzer "$1" "$name" "$2" &
        if [ -n "$waiting" ]; then
            wait
            waiting=
        else
            waiting=1
        fi
    done
    wait
    for name in $names; do
        if [ "$(cat "$root/build/$1/$name.verdict")" = ok ]; then
            count 1 0 0 >/dev/null
            passed_here="$passed_here ${name%_fuzz}"
        else
            tail -n 60 "$root/build/$1/$name.log"
            count 0 1 0
        fi
    done
    echo "   fuzzed for $2 s each:$passed_here"
    passed_here=
}

stage_fuzz() {
    CC=clang configure fuzz -DCMAKE_BUILD_TYPE=Debug -DFUZZ=ON -DSANITIZE=address,undefined &&
        run_fuzzers fuzz "${FUZZ_SECONDS:-60}"
}

stage_package() {
    CC=gcc configure release -DCMAKE_BUILD_TYPE=Release && build release && run_ctest release -L long
}

stage_tidy() {
    CC=clang configure tidy -DCMAKE_BUILD_TYPE=Debug || return 1
    # shellcheck disable=SC2046 # a list of files
    if clang-tidy --quiet -p "$root/build/tidy" \
        $(find "$root/src" -name '*.c') >"$root/build/tidy/tidy.log" 2>/dev/null; then
        count 1 0 0
    else
        cat "$root/build/tidy/tidy.log"
        count 0 1 0
    fi
    # shellcheck disable=SC2046 # a list of files
    if clang-format --dry-run -Werror $(find "$root/src" "$root/tests" -name '*.[ch]') \
        >"$root/build/tidy/format.log" 2>&1; then
        count 1 0 0
    else
        head -20 "$root/build/tidy/format.log"
        count 0 1 0
    fi
}

run_stage() {
    echo "== $1"
    began=$(date +%s)
    "stage_$(echo "$1" | tr - _)" || count 0 1 0
    echo "   $(($(date +%s) - began)) s"
}

# ---- main ---------------------------------------------------------------------------------

stages="release asan tsan"
extra="bare debug clang optional-on gcc-off bare-all asan-all fuzz package tidy"
packages="$BUILD_PACKAGES $TEST_PACKAGES"
package_tools="lintian debootstrap weston desktop-file-utils appstream libxml2-utils shared-mime-info man-db mandoc zsh fish"
case ${1:-} in
--all)
    stages="$stages $extra"
    packages="$packages clang-tidy clang-format $package_tools"
    ;;
-*)
    echo "usage: tests/run.sh [--all | STAGE...]   stages: $stages $extra" >&2
    exit 2
    ;;
?*)
    for stage in "$@"; do
        case " $stages $extra " in
        *" $stage "*) ;;
        *)
            echo "there is no stage $stage; stages: $stages $extra" >&2
            exit 2
            ;;
        esac
    done
    stages=$*
    case " $stages " in *" tidy "*) packages="$packages clang-tidy clang-format" ;; esac
    case " $stages " in *" package "*) packages="$packages $package_tools" ;; esac
    ;;
esac

# shellcheck disable=SC2086 # lists of names
install_missing $packages
for stage in $stages; do
    run_stage "$stage"
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
