"""The window's last state against the replay's: what was selected, counted, found."""
import json
import sys

text = open(sys.argv[1], encoding="utf-8").read()
want = json.loads(text[text.index("STATE") + 5:])
with open(sys.argv[2], encoding="utf-8") as file:
    got = json.load(file)
wrong = []
for key in ("file", "format", "loaded", "origin_ns", "selection", "event", "samples_total", "samples_shown",
            "chips", "view", "zoom", "search", "rows", "column_ns", "scale", "palette", "theme", "mode"):
    if want[key] != got[key]:
        wrong.append("%s: %s instead of %s" % (key, got[key], want[key]))
if not got["selection"] or got["selection"]["samples"] == 0 or got["search"]["matches"] == 0:
    wrong.append("nothing was selected or found")
if wrong:
    sys.exit("\n".join(wrong))
