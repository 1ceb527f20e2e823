#!/bin/bash
# collapse prints what stackcollapse-perf.pl printed for the same files, to the byte.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
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
