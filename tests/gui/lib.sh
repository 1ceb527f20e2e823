# Shared by the tests of real windows: a display of their own, and what needs it.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
for tool in Xvfb xdotool python3; do
    command -v $tool >/dev/null || { skip "no $tool: real windows"; finish; }
done

# -noreset: without it the server starts anew whenever its last client leaves, xdotool among them
Xvfb -noreset -displayfd 3 -screen 0 1600x1000x24 3>"$scratch/display" >/dev/null 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$scratch"' EXIT
for _ in $(seq 100); do
    [ -s "$scratch/display" ] && break
    sleep 0.1
done
DISPLAY=:$(cat "$scratch/display")
export DISPLAY
unset WAYLAND_DISPLAY
# settings and recent files of the tester's own are neither read nor written
export XDG_CONFIG_HOME=$scratch/config XDG_STATE_HOME=$scratch/state

