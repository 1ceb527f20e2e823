"""Folded stacks of what `perf script --no-inline -F comm,ip,sym` printed: fold_perf.py TEXT
Reads it by what perf's manual and that of folded stacks say, with nothing of FlameScope's: a sample is
a line with the name of its process, then a line a frame, innermost first, up to an empty one; folded,
it is name and frames from the outermost in, with semicolons between them, and how often it was met."""
import collections
import re
import sys

FRAME = re.compile(r'^\s+([0-9a-f]+) (.*?)\s*$')


def samples(lines):
    """(process, frames innermost first) of each."""
    process, frames = None, []
    for line in lines:
        line = line.rstrip('\n')
        if not line.strip():
            if process is not None:
                yield process, frames
            process, frames = None, []
        elif process is None:
            process = line.strip()
        else:
            found = FRAME.match(line)
            assert found, 'no frame: %r' % line
            frames.append(found.group(2))
    if process is not None:
        yield process, frames


def main():
    counts = collections.Counter()
    with open(sys.argv[1], encoding='utf-8', errors='surrogateescape') as file:
        for process, frames in samples(file):
            names = [process] + frames[::-1]
            counts[';'.join(name.replace(';', ':') for name in names)] += 1
    sys.stdout.reconfigure(encoding='utf-8', errors='surrogateescape')
    for stack, n in sorted(counts.items()):
        print(stack, n)


if __name__ == '__main__':
    main()
