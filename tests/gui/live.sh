#!/bin/bash
# Live: a pipe from perf, a text file that grows, and `flamescope record`, each in a real window while
# samples arrive; at the end the window must have them all.
. "$FLAMESCOPE_SOURCE/tests/gui/lib.sh"

appears() {
    for _ in $(seq 100); do
        xdotool search --onlyvisible --name FlameScope >/dev/null 2>&1 && return
        sleep 0.1
    done
    echo "no window appeared"
    return 1
}

# quit KEYS...: what a hand does while samples arrive, then the end.
keys() {
    for key in "$@"; do
        xdotool key "$key"
        sleep 0.3
    done
}

says() { # says FILE NAME VALUE: the dump has that, or at least as much
    python3 - "$@" <<'PY'
import json, sys
have = json.load(open(sys.argv[1]))[sys.argv[2]]
ok = have >= int(sys.argv[3]) if sys.argv[3].isdigit() else have == sys.argv[3]
sys.exit(0 if ok else f"{sys.argv[2]} is {have}, not {sys.argv[3]}")
PY
}

samples() { # samples FROM TO: perf script's text of them
    for i in $(seq "$1" "$2"); do
        printf 'app 7 [000] %d.%06d: cycles: \n\t  1 work (/bin/app)\n\n' $((i / 10)) $((i % 10 * 100000))
    done
}

grows() {
    samples 10 20 >"$scratch/grows.txt"
    "$FLAMESCOPE" --size 1280x720 --follow --dump "$scratch/grows.json" "$scratch/grows.txt" &
    program=$!
    appears || return 1
    samples 21 40 >>"$scratch/grows.txt"
    keys z # paused: the next ones are not shown …
    samples 41 200 >>"$scratch/grows.txt"
    keys z End # … and now they are
    samples 201 300 >>"$scratch/grows.txt"
    sleep 1
    keys ctrl+period
    sleep 0.5
    keys ctrl+q
    wait $program && says "$scratch/grows.json" samples_total 291
}

pipes() {
    (samples 10 100; sleep 3; samples 101 150) | "$FLAMESCOPE" --size 1280x720 --dump "$scratch/pipe.json" - &
    program=$!
    appears || return 1
    sleep 4
    keys ctrl+q
    wait $program && says "$scratch/pipe.json" samples_total 141
}

# A thousand samples a second of something busy, for two seconds.
busy='end = __import__("time").time() + 2
while __import__("time").time() < end: pass'

perf_pipe() {
    perf record -q -F 999 -g -o - -- python3 -c "$busy" 2>/dev/null | "$FLAMESCOPE" --size 1280x720 --dump "$scratch/perf.json" - &
    program=$!
    appears || return 1
    sleep 4
    keys ctrl+q
    wait $program && says "$scratch/perf.json" samples_total 500 && says "$scratch/perf.json" format perf.data
}

# A recording that another perf writes to a file: its samples are seen before it ends, and then all.
perf_file() {
    perf record -q -F 999 -g -o "$scratch/grow.data" -- python3 -c "$busy" 2>/dev/null &
    recorder=$!
    for _ in $(seq 50); do [ -s "$scratch/grow.data" ] && break; sleep 0.1; done
    "$FLAMESCOPE" --size 1280x720 --follow --dump "$scratch/file.json" "$scratch/grow.data" &
    program=$!
    appears || return 1
    wait $recorder
    sleep 1
    keys ctrl+q
    wait $program && says "$scratch/file.json" samples_total 500 || return 1
    shown=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["samples_total"])' "$scratch/file.json")
    "$FLAMESCOPE" info --json "$scratch/grow.data" >"$scratch/info.json" && grep -q "\"samples\": $shown," "$scratch/info.json"
}

records() {
    "$FLAMESCOPE" record -F 999 -o "$scratch/made.data" --size 1280x720 --dump "$scratch/made.json" -- python3 -c "$busy" &
    program=$!
    appears || return 1
    keys z
    keys z End
    sleep 4
    keys ctrl+q
    wait $program && says "$scratch/made.json" samples_total 500 || return 1
    shown=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["samples_total"])' "$scratch/made.json")
    "$FLAMESCOPE" info --json "$scratch/made.data" >"$scratch/info.json" && grep -q "\"samples\": $shown," "$scratch/info.json" ||
        { echo "the window had $shown"; head -c 400 "$scratch/info.json"; return 1; }
    # and perf reads it, too
    perf script -i "$scratch/made.data" >"$scratch/made.txt" 2>/dev/null && grep -q python "$scratch/made.txt"
}

# A program that works little fills no buffer of perf's: it is seen all the same, and stopping it is no failure.
lazy='import time
while True:
    until = time.time() + 0.05
    while time.time() < until: pass
    time.sleep(0.2)'
records_lazy() {
    "$FLAMESCOPE" record -o "$scratch/lazy.data" --size 1280x720 --dump "$scratch/lazy.json" -- python3 -c "$lazy" 2>"$scratch/lazy.err" &
    program=$!
    appears || return 1
    sleep 4
    "$FLAMESCOPE" info --json "$scratch/lazy.data" >"$scratch/info.json" 2>/dev/null
    grep -q '"samples": [1-9]' "$scratch/info.json" || { kill $program; return 1; }
    keys ctrl+q
    wait $program && grep -q "recorded into" "$scratch/lazy.err" && says "$scratch/lazy.json" samples_total 10
}

check "a file that grows" grows
check "a pipe that pauses" pipes
if perf record -q -F 99 -g -o "$scratch/can.data" -- true >/dev/null 2>&1; then
    check "perf record into a pipe" perf_pipe
    check "perf record into a file" perf_file
    check "flamescope record" records
    check "flamescope record of what works little" records_lazy
else
    skip "perf cannot record here"
fi
finish
