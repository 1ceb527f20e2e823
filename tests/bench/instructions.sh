#!/bin/bash
# Counts the instructions of parsing and of queries under valgrind and compares them with
# instructions.txt beside this script: exit 1 if one is over its figure by more than a tenth, 77
# where that cannot be judged. Needs no quiet machine, for it does not look at the clock.
#   tests/bench/instructions.sh [BUILD_FOLDER]             a Release build; build/release if left out
#   tests/bench/instructions.sh --update [BUILD_FOLDER]    writes what was counted into that file
set -eu
here=$(cd "$(dirname "$0")" && pwd)
update=
[ "${1:-}" = --update ] && update=yes && shift
build=${1:-$here/../../build/release}
bounds=$here/instructions.txt
slack=10 # percent: other compilers of the same age differ by less

not_judged() {
    echo "instructions: not judged: $1"
    exit 77
}
command -v valgrind >/dev/null || not_judged "there is no valgrind"
grep -q '^CMAKE_BUILD_TYPE:STRING=Release' "$build/CMakeCache.txt" || not_judged "$build is no Release build"
for flag in aes avx2 bmi1; do
    grep -qw "$flag" /proc/cpuinfo || not_judged "this processor has no $flag: other code runs"
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# count OPTIONS... PROGRAM...: instructions; what the program printed is in $scratch/out
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >"$scratch/out" |
        sed -n 's/.*Collected : *//p'
}

failed=0
: >"$scratch/new"
# judge NAME INSTRUCTIONS PARTS: instructions a part against the figure in the file
judge() {
    local each bound verdict=held
    [ -n "$2" ] || { echo "instructions: $1 was not counted" && exit 1; }
    each=$(($2 / $3))
    echo "$1 $each" >>"$scratch/new"
    bound=$(sed -n "s/^$1 //p" "$bounds")
    if [ -z "$update" ] && { [ -z "$bound" ] || [ $((each * 100)) -gt $((bound * (100 + slack))) ]; }; then
        verdict=OVER
        failed=1
    fi
    printf '%-20s %9s  known %9s  %s\n' "$1" "$each" "${bound:-none}" "$verdict"
}

for shape in deep shallow unique; do
    text=$scratch/$shape.txt
    "$build/tests/bench_gen" --size 8M --shape $shape >"$text"
    judge "parse_$shape" "$(count "$build/tests/parse_bench" "$text" --once)" "$(wc -l <"$text")"
done
# The mean over all kinds of query, 301 of each (STEPS in query_bench.c), a line of output for each
# kind; what makes the store is not counted. Another kind is another mean: --update.
query=$(count --toggle-collect=answer_make --toggle-collect=flame_layout \
    "$build/tests/query_bench" brief 3000 100)
judge query "$query" $((301 * $(grep -c ' boxes, quiet ' "$scratch/out")))

if [ -n "$update" ]; then
    sed -n '/^#/p' "$bounds" >"$scratch/file"
    cat "$scratch/new" >>"$scratch/file"
    cat "$scratch/file" >"$bounds"
fi
exit $failed
