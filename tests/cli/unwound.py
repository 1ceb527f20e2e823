#!/usr/bin/env python3
"""unwound.py OURS THEIRS: folded stacks of one recording, both unwound from raw memory. Wherever they
stop, as far as both go they must say the same: each of their stacks, from its leaf on, is how one of
ours begins, and none of ours stands for two. Prints what is not so, and how far both went.

libunwind, which most perfs unwind with, guesses by the frame pointer where it cannot go on by rule (a
stack recorded in part, a dynamic linker at its start), and then leaves out functions or names data.
So one sample in fifty may differ; what is exact is tested on programs whose stacks are known."""
import sys


def read(path):
    """Counts by stack, leaf first, within its process."""
    stacks = {}
    for line in open(path, encoding='utf-8', errors='replace'):
        text, count = line.rstrip('\n').rsplit(' ', 1)
        process, *frames = text.split(';')
        key = (process, *('[unknown]' if '+0x' in frame else frame for frame in reversed(frames)))
        stacks[key] = stacks.get(key, 0) + int(count)
    return stacks


def passing(stacks):
    """How many go through each beginning of a stack."""
    through = {}
    for stack, count in stacks.items():
        for n in range(1, len(stack) + 1):
            through[stack[:n]] = through.get(stack[:n], 0) + count
    return through


def main():
    ours, theirs = read(sys.argv[1]), read(sys.argv[2])
    have, wrong = passing(ours), 0
    if sum(ours.values()) != sum(theirs.values()):
        sys.exit('%d samples, not %d' % (sum(ours.values()), sum(theirs.values())))
    for stack, count in passing(theirs).items():
        missing = count - have.get(stack, 0)
        if missing > 0 and have.get(stack[:-1], 1):  # else it was told of what calls it
            wrong += missing
            print('%d of %d: %s' % (missing, count, ' < '.join(stack)))
    frames = [sum((len(stack) - 1) * count for stack, count in stacks.items()) for stacks in (ours, theirs)]
    print('%d samples, %d and %d frames, %d wrong' % (sum(ours.values()), *frames, wrong))
    sys.exit(wrong * 50 > sum(ours.values()))


main()
