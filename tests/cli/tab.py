"""Types command lines into an interactive shell, TAB where a > stands, and prints what the shell
would have run: tab.py SHELL FOLDER COMMANDS LINE...: COMMANDS make the completions known there."""

import os
import pty
import re
import select
import sys
import time

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 0.02),
    "zsh": (["zsh", "-f", "-i"], 0.25),
}  # and how long it may be silent while it completes: zsh drops a completion when more is typed
ECHO = 'flamescope() { printf "ran"; printf "<%s>" "$@"; echo " done"; }'
PATIENCE = 20


def read_until(terminal, words, seen):
    end = time.time() + PATIENCE
    while time.time() < end:
        found = re.search(words, seen)
        if found:
            return found, seen[found.end():]
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")
    sys.exit("the shell does not answer; it said: %r" % seen[-500:])


def settle(terminal, silence, seen):
    """What the shell answers to a TAB: it is through when nothing came for a while."""
    wait = PATIENCE
    while select.select([terminal], [], [], wait)[0]:
        seen += os.read(terminal, 65536).decode(errors="replace")
        wait = silence
    return seen


def main():
    shell, folder, commands = sys.argv[1:4]
    command, silence = SHELLS[shell]
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.environ["TERM"] = "dumb"
        os.execvp(command[0], command)
    os.write(terminal, (ECHO + "; " + commands + '; echo "re""ady"\n').encode())
    _, seen = read_until(terminal, r"ready\r?\n", "")
    for line in sys.argv[4:]:
        for part in re.findall(r"[^>]*>?", line):
            os.write(terminal, part.replace(">", "\t").encode())
            if part.endswith(">"):
                seen = settle(terminal, silence, seen)
        os.write(terminal, b"\n")
        found, seen = read_until(terminal, r"ran((?:<[^>]*>)+) done", seen)
        print(found.group(1))
    os.close(terminal)


main()
