#!/bin/sh
# Builds FlameScope and opens a profile: examples/run.sh [PROFILE]
# Without a profile, the bundled example. Without a display, writes flamescope.png here instead.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=examples/setup.sh
. "$root/examples/setup.sh"

profile=${1:-$root/examples/shop.perf.gz}
# shellcheck disable=SC2086 # a list of names
install_missing $BUILD_PACKAGES
[ -d "$root/build/release" ] || echo "building FlameScope (a minute or two, once) ..." >&2
configure release -DCMAKE_BUILD_TYPE=Release
build release flamescope
program=$root/build/release/flamescope

if [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; then
    exec "$program" "$profile"
fi
"$program" export "$profile" --to png -o flamescope.png
echo "There is no display to open a window on: the picture is in $PWD/flamescope.png"
