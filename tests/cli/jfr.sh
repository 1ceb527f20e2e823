#!/bin/bash
# A recording of async-profiler gives the stacks and counts that its own converter gives.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
command -v python3 >/dev/null || { skip "no python3: Java Flight Recorder"; finish; }
folder=$FLAMESCOPE_DATA/jfr
[ -e "$folder/shop.jfr" ] || { skip "no reference data: Java Flight Recorder"; finish; }
shop=$folder/shop.jfr
here=$FLAMESCOPE_SOURCE/tests/cli

facts() { # facts FILE CONDITION, of info's numbers in i
    "$FLAMESCOPE" info --json "$1" >"$scratch/info" &&
        python3 -c 'import json,sys
i = json.load(open(sys.argv[1]))
assert eval(sys.argv[2]), i' "$scratch/info" "$2"
}
check "shop: format and samples" facts "$shop" \
    'i["format"] == "Java Flight Recorder" and i["samples"] == 3382 and not i["complaints"]'
check "shop: one event" facts "$shop" \
    'i["events"] == [{"name": "jdk.ExecutionSample", "samples": 3382, "weight": "samples"}]'
check "shop: threads" facts "$shop" 'i["threads"] == 15 and i["processes"] == 1'
check "heavy: events and their units" facts "$folder/heavy.jfr" \
    '[(e["name"], e["samples"], e["weight"]) for e in i["events"]] == [
        ("jdk.ExecutionSample", 346, "samples"), ("jdk.NativeMethodSample", 44, "samples"),
        ("jdk.ObjectAllocationSample", 25, "bytes"), ("jdk.OldObjectSample", 15, "bytes")]'

same_stacks() { # same_stacks OPTION...
    "$FLAMESCOPE" export "$file" --to folded "$@" >"$scratch/folded" &&
        python3 "$here/jfr.py" "$shop.collapsed.txt" "$scratch/folded"
}
file=$shop
check "stacks" same_stacks
check "stacks, 1 thread" same_stacks --threads 1
check "stacks, 8 threads" same_stacks --threads 8
gzip -c "$shop" >"$scratch/shop"
file=$scratch/shop
check "stacks, gzip" same_stacks
piped() {
    "$FLAMESCOPE" export - --to folded <"$shop" >"$scratch/piped" &&
        "$FLAMESCOPE" export "$shop" --to folded | cmp - "$scratch/piped"
}
check "a pipe" piped
dropped() { # on a window that shows another profile
    printf 'open %s\nwait load\ndrop %s\nwait load\ndump state\n' "$FLAMESCOPE_SOURCE/examples/shop.perf.gz" "$shop" >"$scratch/script"
    "$FLAMESCOPE" replay "$scratch/script" >"$scratch/state" && grep -q '"file": *"shop.jfr"' "$scratch/state"
}
check "dropped on another" dropped
twice() { # chunks one behind the other, the second cut
    { cat "$shop"; head -c 200000 "$shop"; } >"$scratch/twice"
    facts "$scratch/twice" 'i["samples"] > 3382 and any(c["kind"] == "truncated" for c in i["complaints"])'
}
check "two chunks, one of them cut" twice
packed() {
    "$FLAMESCOPE" pack "$shop" -o "$scratch/shop.fscope" &&
        "$FLAMESCOPE" export "$scratch/shop.fscope" --to folded >"$scratch/packed" &&
        "$FLAMESCOPE" export "$shop" --to folded | cmp - "$scratch/packed" &&
        facts "$scratch/shop.fscope" 'i["format"] == "Java Flight Recorder"'
}
check "packed" packed
bytes_of() {
    "$FLAMESCOPE" export "$folder/heavy.jfr" --to folded --event jdk.ObjectAllocationSample \
        --weight bytes | awk '{ n += $NF } END { exit !(n > 1000000) }'
}
check "bytes allocated" bytes_of
finish
