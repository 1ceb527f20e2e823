#!/bin/bash
# A drag over heat map cells selects what the export of the same range sums to, step by step.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
check "drags and exports agree" python3 "$FLAMESCOPE_SOURCE/tests/cli/drag.py" "$FLAMESCOPE" "$example" "$scratch"
if [ -e "$FLAMESCOPE_DATA/perf-script/flamegraph/example-perf-stacks.txt.gz" ]; then
    check "the same on FlameGraph's example" python3 "$FLAMESCOPE_SOURCE/tests/cli/drag.py" "$FLAMESCOPE" \
        "$FLAMESCOPE_DATA/perf-script/flamegraph/example-perf-stacks.txt.gz" "$scratch"
else
    skip "no reference data: drag over FlameGraph's example"
fi
finish
