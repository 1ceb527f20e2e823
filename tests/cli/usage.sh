#!/bin/bash
# Exit statuses, words for what is wrong, and the README's key table.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
printf 'not a profile, just words\nand more of them\n' >"$scratch/words.txt"
: >"$scratch/empty.txt"

says() { # says WORDS COMMAND...: standard error mentions WORDS
    words=$1
    shift
    "$@" 2>"$scratch/err" >/dev/null
    grep -q -- "$words" "$scratch/err" || {
        cat "$scratch/err"
        return 1
    }
}

prints() {
    words=$1
    shift
    "$@" 2>/dev/null | grep -q -- "$words"
}

check "no such file" exits 1 "$FLAMESCOPE" info "$scratch/nothing"
check "words for no such file" says "nothing: " "$FLAMESCOPE" info "$scratch/nothing"
check "an empty file" exits 1 "$FLAMESCOPE" info "$scratch/empty.txt"
check "not a profile" exits 1 "$FLAMESCOPE" info "$scratch/words.txt"
check "not a profile, as a picture" exits 1 "$FLAMESCOPE" export "$scratch/words.txt" --to png -o "$scratch/x.png"
check "no picture is left behind" [ ! -e "$scratch/x.png" ]
check "no profile" exits 2 "$FLAMESCOPE" info
check "unknown option" exits 2 "$FLAMESCOPE" info --colour x "$example"
check "an option of another verb" exits 2 "$FLAMESCOPE" info --to png "$example"
for way in dwarf,9x dwarf,70000 dwarf, frames ""; do
    check "callers by '$way'" exits 2 "$FLAMESCOPE" record --call-graph "$way" -- true
done
check "missing value" exits 2 "$FLAMESCOPE" export "$example" --to
check "bad range" exits 2 "$FLAMESCOPE" export "$example" --to folded --range 5
check "bad rows" exits 2 "$FLAMESCOPE" export "$example" --to png --rows 0
check "bad filter" exits 2 "$FLAMESCOPE" export "$example" --to folded --filter 'colour=red'
check "no such event" exits 2 "$FLAMESCOPE" export "$example" --to folded --event nope
check "a weight that the event has not" exits 2 "$FLAMESCOPE" export "$example" --to folded --weight bytes
check "words for it" says "the weight of cpu-clock is period, not time" "$FLAMESCOPE" export "$example" --to svg --weight time
check "a weight that it has" exits 0 "$FLAMESCOPE" export "$example" --to folded --weight period
check "what a number can be" says "1 to 1000" "$FLAMESCOPE" export "$example" --to png --rows 0
check "what a word can be" says "dark, light, projector" "$FLAMESCOPE" --theme nice "$example"
check "a search that is no expression" exits 2 "$FLAMESCOPE" export "$example" --to svg --search '('
check "words for it" says "search.*closing" "$FLAMESCOPE" export "$example" --to svg --search '('
check "a verb that is none" says "exprot is neither" "$FLAMESCOPE" exprot "$example"
check "an empty range is said" says "leave no sample" "$FLAMESCOPE" export "$example" --to folded --range 500..600
check "and in a picture" says "leave no sample" "$FLAMESCOPE" export "$example" --to svg --transform focus-function=nosuch -o "$scratch/x.svg"
check "a frame that is not there" says "no frame to zoom" "$FLAMESCOPE" export "$example" --to svg --zoom 'a;b' -o "$scratch/x.svg"
# A pack names what cannot be written.
check "a pack that cannot be written" says "nowhere/x.fscope: cannot" "$FLAMESCOPE" pack "$example" -o "$scratch/nowhere/x.fscope"
# What is read is not written over, by no verb and no option.
cp "$example" "$scratch/kept.gz"
printf 'size 640x400\n' >"$scratch/script"
kept() { "$@" >"$scratch/said" 2>&1; [ $? = 2 ] && grep -q 'would be replaced' "$scratch/said" && cmp "$example" "$scratch/kept.gz"; }
check "info keeps its profile" kept "$FLAMESCOPE" info "$scratch/kept.gz" -o "$scratch/kept.gz"
check "collapse keeps its profile" kept "$FLAMESCOPE" collapse "$scratch/kept.gz" -o "$scratch/kept.gz"
check "replay keeps its script" kept "$FLAMESCOPE" replay "$scratch/script" "$scratch/kept.gz" -o "$scratch/script"
check "replay keeps its profile" kept "$FLAMESCOPE" replay "$scratch/script" "$scratch/kept.gz" -o "$scratch/kept.gz"
check "figures do not replace the profile" kept "$FLAMESCOPE" "$scratch/kept.gz" --stats "$scratch/kept.gz"
: >"$scratch/kept.gz.scenes"
check "an export keeps the scenes" kept "$FLAMESCOPE" export "$scratch/kept.gz" --to html --scenes -o "$scratch/kept.gz.scenes"
check "the second file of a state is kept" kept "$FLAMESCOPE" export "$example" --to folded --state "b=$scratch/kept.gz" -o "$scratch/kept.gz"
# What cannot both be meant, or means nothing.
check "a flag with a value" says "takes no value" "$FLAMESCOPE" info --json=no "$example"
check "the tour and a profile" says "of its own" "$FLAMESCOPE" --demo "$example"
check "two painters" says "not both" "$FLAMESCOPE" --software --gpu "$example"
check "everything and one process" says "not both" "$FLAMESCOPE" record -a -p 1
check "a command and a duration" says "ends by itself" "$FLAMESCOPE" record --duration 3 -- true
check "a recording into nothing" says "needs a file" "$FLAMESCOPE" record -o - -- true
check "a table as svg" says "png alone" "$FLAMESCOPE" export "$example" --to svg --view table
check "figures of info" exits 2 "$FLAMESCOPE" info --stats "$scratch/x" "$example"
check "no display" exits 1 env -u DISPLAY -u WAYLAND_DISPLAY "$FLAMESCOPE" "$example"
check "words for no display" says export env -u DISPLAY -u WAYLAND_DISPLAY "$FLAMESCOPE" "$example"
check "help" prints "usage: flamescope" "$FLAMESCOPE" --help
for verb in info export collapse replay pack; do
    check "$verb --help" prints "usage: flamescope $verb" "$FLAMESCOPE" "$verb" --help
done
check "version" prints "flamescope [0-9]" "$FLAMESCOPE" --version

keys_in_readme() {
    "$FLAMESCOPE" --keys >"$scratch/keys"
    sed -n '/^| keys | command/,/^$/p' "$FLAMESCOPE_SOURCE/README.md" | grep '^|' >"$scratch/readme"
    diff "$scratch/readme" "$scratch/keys"
}
check "README's key table" keys_in_readme
finish
