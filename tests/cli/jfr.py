"""Holds our folded stacks of a recording against async-profiler's collapsed ones: jfr.py REFERENCE
OURS. The reference has no thread in front, and marks kinds behind names; not those of single
samples, but for each place in its tree the one that most have, so they are not compared."""
import collections
import re
import sys


def folded(path, skipped):
    counts = collections.Counter()
    with open(path, encoding='utf-8') as file:
        for line in file:
            stack, count = line.rstrip('\n').rsplit(' ', 1)
            frames = [re.sub(r'_\[[01jik]\]$', '', f) for f in stack.split(';')[skipped:]]
            counts[';'.join(frames)] += int(count)
    return counts


want, got = folded(sys.argv[1], 0), folded(sys.argv[2], 1)
assert want, 'the reference is empty'
for name, left in ('missing', want - got), ('too many', got - want):
    for stack, count in list(left.items())[:5]:
        print(name, count, stack)
sys.exit(want != got)
