#!/bin/bash
# Packs: the same answers as from the text, from a pipe, when interrupted, and from the cache.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
export XDG_CACHE_HOME=$scratch/cache
unset FLAMESCOPE_CACHE
gzip -dc "$example" >"$scratch/shop.txt"
pack=$scratch/shop.fscope
other=$FLAMESCOPE_SOURCE/examples/$(ls "$FLAMESCOPE_SOURCE/examples" | grep 'gz$' | grep -v shop | head -n 1)

folded() { "$FLAMESCOPE" export "$@" --to folded; }
facts() { "$FLAMESCOPE" info --json "$1" | grep -v -e '"bytes"' -e _seconds -e rss -e threads_used; }

says() { # says WORDS STATUS COMMAND...
    words=$1 want=$2
    shift 2
    "$@" >/dev/null 2>"$scratch/err"
    got=$?
    grep -q -- "$words" "$scratch/err" && [ $got = "$want" ] || {
        echo "status $got:"
        cat "$scratch/err"
        return 1
    }
}

make() { "$FLAMESCOPE" pack "$example" -o "$pack"; }

same_exports() {
    for range in 0%..100% 0..1 3.25..7.5 10%..11%; do
        for file in "$scratch/shop.txt" "$example" "$pack"; do
            folded "$file" --range $range >"$scratch/folded.${file##*.}" || return 1
        done
        cmp "$scratch/folded.txt" "$scratch/folded.gz" && cmp "$scratch/folded.txt" "$scratch/folded.fscope" || return 1
    done
}

# A pack's own heat map is of the event that the text opens with: here not the first, which is rare.
rare_first() {
    awk 'BEGIN {
        for (i = 0; i < 1000; i++)
            printf "app 1 [000] %d.%06d: 1 %s:\n\tffff main (/app)\n\n", i / 100, i % 100 * 10000, i % 250 ? "clock" : "faults"
    }' >"$scratch/rare.txt"
    "$FLAMESCOPE" pack "$scratch/rare.txt" -o "$scratch/rare.fscope" || return 1
    for file in rare.txt rare.fscope; do
        "$FLAMESCOPE" export "$scratch/$file" --to folded --no-cache >"$scratch/folded" &&
            [ "$(awk '{ n += $NF } END { print n }' "$scratch/folded")" = 996 ] &&
            "$FLAMESCOPE" export "$scratch/$file" --to heatmap-json --no-cache >"$scratch/heat.$file" || return 1
    done
    cmp "$scratch/heat.rare.txt" "$scratch/heat.rare.fscope"
}

same_pictures() { # the window says how the file is called
    mkdir "$scratch/p" && cp "$pack" "$scratch/p/${example##*/}" || return 1
    for what in "--to heatmap-json" "--to heatmap-json --rows 64 --column 2s" "--to heatmap-json --idle keep" "--to png --dejavu"; do
        "$FLAMESCOPE" export "$example" $what >"$scratch/a" && "$FLAMESCOPE" export "$scratch/p/${example##*/}" $what >"$scratch/b" &&
            cmp "$scratch/a" "$scratch/b" || return 1
    done
}

same_facts() {
    for file in "$example" "$other"; do
        "$FLAMESCOPE" pack "$file" -o "$scratch/facts.fscope" && facts "$file" >"$scratch/a" &&
            facts "$scratch/facts.fscope" >"$scratch/b" && diff "$scratch/a" "$scratch/b" || return 1
    done
}

by_content() { cp "$pack" "$scratch/no_name" && folded "$scratch/no_name" | cmp - <(folded "$example"); }

pipe() {
    "$FLAMESCOPE" pack - -o "$scratch/pipe.fscope" <"$scratch/shop.txt" && cmp "$pack" "$scratch/pipe.fscope" &&
        "$FLAMESCOPE" pack "$pack" -o "$scratch/again.fscope" && cmp "$pack" "$scratch/again.fscope"
}

threads() {
    for n in 1 2 5; do
        "$FLAMESCOPE" pack --threads $n "$example" -o "$scratch/n.fscope" && cmp "$pack" "$scratch/n.fscope" || return 1
    done
}

interrupted() { # interrupted SIGNAL
    mkdir -p "$scratch/empty" && mkfifo "$scratch/fifo.$1" || return 1
    # (bash lets what it starts behind its back ignore SIGINT)
    env --default-signal=INT "$FLAMESCOPE" pack - -o "$scratch/empty/x.fscope" <"$scratch/fifo.$1" 2>"$scratch/err" &
    job=$!
    exec 9>"$scratch/fifo.$1"
    cat "$scratch/shop.txt" >&9
    kill -"$1" $job
    wait $job
    status=$?
    exec 9>&-
    [ $status != 0 ] && [ -z "$(ls -A "$scratch/empty")" ] || {
        echo "status $status, left: $(ls -A "$scratch/empty")"
        return 1
    }
    [ "$1" = KILL ] || grep -q stopped "$scratch/err"
}

damaged() {
    cp "$pack" "$scratch/bad.fscope" && size=$(stat -c %s "$pack") || return 1
    for at in 20 200 $((size / 2)) $((size - 100)); do
        cp "$pack" "$scratch/bad.fscope"
        byte=$(od -An -tu1 -j "$at" -N1 "$pack" | tr -d ' ')
        printf "\\$(printf %o $((byte ^ 64)))" | dd of="$scratch/bad.fscope" bs=1 seek="$at" conv=notrunc 2>/dev/null
        if folded "$scratch/bad.fscope" >"$scratch/bad.out" 2>"$scratch/err"; then
            cmp "$scratch/bad.out" <(folded "$example") || return 1
        else
            grep -q -e damaged -e 'newer' "$scratch/err" || return 1
        fi
    done
    head -c $((size - 1)) "$pack" >"$scratch/short.fscope"
    says 'cut off' 1 "$FLAMESCOPE" info "$scratch/short.fscope"
}

check "a pack is made" make
check "exports of text, .gz and pack are the same" same_exports
check "pictures and heat maps are the same" same_pictures
check "the event that a rare first one gives way to" rare_first
check "facts are the same" same_facts
check "recognised by content, not by name" by_content
check "from a pipe, and from a pack" pipe
check "any number of threads" threads
for signal in INT TERM KILL; do
    check "interrupted by SIG$signal, nothing is left" interrupted $signal
done
check "damage and cuts are told" damaged
check "no -o" says 'needs -o' 2 "$FLAMESCOPE" pack "$example"
check "onto itself" says 'would be replaced' 2 "$FLAMESCOPE" pack "$scratch/shop.txt" -o "$scratch/./shop.txt"
check "into no folder" says 'No such file' 1 "$FLAMESCOPE" pack "$example" -o "$scratch/nowhere/x.fscope"
check "not a profile" says 'no profile' 1 "$FLAMESCOPE" pack "$FLAMESCOPE_SOURCE/README.md" -o "$scratch/readme.fscope"
check "nothing is left of that" [ ! -e "$scratch/readme.fscope" ]
check "collapse wants text" says 'keeps no text' 1 "$FLAMESCOPE" collapse "$pack"
check "a pack through a pipe" says 'save it' 1 "$FLAMESCOPE" info - <"$pack"
check "no cache of small files" [ ! -e "$XDG_CACHE_HOME" ]

# ---- the cache: for texts of at least 100 MB
entries() { find "$XDG_CACHE_HOME" -type f 2>/dev/null | wc -l; }
entry() { find "$XDG_CACHE_HOME" -type f | head -n 1; }
large() { folded "$scratch/large.txt" --range 1..3 "$@"; }

cache_hit() {
    large >"$scratch/first" && [ "$(entries)" = 1 ] || return 1
    before=$(stat -c %i "$(entry)")
    large >"$scratch/second" && cmp "$scratch/first" "$scratch/second" &&
        [ "$(stat -c %i "$(entry)")" = "$before" ]
}

cache_stale() {
    head -c 110000000 "$scratch/large.txt" >"$scratch/cut" && mv "$scratch/cut" "$scratch/large.txt" &&
        large >"$scratch/a" && large --no-cache >"$scratch/b" && cmp "$scratch/a" "$scratch/b" && [ "$(entries)" = 1 ]
}

cache_damaged() { # in the middle of the samples, which lie at the end
    file=$(entry)
    printf '\377\377\377\377' | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") - 300000)) conv=notrunc 2>/dev/null
    large >"$scratch/a" && large --no-cache >"$scratch/b" && cmp "$scratch/a" "$scratch/b" &&
        "$FLAMESCOPE" info "$(entry)" >/dev/null
}

cache_off() {
    rm -rf "$XDG_CACHE_HOME" && large --no-cache >/dev/null && FLAMESCOPE_CACHE=0 large >/dev/null &&
        "$FLAMESCOPE" info "$scratch/large.txt" >/dev/null && [ "$(entries)" = 0 ]
}

cache_limit() { # room for one entry and a half
    FLAMESCOPE_CACHE=1 large >/dev/null && [ "$(entries)" = 0 ] && large >/dev/null && [ "$(entries)" = 1 ] || return 1
    old=$XDG_CACHE_HOME/flamescope/old.fscope
    room=$(($(stat -c %s "$(entry)") * 3 / 2000000))
    mv "$(entry)" "$old" && touch -d 2001-01-01 "$old" && FLAMESCOPE_CACHE=$room large >/dev/null &&
        [ "$(entries)" = 1 ] && [ ! -e "$old" ]
}

if [ -n "$FLAMESCOPE_SANITIZE" ]; then
    skip "the cache: 100 MB are too much for a sanitizer"
elif "$FLAMESCOPE_GEN" --size 115M --shape shallow >"$scratch/large.txt"; then
    check "the second time comes from the cache" cache_hit
    check "a changed file's entry is not used" cache_stale
    check "a damaged entry is made anew" cache_damaged
    check "the cache can be switched off, and info uses none" cache_off
    check "the cache keeps to its limit" cache_limit
fi
finish
