#!/bin/bash
# The .deb: built, looked through, installed in a clean system made from this machine's own package
# sources, and run there with no package but those it depends on: files, pictures, a window on X11
# and on Wayland. The displays are this machine's; the clean system has none.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
clean=$scratch/clean
started=

leave() {
    for process in $started; do
        kill "$process" 2>/dev/null
    done
    umount "$clean/proc" 2>/dev/null
    rm -rf --one-file-system "$scratch"
}
trap leave EXIT

same() { # same WANTED GOT
    [ "$1" = "$2" ] || {
        echo "wanted: $1"
        echo "got:    $2"
        return 1
    }
}

# ---- the package --------------------------------------------------------------------------
for tool in cpack dpkg-deb dpkg-shlibdeps; do
    command -v $tool >/dev/null || { skip "no $tool: the package"; finish; }
done

builds() { # whatever umask
    (umask 077 && cpack -G DEB --config "$FLAMESCOPE_BUILD/CPackConfig.cmake" -B "$scratch/cpack" >"$scratch/cpack.log" 2>&1 || { cat "$scratch/cpack.log"; exit 1; }) &&
        deb=$(echo "$scratch"/cpack/*.deb) && [ -s "$deb" ]
}

field() {
    dpkg-deb -f "$deb" "$1"
}

fields() {
    same flamescope "$(field Package)" && same devel "$(field Section)" && same optional "$(field Priority)" &&
        same "$("$FLAMESCOPE" --version | sed 's/flamescope //')-1" "$(field Version)" &&
        same "libsdl2-2.0-0" "$(field Depends | grep -o 'libsdl2-2[^ ]*')" &&
        [ "$(field Description | wc -l)" -gt 5 ]
}

owned_by_root() { # and nobody else may write
    same "" "$(dpkg-deb -c "$deb" | grep -Ev '^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x) root/root ')"
}

stripped() {
    dpkg-deb -x "$deb" "$scratch/tree" &&
        same "" "$(readelf -SW "$scratch/tree/usr/bin/flamescope" | grep -oE '\.(symtab|debug_[a-z]+)')" &&
        ! grep -qF -- "$FLAMESCOPE_SOURCE" "$scratch/tree/usr/bin/flamescope"
}

check "it is built" builds
[ -s "${deb:-}" ] || finish
check "its fields" fields
check "owner and permissions" owned_by_root
check "stripped, and no folder of this machine in it" stripped
if command -v lintian >/dev/null; then
    check "lintian is content" lintian --allow-root --fail-on error,warning,info,pedantic -I --pedantic "$deb"
else
    skip "no lintian: what it says of the package"
fi

# ---- a clean system -----------------------------------------------------------------------
if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
    skip "a clean system needs root and debootstrap"
    finish
fi
# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
# shellcheck disable=SC2016 # apt's own names
mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    sed -n "s/^$release //p" | head -n 1)
if [ -z "$mirror" ] || ! debootstrap --variant=minbase "$release" "$clean" "$mirror" >"$scratch/debootstrap.log" 2>&1; then
    tail -n 3 "$scratch/debootstrap.log" 2>/dev/null
    skip "no clean system could be made from this machine's package sources"
    finish
fi
for file in /etc/resolv.conf /etc/hosts; do
    [ ! -e "$file" ] || cp "$file" "$clean$file"
done
apt-config dump Acquire >"$clean/etc/apt/apt.conf.d/90host" # how packages are reached from here
mount -t proc proc "$clean/proc" 2>/dev/null || echo "no /proc in the clean system: it is tried without"

# In the clean system, with an environment as clean. An array: a command of it in the background is
# the program itself, which can be told to end.
inside=(chroot "$clean" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
    DEBIAN_FRONTEND=noninteractive)

installs() {
    cp "$deb" "$clean/flamescope.deb" && "${inside[@]}" apt-get -qq update &&
        "${inside[@]}" apt-get -qy install --no-install-recommends /flamescope.deb &&
        "${inside[@]}" dpkg --verify flamescope
}

installed_example=/usr/share/flamescope/examples/shop.perf.gz
says_samples() {
    "${inside[@]}" flamescope info "$installed_example" >"$scratch/info" && grep -q '11 577\|11577\|11,577' "$scratch/info"
}

folds_alike() {
    "${inside[@]}" flamescope export "$installed_example" --to folded >"$scratch/folded" &&
        "$FLAMESCOPE" export "$example" --to folded | cmp - "$scratch/folded"
}

draws() {
    "${inside[@]}" flamescope export "$installed_example" --to png --dejavu -o /shop.png &&
        "$FLAMESCOPE" export "$example" --to png --dejavu -o "$scratch/shop.png" &&
        cmp "$scratch/shop.png" "$clean/shop.png"
}

says_no_display() {
    "${inside[@]}" flamescope "$installed_example" 2>&1 | grep -q 'no display found'
}

check "it is installed" installs
check "info" says_samples
check "folded stacks, as here" folds_alike
check "a picture, as here" draws
check "words for no display" says_no_display

# ---- windows ------------------------------------------------------------------------------
# closes PROCESS: told to end, as a session's end does, the window closes and dumps what it shows
closes() {
    kill -TERM "$1" || return 1
    for _ in $(seq 200); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    if kill -KILL "$1" 2>/dev/null; then
        echo "it does not end"
        return 1
    fi
    grep -q '"samples_total": 11577' "$clean/dump.json"
}

# window DISPLAY=... OPTION...: opens one, waits until all is loaded and drawn, closes it
window() {
    rm -f "$clean/dump.json"
    "${inside[@]}" "$@" --size 1200x700 --dump /dump.json "$installed_example" >"$scratch/window.log" 2>&1 &
    process=$!
    sleep 4
    pictures=$((pictures + 1))
    if [ -n "${FLAMESCOPE_PICTURES:-}" ]; then # for whoever wants to look
        import -window root "$FLAMESCOPE_PICTURES/window-$pictures.png"
    fi
    closes $process || {
        cat "$scratch/window.log"
        return 1
    }
}
pictures=0

wait_for() { # wait_for TEST FILE: 10 s at most
    for _ in $(seq 100); do
        test "$@" && return
        sleep 0.1
    done
}

if command -v Xvfb >/dev/null; then
    Xvfb -noreset -displayfd 3 -screen 0 1600x1000x24 3>"$scratch/display" >/dev/null 2>&1 &
    started="$started $!"
    wait_for -s "$scratch/display"
    DISPLAY=:$(cat "$scratch/display")
    export DISPLAY
    check "a window on X11" window DISPLAY="$DISPLAY" flamescope
else
    skip "no Xvfb: windows"
    finish
fi

# What it recommends: on Wayland SDL opens no window without EGL, software-drawn or not.
recommended() {
    "${inside[@]}" apt-get -qy install --no-install-recommends $(field Recommends | tr -d ,)
}
if ! recommended >"$scratch/recommended.log" 2>&1; then
    skip "what it recommends cannot be had: OpenGL, Wayland"
    finish
fi
check "a window on X11, drawn by OpenGL" window DISPLAY="$DISPLAY" flamescope --gpu
check "a window on X11, drawn without" window DISPLAY="$DISPLAY" flamescope --software

if command -v weston >/dev/null; then
    mkdir -m 700 "$clean/run/display"
    XDG_RUNTIME_DIR=$clean/run/display weston --backend=x11-backend.so --width=1400 --height=900 --socket=display \
        --idle-time=0 >"$scratch/weston.log" 2>&1 & # within Xvfb: a seat with mouse and keyboard
    started="$started $!"
    wait_for -S "$clean/run/display/display"
    wayland="XDG_RUNTIME_DIR=/run/display WAYLAND_DISPLAY=display SDL_VIDEODRIVER=wayland"
    # shellcheck disable=SC2086 # three words
    check "a window on Wayland" window $wayland flamescope
    # shellcheck disable=SC2086
    check "a window on Wayland, drawn by OpenGL" window $wayland flamescope --gpu
else
    skip "no weston: a window on Wayland"
fi

removes() { # without a rest
    "${inside[@]}" apt-get -qy purge flamescope && [ ! -e "$clean/usr/share/flamescope" ]
}
check "it is removed" removes
finish
