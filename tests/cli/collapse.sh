#!/bin/bash
# collapse prints what stackcollapse-perf.pl printed for the same files, to the byte.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
refuses() { # refuses WORDS FILE
    exits 1 "$FLAMESCOPE" collapse "$2" 2>"$scratch/err" >"$scratch/out" && [ ! -s "$scratch/out" ] &&
        grep -q -- "$1" "$scratch/err"
}
: >"$scratch/empty"
printf 'a;b 1\na;c 2\n' >"$scratch/folded"
check "an empty file" refuses 'empty' "$scratch/empty"
check "folded stacks" refuses 'export --to folded' "$scratch/folded"
check "a program" refuses 'ELF' "$FLAMESCOPE"

folder=$FLAMESCOPE_DATA/perf-script/flamegraph
[ -d "$folder/collapsed" ] || { skip "no reference data: collapse"; finish; }

same() {
    "$FLAMESCOPE" collapse "--$2" "$1" 2>/dev/null >"$scratch/out" || return 1
    diff "$3" "$scratch/out"
}

for file in "$folder"/*.txt; do
    name=$(basename "$file" .txt)
    for option in pid tid kernel jit all; do
        check "$name --$option" same "$file" "$option" "$folder/collapsed/$name-collapsed-$option.txt"
    done
done
finish
