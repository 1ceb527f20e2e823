#!/bin/bash
# A real window under Xvfb, driven by xdotool: both painters, a drag, a search, a zoom, quit. What
# the window says of itself at the end must be what the same gestures give in a replay.
. "$FLAMESCOPE_SOURCE/tests/gui/lib.sh"

# The same gestures by replay: what is wanted, and where cells and the search field are.
cat >"$scratch/script" <<EOF
size 1280x720
open $example
wait load
print LAYOUT
dump layout
drag-cells 13,29 13,35
key Ctrl+F
text "collect"
key Enter
print STATE
dump state
EOF
"$FLAMESCOPE" replay "$scratch/script" >"$scratch/wanted" || exit 1

window() { # window NAME OPTION...: gestures in a real window
    name=$1
    shift
    "$FLAMESCOPE" --size 1280x720 --dump "$scratch/$name.json" --stats "$scratch/$name.stats" "$@" "$example" \
        >"$scratch/$name.log" 2>&1 &
    program=$!
    python3 "$FLAMESCOPE_SOURCE/tests/gui/drive.py" "$scratch/wanted" || {
        kill $program
        cat "$scratch/$name.log"
        return 1
    }
    wait $program || {
        cat "$scratch/$name.log"
        return 1
    }
    python3 "$FLAMESCOPE_SOURCE/tests/gui/compare.py" "$scratch/wanted" "$scratch/$name.json"
}

check "software painter" window software --software
check "GPU painter" window gpu --gpu
check "as the program chooses" window chosen
finish
