"""Arithmetic of folded files: foldmath.py minus|elided X Y
minus: X without what Y has. elided: those stacks of X that no stack of Y is, or begins with."""
import sys


def folded(path):
    with open(path, encoding='utf-8', errors='surrogateescape') as file:
        lines = [line.rstrip('\n').rsplit(' ', 1) for line in file]
    return {stack: int(n) for stack, n in lines}


def minus(x, y):
    return {stack: n - y.get(stack, 0) for stack, n in x.items()}


def elided(x, y):
    begun = set()
    for stack in y:
        frames = stack.split(';')
        begun.update(';'.join(frames[:i]) for i in range(1, len(frames) + 1))
    return {stack: n for stack, n in x.items() if stack not in begun}


left = {'minus': minus, 'elided': elided}[sys.argv[1]](folded(sys.argv[2]), folded(sys.argv[3]))
sys.stdout.reconfigure(encoding='utf-8', errors='surrogateescape')
for stack in sorted(left, key=lambda s: s.encode('utf-8', 'surrogateescape')):
    assert left[stack] >= 0, stack
    if left[stack]:
        print(stack, left[stack])
