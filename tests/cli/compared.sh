#!/bin/bash
# Baselines in what is written for other tools: both sides are what --to folded prints of each.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
command -v python3 >/dev/null || { skip "no python3: comparisons in other formats"; finish; }
here=$FLAMESCOPE_SOURCE/tests/cli
report=$FLAMESCOPE_SOURCE/examples/report.perf.gz

export_to() { "$FLAMESCOPE" export "$@"; }

# sides FORMAT OPTION...: of the example, refolded into $scratch/a and $scratch/b
sides() {
    format=$1
    shift
    export_to "$example" --to "$format" "$@" -o "$scratch/it" &&
        python3 "$here/refold.py" "$format" "$scratch/it" >"$scratch/a" &&
        python3 "$here/refold.py" "$format" --base "$scratch/it" >"$scratch/b" &&
        [ -s "$scratch/a" ] && [ -s "$scratch/b" ]
}

# range FORMAT BASELINE OPTION...: a range against BASELINE, which folded knows as --range
range() {
    format=$1 b=$2
    shift 2
    sides "$format" --range 20..41 --baseline "$b" "$@" &&
        export_to "$example" --to folded --range 20..41 "$@" | diff - "$scratch/a" &&
        export_to "$example" --to folded --range "$b" "$@" | diff - "$scratch/b"
}

all() {
    sides "$1" --range 20..41 --baseline all &&
        export_to "$example" --to folded --range 20..41 | diff - "$scratch/a" &&
        export_to "$example" --to folded | diff - "$scratch/b"
}

rest() {
    format=$1
    shift
    sides "$format" --range 20..41 --baseline rest "$@" &&
        export_to "$example" --to folded "$@" >"$scratch/all" &&
        python3 "$here/foldmath.py" minus "$scratch/all" "$scratch/a" | diff - "$scratch/b"
}

file() {
    format=$1
    shift
    sides "$format" --baseline "$report" "$@" &&
        export_to "$example" --to folded "$@" | diff - "$scratch/a" &&
        export_to "$report" --to folded "$@" | diff - "$scratch/b"
}

by_state() { # a second file that the state names, and a range of it
    origin=$("$FLAMESCOPE" info --json "$report" 2>/dev/null | python3 -c 'import json,sys; print(json.load(sys.stdin)["origin_ns"])')
    sides "$1" --state "b=$report&base=$((origin + 500000000))..$((origin + 2000000000))&compare=file" &&
        export_to "$report" --to folded --range 0.5..2 | diff - "$scratch/b"
}

elided() { # one side alone is left, of what B has in stacks that A never was in
    export_to "$example" --to folded --range 20..41 >"$scratch/a" &&
        export_to "$example" --to folded --range 60..70 >"$scratch/b" &&
        export_to "$example" --to "$1" --range 20..41 --baseline 60..70 --state elided=1 -o "$scratch/it" &&
        python3 "$here/refold.py" "$1" "$scratch/it" >"$scratch/left" && [ -s "$scratch/left" ] &&
        python3 "$here/foldmath.py" elided "$scratch/b" "$scratch/a" | diff - "$scratch/left"
}

for format in speedscope pprof html; do
    check "$format: another range" range $format 60..70
    check "$format: in percent, filtered" range $format 50%..75% --filter 'comm=shop-web frame!~collect'
    check "$format: transformed" range $format 60..70 --transform 'hide-kernel||focus-function=start_thread||group=cpu'
    check "$format: everything" all $format
    check "$format: the rest" rest $format
    check "$format: the rest, transformed" rest $format --transform 'drop-function=main||group=thread'
    check "$format: a second file" file $format
    check "$format: a second file, transformed" file $format --transform 'collapse-recursion||group=process||group=cpu'
    check "$format: a second file by a state" by_state $format
done
check "speedscope: elided" elided speedscope
check "pprof: elided" elided pprof

weights() {
    cat >"$scratch/odd.txt" <<'EOF'
p 1/2 [000] 1.000000: 10 cycles:
	1 f (m)
	2 main (m)

p 1/2 [000] 1.300000: 30 cycles:
	1 g (m)
	2 main (m)

EOF
    "$FLAMESCOPE" export "$scratch/odd.txt" --to pprof --range 0..0.2 --baseline 0.2..2 --weight period -o "$scratch/it" &&
        python3 "$here/refold.py" pprof --value cycles "$scratch/it" | diff - <(echo 'p;main;f 10') &&
        python3 "$here/refold.py" pprof --value cycles --base "$scratch/it" | diff - <(echo 'p;main;g 30') &&
        python3 "$here/refold.py" pprof --value samples --base "$scratch/it" | diff - <(echo 'p;main;g 1')
}
check "pprof: both values of both sides" weights

names() { # each side says what it is
    export_to "$example" --to speedscope --range 20..41 --baseline 60..70 | python3 -c '
import json, sys
names = [p["name"] for p in json.load(sys.stdin)["profiles"]]
assert names == ["shop.perf.gz · 20.00 – 41.00 s", "baseline: 60.00 – 70.00 s"], names'
}
check "speedscope: names of both" names

# ---- what has no meaning --------------------------------------------------------------------

refuses() { # refuses STATUS WORDS FILE OPTION...
    status=$1 words=$2
    shift 2
    exits "$status" "$FLAMESCOPE" export "$@" 2>"$scratch/err" >"$scratch/out" &&
        [ ! -s "$scratch/out" ] && grep -q -- "$words" "$scratch/err" || {
        cat "$scratch/err"
        return 1
    }
}
printf 'a;b 3\n' >"$scratch/some.folded"
for format in speedscope pprof html; do
    check "$format: the rest of everything" refuses 2 'needs a --range' "$example" --to $format --baseline rest
    check "$format: no such file" refuses 1 'no/such' "$example" --to $format --baseline no/such
    check "$format: a range without times" refuses 2 'needs times' "$scratch/some.folded" --to $format --baseline 1..2
done
check "folded stacks of two" refuses 2 'baseline means nothing for folded' "$example" --to folded --baseline all

# ---- from the window ------------------------------------------------------------------------

saved() { # the window saves what the command line exports
    cat >"$scratch/script" <<EOF
open $example
wait load
do select.range 20..41
do compare.range 60..70
do tree.transform hide-kernel||group=cpu
do theme.set light
do export.$1 $scratch/saved
wait load
EOF
    rm -f "$scratch/saved"
    "$FLAMESCOPE" replay "$scratch/script" >/dev/null &&
        export_to "$example" --to "$1" --range 20..41 --baseline 60..70 --transform 'hide-kernel||group=cpu' $2 | cmp - "$scratch/saved"
}
for format in speedscope pprof; do
    check "save $format" saved $format
done
for format in html svg; do
    check "save $format" saved $format '--theme light'
done

saved_beside() { # with a second file, which may be closed at once
    cat >"$scratch/script" <<EOF
open $example
wait load
do compare.open $report
wait load
do export.pprof $scratch/saved
do compare.close
wait load
EOF
    rm -f "$scratch/saved"
    "$FLAMESCOPE" replay "$scratch/script" >/dev/null &&
        export_to "$example" --to pprof --baseline "$report" | cmp - "$scratch/saved"
}
check "save beside a second file" saved_beside
# Rows that stand for more samples than there are rows: only their weights say so.
printf 'a;b 30\na;c 10\n' >"$scratch/small.folded"
printf 'a;b 3000000000\na;c 1000000000\n' >"$scratch/large.folded"

counted() { # shares are the same on both sides, whichever is the larger
    export_to "$1" --to svg --baseline "$2" -o "$scratch/it.svg" &&
        [ "$(grep -c '+0.00 percentage points' "$scratch/it.svg")" -ge 4 ] &&
        ! grep -q '[+−][0-9.]*[1-9][0-9.]* percentage points' "$scratch/it.svg"
}
check "few against very many" counted "$scratch/small.folded" "$scratch/large.folded"
check "very many against few" counted "$scratch/large.folded" "$scratch/small.folded"

all_counted() { export_to "$scratch/large.folded" --to folded "$@" | diff "$scratch/large.folded" -; }
check "every event's counts" all_counted --event all
check "every event's counts, idle as FlameScope's" all_counted --idle flamescope

round() { # one type of value, which is what the counts are
    export_to "$scratch/large.folded" --to pprof -o "$scratch/it.pb.gz" &&
        export_to "$scratch/it.pb.gz" --to folded | diff "$scratch/large.folded" - &&
        [ "$(gzip -dc "$scratch/it.pb.gz" | grep -ac weight)" = 0 ]
}
check "counts in pprof" round
finish
