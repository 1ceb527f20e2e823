#!/bin/sh
# Records shop.perf.gz: builds examples/shop, runs it for 90 s under perf, and keeps what belongs
# to it. Needs perf, clang, node, and the right to record system-wide (root, or
# sysctl kernel.perf_event_paranoid=-1). Usage: examples/record-shop.sh [OUT.gz]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/shop.perf.gz}
case $out in /*) ;; *) out=$PWD/$out ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Frame pointers, so that perf can walk the stack. clang, since gcc leaves them out of functions
# that call nothing, whatever it is told: their callers would then be missing.
clang -O2 -g -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer \
    -fno-optimize-sibling-calls "$here/shop/shop.c" -o "$work/shop" -lpthread
cp "$here/shop/report.js" "$work"
cd "$work"

# 99 Hz and not 100: a rate that divides the second evenly beats with whatever the program does
# every 10 or 100 ms, and sees it always or never. -a: all processors, their idle time too.
perf record -q -e cpu-clock -F 99 -a --call-graph fp -o perf.data -- ./shop report.js >ids

# Only the shop, its report and the idle task (process 0): whatever else this machine was doing
# is left out, not replaced. Paths of the work folder become /srv/shop.
pids=$(awk '/^(shop|node) /{printf ",%s", $2}' ids)
perf script -i perf.data --no-inline --pid "0$pids" \
    -F comm,pid,tid,cpu,time,period,event,ip,sym,symoff,dso 2>/dev/null |
    sed "s|$work|/srv/shop|g" | gzip -9n >"$out"
echo "$out: $(gzip -dc "$out" | grep -c 'cpu-clock') samples, $(wc -c <"$out") bytes"
