#!/bin/bash
# The heat map's values and the folded counts are those that FlameScope's own code computed, but
# for its named faults (parity.py says which).
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
oracles=$FLAMESCOPE_DATA/oracles/flamescope
[ -d "$oracles" ] || { skip "no reference data: FlameScope parity"; finish; }

find_profile() {
    find "$FLAMESCOPE_DATA/perf-script" -name "$1" | head -n 1
}

heat() {
    "$FLAMESCOPE" export "$2" --to heatmap-json --idle flamescope --rows 50 >"$scratch/heat.json" || return 1
    python3 "$FLAMESCOPE_SOURCE/tests/cli/parity.py" heat "$1" "$scratch/heat.json" "$2"
}

folded() {
    if [ "$3" = all ]; then
        "$FLAMESCOPE" export "$2" --to folded --idle flamescope >"$scratch/folded" || return 1
    else
        "$FLAMESCOPE" export "$2" --to folded --idle flamescope --range "$3" >"$scratch/folded" || return 1
    fi
    python3 "$FLAMESCOPE_SOURCE/tests/cli/parity.py" folded "$1" "$scratch/folded" "$3"
}

for oracle in "$oracles"/*.json; do
    name=$(basename "$oracle" .json)
    file=$(find_profile "$name")
    check "heat map of $name" heat "$oracle" "$file"
    for range in $(python3 "$FLAMESCOPE_SOURCE/tests/cli/parity.py" ranges "$oracle"); do
        check "folded $range of $name" folded "$oracle" "$file" "$range"
    done
done
finish
