"""Drives the one window on the display: drag over cells 13,29 to 13,35, search, quit."""
import json
import subprocess
import sys
import time


def xdotool(*args):
    return subprocess.run(["xdotool", *map(str, args)], check=True, capture_output=True, text=True).stdout


def wait_for_window():
    for _ in range(200):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "FlameScope"],
                               capture_output=True, text=True).stdout.split()
        if found:
            return found[-1]
        time.sleep(0.1)
    sys.exit("no window appeared")


text = open(sys.argv[1], encoding="utf-8").read()
layout = json.loads(text[text.index("LAYOUT") + 6:text.index("STATE")])
window = wait_for_window()
time.sleep(3)  # the load; the example takes a tenth of a second
place = dict(line.split("=") for line in xdotool("getwindowgeometry", "--shell", window).split())
left, top = int(place["X"]), int(place["Y"])
x, y, w, h = layout["heat"]
COLUMNS, ROWS = 90, 50


def cell(column, row):
    return round(left + x + (column + 0.5) * w / COLUMNS), round(top + y + h - (row + 0.5) * h / ROWS)


start, end = cell(13, 29), cell(13, 35)
xdotool("mousemove", *start)
time.sleep(0.2)
xdotool("mousedown", 1)
for step in range(1, 21):
    t = step / 20
    xdotool("mousemove", round(start[0] + (end[0] - start[0]) * t), round(start[1] + (end[1] - start[1]) * t))
    time.sleep(0.02)
xdotool("mouseup", 1)
time.sleep(0.3)
xdotool("key", "ctrl+f")
time.sleep(0.2)
xdotool("type", "--delay", 40, "collect")
time.sleep(0.2)
xdotool("key", "Return")
time.sleep(1)
xdotool("key", "ctrl+q")
