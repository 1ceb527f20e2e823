"""Drags over heat map cells by replay and holds each selection against an export of its range."""
import json
import subprocess
import sys

program, profile, scratch = sys.argv[1:4]
DRAGS = [("1,3 4,20", ""), ("4,20 1,3", ""), ("7,30 7,44", ""), ("7,44 7,30", ""), ("0,0 9,49", ""),
         ("2,49 3,0", ""), ("5,10 5,10", ""), ("3,7 8,2", "Alt")]
ARROWS = ["Right", "Up", "Shift+Right", "Shift+Up", "Left", "Down", "Shift+Left", "Shift+Down"]


def decode_all(text):
    decoder, at, found = json.JSONDecoder(), 0, []
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        found.append(value)
        while at < len(text) and text[at].isspace():
            at += 1
    return found


def exported(state):
    def seconds(ns):
        ns -= state["origin_ns"]
        return "%d.%09d" % (ns // 10**9, ns % 10**9)
    s = state["selection"]
    args = [program, "export", profile, "--to", "folded"]
    if s:
        args += ["--range", seconds(s["t0_ns"]) + ".." + seconds(s["t1_ns"])]
    out = subprocess.run(args, check=True, capture_output=True, text=True).stdout
    return sum(int(line.rsplit(" ", 1)[1]) for line in out.splitlines())


lines = ["open " + profile, "wait load", "dump state"]
for cells, mods in DRAGS:
    lines += ["drag-cells %s %s" % (cells, mods), "dump state"]
for key in ARROWS:
    lines += ["key " + key, "dump state"]
lines += ["key Esc", "dump state"]
script = scratch + "/drag.txt"
with open(script, "w", encoding="utf-8") as file:
    file.write("\n".join(lines) + "\n")

first, second = (subprocess.run([program, "replay", script], check=True, capture_output=True,
                                text=True).stdout for _ in range(2))
if first != second:
    sys.exit("the same script gave another output")
states = decode_all(first)
if len(states) != 2 + len(DRAGS) + len(ARROWS):
    sys.exit("%d states" % len(states))
for i, state in enumerate(states):
    want = exported(state)
    got = state["selection"]["samples"] if state["selection"] else state["samples_shown"]
    if want != got:
        sys.exit("step %d, selection %s: %d samples, the export has %d" % (i, state["selection"], got, want))
forward, backward = states[1]["selection"], states[2]["selection"]
if forward != backward or not forward:
    sys.exit("a drag backwards selects something else: %s, %s" % (forward, backward))
if states[1]["selection"]["t1_ns"] - states[1]["selection"]["t0_ns"] != 3 * 10**9 + 18 * 20 * 10**6:
    sys.exit("wrong span: %s" % forward)
if states[-1]["selection"]:
    sys.exit("Esc did not clear the selection")
