#!/bin/bash
# A talk in real windows: scenes opened by their file, F5, a remote's PageDown, the presenter's window on
# a second display, the end by Esc; on a projector of 1280x800 and on one of 3840x2160.
# And a window under Wayland, where weston can be had.
. "$FLAMESCOPE_SOURCE/tests/gui/lib.sh"
kill $server

two_displays() { # two_displays SIZE: a server with two screens, which SDL takes for two displays
    Xvfb -noreset -displayfd 3 -screen 0 "$1x24" -screen 1 1280x720x24 3>"$scratch/display" >/dev/null 2>&1 &
    server=$!
    for _ in $(seq 100); do
        [ -s "$scratch/display" ] && break
        sleep 0.1
    done
    DISPLAY=:$(cat "$scratch/display").0
}

deck() { # a talk of three scenes
    cp "$example" "$scratch/shop.perf.gz"
    cat >"$scratch/script" <<END
open $scratch/shop.perf.gz
wait load
do scene.open $scratch/talk.scenes
do select.range 25..31
do scene.save The report
do scene.note Here node makes a report.
do select.range 40..51
do compare.set rest
do scene.save The checkpoint
do select.range 10..11
do compare.set none
do scene.save A quiet second
at 1
END
    "$FLAMESCOPE" replay "$scratch/script" && grep -c '^scene' "$scratch/talk.scenes" | grep -qx 3
}

appears() { # appears NAME: the window, within ten seconds
    for _ in $(seq 100); do
        xdotool search --onlyvisible --name "$1" >/dev/null 2>&1 && return
        sleep 0.1
    done
    echo "no window $1 appeared"
    return 1
}

says() { # says NAME VALUE: of the dump
    python3 - "$scratch/talk.json" "$@" <<'PY'
import json, sys
have = json.load(open(sys.argv[1])).get(sys.argv[2])
sys.exit(0 if str(have) == sys.argv[3] else f"{sys.argv[2]} is {have}, not {sys.argv[3]}")
PY
}

talk() { # talk SIZE
    rm -f "$scratch/talk.json" "$scratch/display"
    two_displays "$1" || return 1
    "$FLAMESCOPE" --software --dump "$scratch/talk.json" "$scratch/talk.scenes" >"$scratch/log" 2>&1 &
    program=$!
    appears 'shop.perf.gz - FlameScope' || return 1
    sleep 0.5
    xdotool key F5
    appears 'FlameScope: presenter' || return 1
    sleep 1.2
    xdotool key Next
    sleep 1.5
    xdotool key Next
    sleep 1.5
    xdotool key Prior
    sleep 1.5
    xdotool key ctrl+q
    wait $program || {
        cat "$scratch/log"
        return 1
    }
    kill $server
    wait $server 2>/dev/null
    says scene 'The checkpoint' && says scene_shown True && says stage lit && says scenes 3
}

check "scenes are saved" deck
check "a talk on 1280x800" talk 1280x800
check "a talk on 3840x2160" talk 3840x2160

wayland() {
    export XDG_RUNTIME_DIR=$scratch/runtime
    mkdir -p -m 700 "$XDG_RUNTIME_DIR"
    two_displays 1600x1000 || return 1
    weston --backend=x11-backend.so --socket=talk --width=1280 --height=800 --idle-time=0 >"$scratch/weston.log" 2>&1 &
    compositor=$!
    for _ in $(seq 100); do
        [ -S "$XDG_RUNTIME_DIR/talk" ] && break
        sleep 0.1
    done
    DISPLAY='' WAYLAND_DISPLAY=talk SDL_VIDEODRIVER=wayland timeout -s INT 4 \
        "$FLAMESCOPE" --software --stats "$scratch/wayland.json" --dump "$scratch/talk.json" "$scratch/shop.perf.gz" >"$scratch/log" 2>&1
    kill $compositor $server
    cat "$scratch/log"
    grep -q '"first_pixels_ms": [1-9]' "$scratch/wayland.json" && says samples_total 11577
}
if command -v weston >/dev/null; then
    check "a window under Wayland" wayland
else
    skip "no weston: Wayland"
fi
finish
