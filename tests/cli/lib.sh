# Shared by the command-line tests: check NAME COMMAND..., and the closing line.
passed=0 failed=0 skipped=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
example=$FLAMESCOPE_SOURCE/examples/shop.perf.gz

check() {
    check_name=$1
    shift
    if "$@" >"$scratch/check.log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $check_name"
        head -n 20 "$scratch/check.log" | cut -c 1-600
    fi
}

skip() {
    skipped=$((skipped + 1))
    echo "SKIP: $1"
}

# exits STATUS COMMAND...: the command ends with that status.
exits() {
    want=$1
    shift
    "$@"
    got=$?
    [ "$got" = "$want" ] || {
        echo "exit status $got instead of $want: $*"
        return 1
    }
}

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ] || exit 1
    [ "$passed" != 0 ] || exit 77
    exit 0
}
