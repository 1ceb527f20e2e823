#!/bin/bash
# Makes the pictures of the README with the program itself: assets/pictures/make.sh [PROGRAM]
set -eu
cd "$(dirname "$0")/../.."
program=${1:-build/release/flamescope}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$program" export examples/shop.perf.gz --to png --size 1600x900 --range 62..68 --baseline rest -o assets/pictures/window.png

# a talk of one scene, on the stage
cat >"$scratch/script" <<END
size 1600x900
open examples/shop.perf.gz
wait load
do scene.open $scratch/talk.scenes
do select.range 40..51
at 1
do callout.add one thread writes a checkpoint
move 500 700
at 2
do callout.add checksum_block takes nearly all of it
do scene.title Eleven seconds on one thread
do scene.note The other threads wait for it: nothing else runs on the heat map between second 40 and 51.
move 2 2
key F5
at 5
png assets/pictures/stage.png
END
"$program" replay "$scratch/script"
