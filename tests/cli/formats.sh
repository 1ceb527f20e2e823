#!/bin/bash
# What is written for other tools holds the same counts as the folded stacks of the same question.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
command -v python3 >/dev/null || { skip "no python3: speedscope, pprof"; finish; }
here=$FLAMESCOPE_SOURCE/tests/cli

export_to() { "$FLAMESCOPE" export "$@"; }

# same FORMAT FILE OPTION...: refolded it is what --to folded prints
same() {
    format=$1 file=$2
    shift 2
    export_to "$file" --to folded "$@" >"$scratch/folded" &&
        export_to "$file" --to "$format" -o "$scratch/it" "$@" &&
        python3 "$here/refold.py" "$format" "$scratch/it" >"$scratch/refolded" &&
        [ -s "$scratch/folded" ] && diff "$scratch/folded" "$scratch/refolded"
}

report=$FLAMESCOPE_SOURCE/examples/report.perf.gz
printf 'a;b;c 7\na;b 3\nd;\xff\xfe;x;y 100000000\na;b;c 2\n' >"$scratch/some.folded"
# late samples, two events, weights, a name with a quote and one that is not UTF-8
cat >"$scratch/odd.txt" <<'EOF'
p 1/2 [000] 1.000000: 10 cycles:
	1 f"\ (m)
	2 main (m)

p 1/2 [000] 1.300000: 30 cycles:
	1 g (m)
	2 main (m)

p 1/2 [000] 1.100000: 500 cycles:
	1 g (n)
	2 main (m)

q;r 3/3 [001] 1.200000: 7 faults:
	1 main (m)

EOF

for format in speedscope pprof html; do
    check "$format: the whole" same $format "$example"
    check "$format: a range" same $format "$example" --range 7.7..12.35
    check "$format: a filter" same $format "$example" --filter 'comm=shop-web frame!~collect'
    check "$format: cpu filter" same $format "$example" --filter 'cpu=1' --range 10%..60%
    check "$format: idle samples" same $format "$example" --idle keep
    check "$format: weights" same $format "$report" --weight period
    check "$format: late samples" same $format "$scratch/odd.txt"
    check "$format: weights of late samples" same $format "$scratch/odd.txt" --weight period
    check "$format: all events" same $format "$scratch/odd.txt" --event all
    check "$format: another event" same $format "$scratch/odd.txt" --event faults
done
no_times() { # a name that is not UTF-8 cannot be written as it is
    export_to "$scratch/some.folded" --to "$1" -o "$scratch/it" &&
        python3 "$here/refold.py" "$1" "$scratch/it" >"$scratch/refolded" &&
        diff "$scratch/refolded" - <<'EOF'
a;b 3
a;b;c 9
d;��;x;y 100000000
EOF
}
check "speedscope: folded, without times" no_times speedscope
check "pprof: folded, without times" no_times pprof
check "html: folded, without times" no_times html
every_cell() {
    export_to "$example" --to html --range 7.7..7.9 --rows 33 --column 2s -o "$scratch/it" &&
        python3 "$here/refold.py" html --value cells "$scratch/it" >"$scratch/refolded" &&
        export_to "$example" --to folded | diff - "$scratch/refolded"
}
check "html: the cells hold the whole profile" every_cell
no_requests() { # nothing in it names another place
    export_to "$example" --to html -o "$scratch/it" && export_to "$example" --to svg -o "$scratch/it.svg" &&
        grep -q "default-src 'none'" "$scratch/it" &&
        ! grep -E '(src|href)=|@import|url\(|fetch\(|XMLHttpRequest|import\(' "$scratch/it" "$scratch/it.svg" | cut -c 1-200 | grep .
}
check "pages ask for nothing" no_requests

in_time_order() {
    export_to "$scratch/odd.txt" --to speedscope >"$scratch/it" &&
        python3 - "$scratch/it" <<'EOF'
import json, sys
whole = json.load(open(sys.argv[1]))
profile, frames = whole['profiles'][0], whole['shared']['frames']
leaves = [frames[s[-1]] for s in profile['samples']]
assert [f['name'] for f in leaves] == ['f"\\', 'g', 'g'], leaves
assert [f['file'] for f in leaves] == ['m', 'n', 'm'], leaves
EOF
}
check "speedscope: time order" in_time_order
pprof_weights() {
    export_to "$scratch/odd.txt" --to pprof >"$scratch/it" &&
        python3 "$here/refold.py" pprof --value cycles "$scratch/it" >"$scratch/refolded" &&
        export_to "$scratch/odd.txt" --to folded --weight period | diff - "$scratch/refolded"
}
check "pprof: both values in one file" pprof_weights
# A heap is shown by its bytes, unless its objects are asked for.
heap() {
    printf '{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[{"name":"main"},{"name":"grow"}]},
"profiles":[{"type":"sampled","name":"heap","unit":"bytes","startValue":0,"endValue":4144,"samples":[[0],[0,1]],"weights":[48,4096]}]}' \
        >"$scratch/heap.json"
    printf 'heap;main 48\nheap;main;grow 4096\n' >"$scratch/want"
    export_to "$scratch/heap.json" --to folded | diff "$scratch/want" - &&
        export_to "$scratch/heap.json" --to folded --weight bytes | diff "$scratch/want" - &&
        export_to "$scratch/heap.json" --to pprof -o "$scratch/heap.pb" &&
        export_to "$scratch/heap.pb" --to folded | diff "$scratch/want" - &&
        sed 's/ [0-9]*$/ 1/' "$scratch/want" | diff - <(export_to "$scratch/heap.pb" --to folded --weight samples)
}
check "a heap weighs bytes" heap

# ---- wrong combinations, and where the output goes ------------------------------------------

refuses() { # refuses WORDS OPTION...
    words=$1
    shift
    exits 2 "$FLAMESCOPE" export "$example" "$@" 2>"$scratch/err" >"$scratch/out" &&
        [ ! -s "$scratch/out" ] && grep -q -- "$words" "$scratch/err" || {
        cat "$scratch/err"
        return 1
    }
}
check "a size of folded stacks" refuses '--size means nothing for folded; it does for png' --to folded --size 800x600
check "a theme of pprof" refuses '--theme means nothing for pprof' --to pprof --theme dark
check "a zoom of speedscope" refuses '--zoom means nothing for speedscope' --to speedscope --zoom a
check "rows of a flame graph" refuses '--rows means nothing for svg' --to svg --rows 20
check "a range of all numbers" refuses '--range means nothing for heatmap-json' --to heatmap-json --range 1..2
check "no such format" refuses 'png, svg' --to jpeg
check "no format" refuses 'needs to know what to write' --range 1..2
check "no such view" refuses '"sideways"' --to svg --view sideways

to_stdout() {
    export_to "$example" --to "$1" -o "$scratch/file" && export_to "$example" --to "$1" >"$scratch/plain" &&
        export_to "$example" --to "$1" -o - >"$scratch/dash" &&
        cmp "$scratch/file" "$scratch/plain" && cmp "$scratch/file" "$scratch/dash"
}
for format in svg html folded speedscope pprof heatmap-json; do
    check "$format to standard output" to_stdout $format
done
by_state() { # a state says what options say
    origin=$("$FLAMESCOPE" info --json "$example" 2>/dev/null | python3 -c 'import json,sys; print(json.load(sys.stdin)["origin_ns"])')
    state="sel=$((origin + 7700000000))..$((origin + 9000000000))&filter=comm%3Dshop-web&idle=keep"
    export_to "$example" --to "$1" --state "$state" >"$scratch/a" &&
        export_to "$example" --to "$1" --range 7.7..9 --filter comm=shop-web --idle keep >"$scratch/b" &&
        cmp "$scratch/a" "$scratch/b"
}
for format in svg folded speedscope pprof; do
    check "$format by a state" by_state $format
done

# ---- from the window ------------------------------------------------------------------------

saved() { # the window saves what the command line exports
    cat >"$scratch/script" <<EOF
open $example
wait load
do select.range 7.7..12.35
do filter.add comm=shop-web
do theme.set light
do export.$1 $scratch/saved
wait load
EOF
    rm -f "$scratch/saved"
    "$FLAMESCOPE" replay "$scratch/script" >/dev/null &&
        export_to "$example" --to "$1" --range 7.7..12.35 --filter comm=shop-web $2 | cmp - "$scratch/saved"
}
for format in svg html; do
    check "save $format" saved $format '--theme light'
done
for format in folded speedscope pprof; do
    check "save $format" saved $format
done

linked() { # what Ctrl+L copies shows the same again, whatever the file is called
    odd="$scratch/it's \$HOME \"odd\" & 100%.perf.gz"
    cp "$example" "$odd"
    cat >"$scratch/script" <<EOF
open "$odd"
wait load
do select.range 7.7..12.35
do filter.add comm=shop-web frame!~it's
key I
key Ctrl+L
dump clipboard
EOF
    "$FLAMESCOPE" replay "$scratch/script" >"$scratch/line" || return 1
    cat "$scratch/line"
    eval "set -- $(cat "$scratch/line")"
    [ "$1" = flamescope ] && [ "$3" = --state ] && [ $# = 4 ] && [ "$2" = "$odd" ] || return 1
    shift
    "$FLAMESCOPE" export "$@" --to folded >"$scratch/a" &&
        export_to "$example" --to folded --range 7.7..12.35 --filter "comm=shop-web frame!~it's" | diff - "$scratch/a" &&
        "$FLAMESCOPE" export "$@" --to svg | grep -q 'data-shape="icicle"'
}
check "a link shows the same again" linked
finish
