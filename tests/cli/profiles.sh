#!/bin/bash
# Every format that is read beside perf script: what `info` and `export` say of real files (where
# the reference data is there) and of made ones is what small independent readers find in them.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
command -v python3 >/dev/null || { skip "no python3: profiles of other tools"; finish; }
here=$FLAMESCOPE_SOURCE/tests/cli

# agrees FORMAT FILE: FORMAT is the oracle's name
agrees() {
    python3 "$here/profile_oracle.py" "$1" "$2" >"$scratch/want" || return 1
    "$FLAMESCOPE" info --json --threads 1 "$2" >"$scratch/info" || return 1
    "$FLAMESCOPE" export "$2" --threads 1 --to folded --event all --idle keep >"$scratch/folded" || return 1
    "$FLAMESCOPE" export "$2" --threads 1 --to folded --event all --idle keep --weight time >"$scratch/weighed" 2>/dev/null
    python3 - "$scratch" <<'EOF'
import json, sys
def text(name):
    return open(sys.argv[1] + '/' + name, encoding='utf-8', errors='surrogateescape').read()
want, info = json.loads(text('want')), json.loads(text('info'))
assert info['has_time'] == (want['first_ns'] is not None), 'times'
for key in ('samples', 'first_ns', 'last_ns') if info['has_time'] else ('samples',):
    assert info[key] == want[key], '%s: %d, not %d' % (key, info[key], want[key])
for key in ('folded', 'weighed'):
    got, wanted = text(key).splitlines(), (want[key] or want['folded']).splitlines()
    for g, w in zip(got, wanted):
        assert g == w, '%s: %s\ninstead of %s' % (key, g, w)
    assert len(got) == len(wanted), '%s: %d stacks, not %d' % (key, len(got), len(wanted))
EOF
}

# says FORMAT FILE: the format is recognised and nothing is amiss, but for calls of no time
says() {
    "$FLAMESCOPE" info --json "$2" 2>"$scratch/err" >"$scratch/info" &&
        python3 -c '
import json, sys
info = json.load(open(sys.argv[1]))
assert info["format"] == sys.argv[2], info["format"]
amiss = [c for c in info["complaints"] if c["kind"] != "empty"]
assert not amiss, amiss' "$scratch/info" "$1"
}

text_bytes() {
    "$FLAMESCOPE" info --json "$1" | grep '"text_bytes"'
}

packed() { # compressed, and on all workers, it is the same, and as long
    if gzip -t "$1" 2>/dev/null; then gzip -dc "$1"; else gzip -c "$1"; fi >"$scratch/it.gz"
    "$FLAMESCOPE" export "$1" --to folded --event all --idle keep --threads 1 >"$scratch/a" &&
        "$FLAMESCOPE" export "$scratch/it.gz" --threads 8 --to folded --event all --idle keep | cmp - "$scratch/a" &&
        [ "$(text_bytes "$1")" = "$(text_bytes "$scratch/it.gz")" ]
}

# whole NAME ORACLE FILE...: NAME as info says it
whole() {
    name=$1 oracle=$2
    shift 2
    for file in "$@"; do
        [ -e "$file" ] || { skip "reference data ${file##*/data/} is not here"; continue; }
        check "$name, ${file##*/}: recognised" says "$name" "$file"
        check "$name, ${file##*/}: as the oracle reads it" agrees "$oracle" "$file"
        check "$name, ${file##*/}: compressed" packed "$file"
    done
}

python3 "$here/profile_make.py" "$scratch/made" 300
data=$FLAMESCOPE_DATA
whole cpuprofile cpuprofile "$data"/cpuprofile/* "$scratch"/made/cpuprofile/*
whole 'Firefox profile' firefox "$data"/firefox/* "$scratch"/made/firefox/*
whole 'Firefox profile, JsonSlabs' firefox "$scratch"/made/firefox_slabs/*
whole 'trace events' trace "$scratch"/made/trace/*
for file in "$data"/trace-event/*; do # with calls that lack an end or a begin, which is said
    [ -e "$file" ] || { skip "reference data trace-event is not here"; break; }
    check "trace events, ${file##*/}: as the oracle reads it" agrees trace "$file"
done
whole pprof pprof "$data"/pprof/* "$scratch"/made/pprof/*
whole nflxprofile nflxprofile "$scratch"/made/nflxprofile/*
whole simpleperf simpleperf "$scratch"/made/simpleperf/*
whole 'bpftrace stacks' bpftrace "$scratch"/made/bpftrace/*
whole 'DTrace stacks' dtrace "$scratch"/made/dtrace/*
whole 'macOS sample' mac_sample "$scratch"/made/mac_sample/*
whole speedscope speedscope "$data"/speedscope/* "$scratch"/made/speedscope/*

in_use() { # of a file that names none of its types, the last is shown, packed as well
    "$FLAMESCOPE" pack "$scratch"/made/pprof/heap* -o "$scratch/heap.fscope" || return 1
    for file in "$scratch"/made/pprof/heap* "$scratch/heap.fscope"; do
        "$FLAMESCOPE" export "$file" --to folded >"$scratch/a" &&
            "$FLAMESCOPE" export "$file" --to folded --event inuse_space | cmp - "$scratch/a" || return 1
    done
}
check "pprof: the last type is shown" in_use

# ---- our own exports ------------------------------------------------------------------------

odd=$scratch/odd.folded
printf 'a;b;c 7\na;b 3\nd;x;y z 1\n' >"$odd"
again() { # again TO FILE OPTION...: exported, and read again, it gives the same folded stacks
    to=$1 file=$2
    shift 2
    "$FLAMESCOPE" export "$file" --to folded "$@" >"$scratch/a" &&
        "$FLAMESCOPE" export "$file" --to "$to" "$@" >"$scratch/again" &&
        "$FLAMESCOPE" export "$scratch/again" --to folded --idle keep --event all >"$scratch/b" &&
        [ -s "$scratch/a" ] && diff "$scratch/a" "$scratch/b"
}
for to in speedscope pprof; do
    check "$to again" again $to "$example"
    check "$to again: a range and a filter" again $to "$example" --range 7.7..12.35 --filter comm=shop-web
    check "$to again: idle samples" again $to "$example" --idle keep
    check "$to again: without times" again $to "$odd"
done
finish
