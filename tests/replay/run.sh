#!/bin/bash
# Runs every NAME.txt here and compares what it printed with golden/NAME.out, and pictures it wrote
# with golden/NAME.png within a tolerance. UPDATE_GOLDEN=1 rewrites them: read the difference.
folder=$FLAMESCOPE_SOURCE/tests/replay
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0
cd "$FLAMESCOPE_SOURCE" || exit 1 # scripts name the examples from here

verdict() { # verdict NAME STATUS
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
        head -n 40 "$scratch/diff"
    fi
}

golden() { # golden NAME MADE COMPARE...: MADE against the file of the same kind in golden/
    name=$1 made=$2 want=$folder/golden/$(basename "$2")
    shift 2
    if [ -n "${UPDATE_GOLDEN:-}" ]; then
        cp "$made" "$want"
    fi
    "$@" "$want" "$made" >"$scratch/diff" 2>&1
    verdict "$name" $?
}

for script in "$folder"/*.txt; do
    name=$(basename "$script" .txt)
    sed "s|PICTURE|$scratch/$name.png|" "$script" >"$scratch/script"
    "$FLAMESCOPE" replay --dejavu "$scratch/script" >"$scratch/$name.out" 2>"$scratch/diff" || {
        verdict "$name runs" 1
        continue
    }
    golden "$name" "$scratch/$name.out" diff
    if [ -e "$scratch/$name.png" ]; then
        golden "$name, picture" "$scratch/$name.png" python3 "$folder/compare_png.py"
    fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
