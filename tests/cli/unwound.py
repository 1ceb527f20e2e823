#!/usr/bin/env python3
"""unwound.py OURS THEIRS: folded stacks of one recording, both unwound from raw memory. Wherever they
stop, as far as both go they must say the same: each of their stacks, from its leaf on, is how one of
ours begins, and none of ours stands for two. Prints what is not so, and how far both went.

libunwind, which most perfs unwind with, guesses by the frame pointer where it cannot go on by rule, as
in the first sample of each program, and then leaves out functions or names data. Stacks that it found
but once or twice are not compared; of the others one in two hundred may leave out functions that ours
has, and none may say anything else."""
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


def leaves_out(stack, longer):
    """Whether a stack is the longer one without some of its frames."""
    rest = iter(longer)
    return all(frame in rest for frame in stack)


def main():
    ours, theirs = read(sys.argv[1]), read(sys.argv[2])
    theirs_often = {stack: count for stack, count in theirs.items() if count > 2}
    have, guessed, wrong = passing(ours), 0, 0
    if sum(ours.values()) != sum(theirs.values()):
        sys.exit('%d samples, not %d' % (sum(ours.values()), sum(theirs.values())))
    for stack, count in passing(theirs_often).items():
        missing = count - have.get(stack, 0)
        if missing > 0 and have.get(stack[:-1], 1):  # else it was told of what calls it
            if any(leaves_out(stack, longer) for longer in ours):
                guessed += missing
            else:
                wrong += missing
            print('%d of %d: %s' % (missing, count, ' < '.join(stack)))
    frames = [sum((len(stack) - 1) * count for stack, count in stacks.items()) for stacks in (ours, theirs)]
    compared = sum(theirs_often.values())
    print('%d samples, %d compared, %d and %d frames, %d guessed, %d wrong' %
          (sum(ours.values()), compared, *frames, guessed, wrong))
    sys.exit(wrong > 0 or guessed * 200 > compared or compared < 50)


main()
