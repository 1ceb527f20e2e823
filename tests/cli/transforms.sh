#!/bin/bash
# `export --to folded --transform …` against the same done on lists of frames (transforms.py).
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
here=$FLAMESCOPE_SOURCE/tests/cli

coproc THEIRS { python3 "$here/transforms.py" "$example"; } # one that answers, since it reads for a second

# in_lists TRANSFORM...: one chain, to $scratch/theirs.
in_lists() {
    local IFS=$'\t'
    set -- "$scratch/theirs" "$@"
    printf '%s\n' "$*" >&"${THEIRS[1]}" &&
        read -r said <&"${THEIRS[0]}" && [ "$said" = done ]
}

# same TRANSFORM...: one chain.
same() {
    options=()
    for transform in "$@"; do
        options+=(--transform "$transform")
    done
    "$FLAMESCOPE" export "$example" --to folded --idle keep "${options[@]}" >"$scratch/ours" &&
        in_lists "$@" && [ -s "$scratch/ours" ] && diff "$scratch/theirs" "$scratch/ours"
}

one_option_or_many() {
    "$FLAMESCOPE" export "$example" --to folded --transform 'hide-kernel||group=thread' >"$scratch/one" &&
        "$FLAMESCOPE" export "$example" --to folded --transform hide-kernel --transform group=thread >"$scratch/two" &&
        "$FLAMESCOPE" export "$example" --to folded --state 'transforms=hide-kernel||group%3Dthread' >"$scratch/state" &&
        diff "$scratch/one" "$scratch/two" && diff "$scratch/one" "$scratch/state"
}

off_is_nothing() {
    "$FLAMESCOPE" export "$example" --to folded --transform off:hide-kernel >"$scratch/off" &&
        "$FLAMESCOPE" export "$example" --to folded >"$scratch/plain" && diff "$scratch/off" "$scratch/plain"
}

check "as it is" same
for transform in hide-kernel group=process group=thread group=cpu group=event group=module \
    collapse-recursion collapse-direct 'collapse-module=libc.so.6' 'collapse-module=[kernel.kallsyms]' \
    'focus-function=parse_product' 'focus-function=parse_product|shop' 'drop-function=parse_product' \
    'merge-function=main|/srv/shop/shop' 'callers-of=hash_word' 'collapse-recursion=hash_word' \
    'focus-subtree=shop;__libc_start_call_main;main' 'merge-node=shop;__libc_start_call_main;main'; do
    check "$transform" same "$transform"
done
check "a chain" same group=process hide-kernel focus-function=main group=thread
check "another chain" same 'collapse-module=shop' 'merge-node=shop;shop' collapse-direct group=module
check "cpus and functions" same 'drop-function=hash_word' group=cpu collapse-recursion 'callers-of=main'
check "one option or many" one_option_or_many
check "one that is off" off_is_nothing
check "a wrong one" exits 2 "$FLAMESCOPE" export "$example" --to folded --transform nonsense
check "where it means nothing" exits 2 "$FLAMESCOPE" export "$example" --to heatmap-json --transform hide-kernel

# refolded FORMAT OPTION...: a file for another tool holds the stacks that the folded ones do
refolded() {
    format=$1
    shift
    "$FLAMESCOPE" export "$example" --to folded "$@" >"$scratch/folded" &&
        "$FLAMESCOPE" export "$example" --to "$format" -o "$scratch/it" "$@" &&
        python3 "$here/refold.py" "$format" "$scratch/it" >"$scratch/refolded" &&
        [ -s "$scratch/folded" ] && diff "$scratch/folded" "$scratch/refolded"
}
for format in speedscope pprof html; do
    for transform in hide-kernel group=process group=cpu group=module collapse-recursion collapse-direct \
        'collapse-module=[kernel.kallsyms]' focus-function=parse_product drop-function=parse_product \
        'merge-function=main|/srv/shop/shop' callers-of=hash_word 'merge-node=shop;__libc_start_call_main;main'; do
        check "$format: $transform" refolded $format --transform "$transform"
    done
    check "$format: a chain, a range and a filter" refolded $format --range 7.7..32.35 --filter 'comm!=shop cpu=0-1' --idle keep \
        --transform 'group=thread||hide-kernel||focus-function=start_thread||group=cpu'
done
cells() {
    "$FLAMESCOPE" export "$example" --to html --range 7.7..7.9 --transform 'drop-function=main||group=cpu' -o "$scratch/it" &&
        python3 "$here/refold.py" html --value cells "$scratch/it" >"$scratch/refolded" &&
        "$FLAMESCOPE" export "$example" --to folded --transform 'drop-function=main||group=cpu' | diff - "$scratch/refolded"
}
check "html: the cells hold the whole profile, transformed" cells
finish
