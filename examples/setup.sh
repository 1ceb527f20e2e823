# shellcheck shell=sh disable=SC2034,SC2154
# Sourced by examples/run.sh and tests/run.sh: installs what is missing, configures, builds.
# Expects $root, the checkout. Packages are Debian's (12 and 13); where there is no dpkg, it is
# assumed that the same things are installed under other names, and CMake says what is not.

BUILD_PACKAGES="build-essential cmake pkgconf libsdl2-dev libsdl2-ttf-dev zlib1g-dev libpng-dev
libpcre2-dev libisal-dev libzstd-dev liblzma-dev libelf-dev libdw-dev libiberty-dev libcairo2-dev
fonts-inter fonts-dejavu-core"
TEST_PACKAGES="libcmocka-dev xvfb xauth xdotool clang libclang-rt-dev python3"

# install_missing PACKAGE...: as root, else with sudo, else says what to type and stops.
install_missing() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    missing=
    for package in "$@"; do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=
        [ "$state" = installed ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0

    as_root=
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
            as_root=sudo
        else
            echo "Packages are missing. Please run this as root, then start again:" >&2
            echo "    apt-get update && apt-get install --no-install-recommends$missing" >&2
            exit 1
        fi
    fi
    echo "installing:$missing" >&2
    # shellcheck disable=SC2086 # a list of names
    if ! $as_root apt-get -q update >&2 ||
        ! $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get -qy install --no-install-recommends $missing >&2; then
        echo "The installation failed. The missing packages are:$missing" >&2
        exit 1
    fi
}

jobs_at_once() {
    nproc 2>/dev/null || echo 2
}

# configure NAME OPTION...: makes or refreshes build/NAME; CC picks the compiler.
configure() {
    folder=$root/build/$1
    shift
    mkdir -p "$folder"
    cmake -S "$root" -B "$folder" "$@" >"$folder/configure.log" 2>&1 || {
        cat "$folder/configure.log" >&2
        return 1
    }
}

# build NAME TARGET...: builds targets in build/NAME (all when none is named).
build() {
    folder=$root/build/$1
    shift
    if [ $# -gt 0 ]; then
        set -- --target "$@"
    fi
    cmake --build "$folder" --parallel "$(jobs_at_once)" "$@" >"$folder/build.log" 2>&1 || {
        grep -E -A 12 'error|Error|undefined reference' "$folder/build.log" | head -n 80 >&2
        echo "the build failed; all of it is in $folder/build.log" >&2
        return 1
    }
}
