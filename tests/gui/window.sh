#!/bin/bash
# A real window under Xvfb, driven by xdotool: both painters, a drag, a search, a zoom, quit. What
# the window says of itself at the end must be what the same gestures give in a replay.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
for tool in Xvfb xdotool python3; do
    command -v $tool >/dev/null || { skip "no $tool: the window"; finish; }
done

# -noreset: without it the server starts anew whenever its last client leaves, xdotool among them
Xvfb -noreset -displayfd 3 -screen 0 1600x1000x24 3>"$scratch/display" >/dev/null 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$scratch"' EXIT
for _ in $(seq 100); do
    [ -s "$scratch/display" ] && break
    sleep 0.1
done
DISPLAY=:$(cat "$scratch/display")
export DISPLAY
unset WAYLAND_DISPLAY

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
