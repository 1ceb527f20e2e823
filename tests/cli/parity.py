"""Holds our exports against what FlameScope's own Python computed.

Its named faults, each of which explains a difference and no other:
 - times are doubles: a sample just on a row's edge can fall into the row below;
 - the process name stops at its first digit ("V8 WorkerThread" becomes "V");
 - "+0x…" is cut at the first plus, so operator+ becomes operator;
 - a space in a process name ends it, and names are tidied (java's leading L);
 - the last sample of a file is not filtered by the idle expression in the flame graph.
"""
import collections
import decimal
import gzip
import json
import math
import re
import sys


def fail(text):
    print(text)
    sys.exit(1)


def rounded_down(profile):
    """Moves that doubles make: {(column, exact row): the row below} of samples on a row's edge."""
    moves, first = {}, None
    opener = gzip.open if profile.endswith(".gz") else open
    with opener(profile, "rt", encoding="utf-8", errors="replace") as file:
        for line in file:
            found = re.match(r"\S.*?\s(\d+\.\d+):", line)
            if not found:
                continue
            exact, double = decimal.Decimal(found.group(1)), float(found.group(1))
            first = int(exact) if first is None else first
            row = 50 - int(50 * (exact % 1)) - 1
            theirs = 50 - math.floor(50 * (double % 1)) - 1
            if row != theirs:
                moves.setdefault((int(exact) - first, row), []).append(theirs)
    return moves


def heat(oracle, ours, profile):
    for (column, row), to in rounded_down(profile).items():
        for theirs in to:
            ours["values"][column][row] -= 1
            ours["values"][column][theirs] += 1
    for key in ("rows", "columns", "maxvalue", "values"):
        theirs = oracle[key]
        mine = ours[key]
        if key in ("rows", "columns"): # the oracle keeps their number only
            mine = len(mine)
        if theirs != mine:
            if key == "values":
                where = [(c, r, x, y) for c, (a, b) in enumerate(zip(theirs, mine))
                         for r, (x, y) in enumerate(zip(a, b)) if x != y]
                fail("values differ at (column, row, theirs, ours): %s" % where[:10])
            fail("%s: %s instead of %s" % (key, mine, theirs))


IDLE = re.compile("swapper.*(cpuidle|cpu_idle|cpu_bringup_and_idle|native_safe_halt|"
                  "xen_hypercall_sched_op|xen_hypercall_vcpu_op)")


def tidy(path):
    """A stack as both would write it, with FlameScope's faults applied to either side.

    Ours writes ";" inside a name as ":", FlameScope leaves it and so has one frame more.
    """
    frames = path.replace(":.", ";.").replace(":::", ";::").split(";")
    start = re.match(r"^ *([^0-9]+)", frames[0])
    frames[0] = start.group(1).strip() if start else ""
    if frames[0].startswith("java"):
        frames = [re.sub("^L", "", frame) for frame in frames]
    # a line that was cut in its module's name: FlameScope drops the frame, we keep it
    return ";".join(frame.split("+")[0] for frame in frames if " (/" not in frame)


def folded(oracle, lines, wanted):
    for flame in oracle["flame"]:
        name = "all" if flame["start"] is None else "%g..%g" % (flame["start"], flame["end"])
        if name == wanted:
            break
    else:
        fail("no such range in the oracle")
    mine, theirs = collections.Counter(), collections.Counter()
    for line in lines:
        path, count = line.rsplit(" ", 1)
        mine[tidy(path)] += int(count)
    for path, count in flame["folded"].items():
        theirs[tidy(path)] += count
    wrong = {p: theirs[p] - mine[p] for p in set(mine) | set(theirs) if mine[p] != theirs[p]}
    # the unfiltered last sample: one idle stack, once, on their side only
    last = [p for p, n in wrong.items() if n == 1 and mine[p] == 0 and IDLE.search(p)]
    if len(last) == 1 and wanted == "all":
        del wrong[last[0]]
    if wrong:
        fail("%d stacks differ (theirs - ours): %s" % (len(wrong), list(wrong.items())[:4]))
    print("%d stacks agree%s" % (len(mine), ", but for the unfiltered last sample" if last else ""))


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        oracle = json.load(file)
    if sys.argv[1] == "ranges":
        for flame in oracle.get("flame", []):
            print("all" if flame["start"] is None else "%g..%g" % (flame["start"], flame["end"]))
    elif sys.argv[1] == "heat":
        with open(sys.argv[3], encoding="utf-8") as file:
            heat(oracle, json.load(file), sys.argv[4])
    else:
        with open(sys.argv[3], encoding="utf-8") as file:
            folded(oracle, file.read().splitlines(), sys.argv[4])


main()
