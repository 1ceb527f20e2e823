#!/bin/bash
# info --findings: what bench_gen plants is found, and hardly anything else; what the README of
# the examples names is in the bundled profile.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"

finds_planted() { # finds_planted OPTIONS...: of bench_gen
    "$FLAMESCOPE_GEN" --truth "$scratch/truth.json" "$@" >"$scratch/profile.txt" &&
        "$FLAMESCOPE" info --json --findings "$scratch/profile.txt" >"$scratch/found.json" &&
        python3 "$FLAMESCOPE_SOURCE/tests/cli/detect.py" "$scratch/truth.json" "$scratch/found.json"
}

planted() { # planted SECONDS RATE CPUS SEED OPTIONS...
    seconds=$1 rate=$2 cpus=$3 seed=$4
    shift 4
    check "planted: $seconds s at $rate/s, $cpus cpus, seed $seed $*" finds_planted --patterns \
        --shape shallow --samples $((seconds * rate)) --rate "$rate" --cpus "$cpus" --seed "$seed" "$@"
}

noise() {
    seconds=$1 rate=$2 cpus=$3 seed=$4
    shift 4
    check "noise: $seconds s at $rate/s, $cpus cpus, seed $seed $*" finds_planted \
        --shape shallow --samples $((seconds * rate)) --rate "$rate" --cpus "$cpus" --seed "$seed" "$@"
}

# A minute has 55 s with samples.
if command -v python3 >/dev/null && [ -x "$FLAMESCOPE_GEN" ]; then
    planted 55 1000 4 11
    planted 110 500 16 12 --idle 0
    planted 110 1000 4 13 --idle 30 --late 20
    planted 220 500 16 14 --idle 30
    planted 220 1000 16 15 --late 20 --idle 0
    planted 55 5000 4 16 --idle 30
    noise 60 1000 4 17
    noise 120 500 16 18 --idle 30 --late 20
else
    skip "planted patterns: no python3, or no bench_gen"
fi

has() { # has KIND FRAME FROM..TO [WORDS]: a line of the example's list
    "$FLAMESCOPE" info --findings "$example" >"$scratch/list" &&
        grep -E "^ *[0-9]+\. +[0-9]+ +$1 $3.*$4.* in $2 " "$scratch/list" || {
        cat "$scratch/list"
        return 1
    }
}
check "shop: start-up" has single-threaded start_up '0\.[0-9]+\.\.5\.[0-9]+ s'
check "shop: its second half" has phase build_search_index '3\.[0-9]+\.\.5\.[0-9]+ s'
check "shop: collections" has pause collect_garbage '' '14 times for [789]0 ms'
check "shop: the index" has periodic rebuild_index '' '8 times, every 10\.0[0-9] s for [23][0-9]0 ms'
check "shop: the report" has phase node '25\.[0-9]+\.\.30\.[0-9]+ s'
check "shop: the checkpoint" has single-threaded checkpoint_single_thread '40\.[0-9]+\.\.50\.[0-9]+ s'
check "shop: what had to wait" has burst '.*' '50\.[0-9]+\.\.51\.[0-9]+ s'
check "shop: the lock" has phase reserve_stock '62\.[0-9]+\.\.68\.[0-9]+ s'
check "shop: the disk" has phase '.*' '74\.[0-9]+\.\.77\.[0-9]+ s'

no_times() {
    printf 'a;b;c 12\na;b 3\n' >"$scratch/folded.txt"
    "$FLAMESCOPE" info --findings "$scratch/folded.txt" | grep -q 'nowhere to look'
}
check "folded stacks have no times" no_times
finish
