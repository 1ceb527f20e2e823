#!/bin/bash
# Exports agree with each other: a pipe and a file, any number of threads, ranges that add up.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
sum() { awk '{ n += $NF } END { print n + 0 }' "$1"; }

folded() { "$FLAMESCOPE" export "$example" --to folded "$@"; }

threads() {
    folded --threads 1 >"$scratch/one" && folded --threads 8 >"$scratch/eight" &&
        diff "$scratch/one" "$scratch/eight"
}

pipe() {
    folded >"$scratch/file" && gzip -dc "$example" | "$FLAMESCOPE" export - --to folded >"$scratch/pipe" &&
        diff "$scratch/file" "$scratch/pipe"
}

halves() {
    folded --range 0%..37% >"$scratch/a" && folded --range 37%..100% >"$scratch/b" && folded >"$scratch/all" || return 1
    a=$(sum "$scratch/a") b=$(sum "$scratch/b") all=$(sum "$scratch/all")
    [ "$a" -gt 0 ] && [ "$b" -gt 0 ] && [ $((a + b)) = "$all" ] || {
        echo "$a + $b is not $all"
        return 1
    }
}

heat_sum() {
    "$FLAMESCOPE" export "$example" --to heatmap-json >"$scratch/heat" && folded >"$scratch/all" || return 1
    heat=$(python3 -c 'import json,sys; print(sum(sum(c) for c in json.load(open(sys.argv[1]))["values"]))' "$scratch/heat")
    [ "$heat" = "$(sum "$scratch/all")" ] || {
        echo "$heat in the heat map, $(sum "$scratch/all") folded"
        return 1
    }
}

filters() {
    with=$(folded --filter 'comm=shop-index' >"$scratch/with"; sum "$scratch/with")
    without=$(folded --filter 'comm!=shop-index' >"$scratch/without"; sum "$scratch/without")
    all=$(folded >"$scratch/all"; sum "$scratch/all")
    [ "$with" -gt 0 ] && [ $((with + without)) = "$all" ] || {
        echo "$with + $without is not $all"
        return 1
    }
}

idle() {
    hidden=$(folded >"$scratch/a"; sum "$scratch/a")
    kept=$(folded --idle keep >"$scratch/b"; sum "$scratch/b")
    "$FLAMESCOPE" info --json "$example" >"$scratch/info" 2>/dev/null
    said=$(python3 -c 'import json,sys; i=json.load(open(sys.argv[1])); print(i["idle_samples"], i["samples"])' "$scratch/info")
    [ "$((kept - hidden)) $kept" = "$said" ] || {
        echo "idle: $((kept - hidden)) of $kept, info says $said"
        return 1
    }
}

picture() {
    "$FLAMESCOPE" export "$example" --to png --size 1280x720 -o "$scratch/p.png" "$@" &&
        [ "$(head -c 8 "$scratch/p.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ]
}

truncated() {
    head -c 100000 "$example" >"$scratch/cut.gz"
    "$FLAMESCOPE" info --json "$scratch/cut.gz" >"$scratch/info" 2>"$scratch/err" || return 1
    grep -q '"truncated"' "$scratch/info" && [ -s "$scratch/err" ]
}

over_itself() { # what is read is not written over, by whatever name, nor what it is compared with
    cp "$example" "$scratch/mine" && ln "$scratch/mine" "$scratch/twin" && ln -s mine "$scratch/link" || return 1
    for out in mine twin link; do
        exits 2 "$FLAMESCOPE" export "$scratch/mine" --to folded -o "$scratch/$out" 2>/dev/null || return 1
    done
    exits 2 "$FLAMESCOPE" export "$example" --to svg --baseline "$scratch/mine" -o "$scratch/mine" 2>/dev/null &&
        cmp "$example" "$scratch/mine"
}

bad_baseline() { # nothing is drawn that compares with what is no profile
    echo 'no profile' >"$scratch/bad"
    head -c 60 "$example" >"$scratch/short"
    for other in bad short nosuch; do
        for kind in png svg; do
            exits 1 "$FLAMESCOPE" export "$example" --to $kind --baseline "$scratch/$other" -o "$scratch/o" 2>"$scratch/err" || return 1
            grep -q "$other" "$scratch/err" && ! [ -e "$scratch/o" ] || return 1
        done
    done
}

other_event() { # nor with what has no sample of the same kind
    printf 'app 7 5.1: other: \n\t1 work (/bin/app)\n\n' >"$scratch/other.txt"
    for kind in svg html speedscope pprof; do
        exits 1 "$FLAMESCOPE" export "$example" --to $kind --baseline "$scratch/other.txt" -o "$scratch/o" 2>"$scratch/err" &&
            grep -q 'no samples of cpu-clock in other.txt, which has other' "$scratch/err" && ! [ -e "$scratch/o" ] || return 1
    done
}

# Calls are drawn by their time; for other tools a sample is one, from the window as from here.
saved_calls() {
    printf '[{"ph":"X","pid":1,"tid":1,"name":"a","ts":0,"dur":1},{"ph":"X","pid":1,"tid":1,"name":"b","ts":10,"dur":9000}]' >"$scratch/calls.json"
    printf 'size 1280x720\nwait load\nat 1\ndo export.folded %s\nat 2\n' "$scratch/window.folded" >"$scratch/save.txt"
    "$FLAMESCOPE" replay "$scratch/save.txt" "$scratch/calls.json" >/dev/null &&
        "$FLAMESCOPE" export "$scratch/calls.json" --to folded >"$scratch/here.folded" &&
        grep -q '^thread 1;b 9$' "$scratch/here.folded" && cmp "$scratch/window.folded" "$scratch/here.folded"
}

picture_threads() { # and with a second file
    for kind in png svg; do
        for n in 1 8; do
            "$FLAMESCOPE" export "$example" --to $kind --size 1280x720 --threads $n -o "$scratch/t$n.$kind" &&
                "$FLAMESCOPE" export "$example" --to $kind --threads $n --baseline "$example" -o "$scratch/b$n.$kind" || return 1
        done
        cmp "$scratch/t1.$kind" "$scratch/t8.$kind" && cmp "$scratch/b1.$kind" "$scratch/b8.$kind" || return 1
    done
}

check "1 and 8 threads give the same pictures" picture_threads
check "calls are saved as samples" saved_calls
check "a comparison without the event" other_event
check "an export does not replace what it is made of" over_itself
check "a comparison with what is no profile" bad_baseline
check "1 and 8 threads give the same stacks" threads
check "a pipe and a .gz file give the same stacks" pipe
check "two ranges add up to the whole" halves
check "the heat map counts what the stacks count" heat_sum
check "a filter and its opposite add up" filters
check "idle samples are hidden and counted" idle
check "a picture" picture
check "a light picture of a range" picture --theme light --range 7.7..7.9 --search collect
check "a truncated .gz loads, and says so" truncated
unnumbered() { # processes whose ids the recording does not say are told apart by their names
    for at in 1 2 3; do
        printf 'java 47%d1 [000] %d.000000: cycles:\n\t1 f (/j)\n\n' $at $at
        printf 'nginx 99 [001] %d.500000: cycles:\n\t1 g (/n)\n\n' $at
    done >"$scratch/names.txt"
    for by in process thread; do
        "$FLAMESCOPE" export "$scratch/names.txt" --to heatmap-json --heat-rows $by | tr -d ' \n' >"$scratch/$by" || return 1
    done
    grep -q '"rows":\["java","nginx"\]' "$scratch/process" && grep -q '"comm":"java","samples":3' "$scratch/process" &&
        grep -q '"tid":4731' "$scratch/thread"
}
check "rows of processes without ids" unnumbered
finish
