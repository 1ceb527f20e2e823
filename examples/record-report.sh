#!/bin/sh
# Records report.perf.gz: node starting up and printing the shop's report, one process only, at
# 199 Hz. Needs perf and node. Usage: examples/record-report.sh [OUT.gz]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/report.perf.gz}
case $out in /*) ;; *) out=$PWD/$out ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/shop/report.js" "$work"
cd "$work"

perf record -q -e cpu-clock -F 199 --sample-cpu --call-graph fp -o perf.data \
    -- node --perf-basic-prof --no-turbo-inlining report.js
perf script -i perf.data --no-inline \
    -F comm,pid,tid,cpu,time,period,event,ip,sym,symoff,dso |
    sed "s|$work|/srv/shop|g" | gzip -9n >"$out"
echo "$out: $(gzip -dc "$out" | grep -c 'cpu-clock') samples, $(wc -c <"$out") bytes"
