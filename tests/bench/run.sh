#!/bin/bash
# Makes its data, runs every bench in pairs with its yardstick, and prints one table of DESIGN's
# bounds: what, our figure, the yardstick in the same run, ratio, bound, held or not.
#   tests/bench/run.sh [--quick] [--data FOLDER] [--markdown] [--json|--formats]
# --quick: small data, for trying the script. Takes about 13 minutes and 3 GB of disk otherwise.
# --json: the rows of JSON, perf.data and JFR alone. --formats: another table, of every format.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=examples/setup.sh
. "$root/examples/setup.sh"
# shellcheck disable=SC2086 # lists of names
install_missing $BUILD_PACKAGES $TEST_PACKAGES >&2
configure release -DCMAKE_BUILD_TYPE=Release >&2
build release >&2
case " $* " in *" --formats "*) exec python3 "$root/tests/bench/formats.py" "$root/build/release" "$root" "$@" ;; esac
exec python3 "$root/tests/bench/table.py" "$root/build/release" "$root" "$@"
