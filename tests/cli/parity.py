"""Holds our exports against what FlameScope's own Python computed.

Its named faults, each of which explains a difference and no other:
 - the process name stops at its first digit ("V8 WorkerThread" becomes "V");
 - "+0x…" is cut at the first plus, so operator+ becomes operator;
 - a space in a process name ends it, and names are tidied (java's leading L);
 - the last sample of a file is not filtered by the idle expression in the flame graph.
"""
import collections
import json
import re
import sys


def fail(text):
    print(text)
    sys.exit(1)


def heat(oracle, ours):
    for key in ("rows", "columns", "maxvalue", "values"):
        theirs = oracle[key]
        mine = ours[key]
        if key == "rows":
            mine = len(mine)
        if theirs != mine:
            if key == "values":
                where = [(c, r, x, y) for c, (a, b) in enumerate(zip(theirs, mine))
                         for r, (x, y) in enumerate(zip(a, b)) if x != y]
                fail("values differ at (column, row, theirs, ours): %s" % where[:10])
            fail("%s: %s instead of %s" % (key, mine, theirs))


def tidy(path):
    """A stack as FlameScope would have written it."""
    frames = path.split(";")
    frames[0] = re.match(r"^ *([^0-9]+)", frames[0]).group(1).strip() if re.match(
        r"^ *([^0-9]+)", frames[0]) else ""
    out = []
    for frame in frames:
        out.append(frame.split("+")[0])
    return ";".join(out)


def folded(oracle, lines, wanted):
    for flame in oracle["flame"]:
        name = "all" if flame["start"] is None else "%g..%g" % (flame["start"], flame["end"])
        if name == wanted:
            break
    else:
        fail("no such range in the oracle")
    mine = collections.Counter()
    for line in lines:
        path, count = line.rsplit(" ", 1)
        mine[tidy(path)] += int(count)
    theirs = collections.Counter()
    for path, count in flame["folded"].items():
        theirs[tidy(path)] += count
    if sum(mine.values()) != flame["samples"]:
        fail("%d samples instead of %d" % (sum(mine.values()), flame["samples"]))
    wrong = [(p, theirs[p], mine[p]) for p in set(mine) | set(theirs) if mine[p] != theirs[p]]
    if wrong:
        fail("%d stacks differ (theirs, ours): %s" % (len(wrong), wrong[:4]))


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        oracle = json.load(file)
    if sys.argv[1] == "ranges":
        for flame in oracle.get("flame", []):
            print("all" if flame["start"] is None else "%g..%g" % (flame["start"], flame["end"]))
    elif sys.argv[1] == "heat":
        with open(sys.argv[3], encoding="utf-8") as file:
            heat(oracle, json.load(file))
    else:
        with open(sys.argv[3], encoding="utf-8") as file:
            folded(oracle, file.read().splitlines(), sys.argv[4])


main()
