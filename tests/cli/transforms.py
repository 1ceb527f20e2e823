"""Transforms of folded stacks, done on the text of `perf script` without any tree:
transforms.py FILE.gz. For each line "OUT<tab>TRANSFORM<tab>..." that is asked for it writes to OUT what
`flamescope export --to folded --idle keep` should print with the same transforms, and says "done".
Knows as much of the format as the bundled example has."""
import collections
import gzip
import re
import sys

HEAD = re.compile(r'^(\S.*?)\s+(\d+)/(\d+)\s+\[(\d+)\]\s+[\d.]+:\s+(?:\d+\s+)?(\S+):')
LINE = re.compile(r'^\s+([0-9a-f]+) (.*) \((.*)\)$')
USER = ('[unknown]', '[vdso', '[vsyscall', '[vvar', '[heap', '[stack', '[anon', '[uprobes]', '[perf')

Frame = collections.namedtuple('Frame', 'symbol module group kernel', defaults=[False])


def is_kernel(address, module):
    if module == '[unknown]':
        return len(address) == 16 and address[0] >= '8'
    return module.startswith('[') and not module.startswith(USER) or module.endswith('.ko')


def samples(path):
    head, frames = None, []
    with gzip.open(path, 'rt', encoding='utf-8', errors='surrogateescape') as text:
        for line in text:
            found = HEAD.match(line)
            if found:
                head, frames = found.groups(), []
            elif LINE.match(line):
                address, symbol, module = LINE.match(line).groups()
                symbol = re.sub(r'\+0x[0-9a-f]+$', '', symbol)
                frames.insert(0, Frame(symbol, module, False, is_kernel(address, module)))
            elif head and not line.strip():
                yield head, [Frame(head[0], '', False)] + frames
                head = None
    if head:
        yield head, [Frame(head[0], '', False)] + frames


def last(path):
    return path.rsplit('/', 1)[-1]


def in_module(frame, module):
    return not module or module in (frame.module, last(frame.module))


def reads(text):
    symbol, _, module = text.partition('|')
    return lambda f: f.symbol == symbol and in_module(f, module)


def prefix(path, stack):
    """How many frames the path has if the stack starts with it."""
    wanted = [reads(text) for text in path.split(';')]
    fits = len(stack) >= len(wanted) and all(w(f) for w, f in zip(wanted, stack))
    return len(wanted) if fits else 0


def group(key, head, stack, names):
    comm, pid, tid, cpu, event = head
    leaf = stack[-1] if stack and not stack[-1].group else None
    if key == 'process':
        return '%s (%s)' % (names[pid], pid)
    if key == 'module':
        return last(leaf.module) if leaf and leaf.module else '(no module)'
    return {'thread': '%s (%s)' % (comm, tid), 'cpu': 'cpu %d' % int(cpu), 'event': event}[key]


def recursion(stack, same):
    out = []
    for frame in stack:
        before = [i for i, other in enumerate(out) if same(frame, other)]
        if before:
            del out[before[0] + 1:]
        else:
            out.append(frame)
    return out


def both(value):
    if not value:
        return lambda f, g: (f.symbol, f.module) == (g.symbol, g.module)
    return lambda f, g: reads(value)(f) and reads(value)(g)


def apply(transform, head, stack, names):
    """The stack after it, or None when the sample is dropped."""
    name, _, value = transform.partition('=')
    groups = 0
    while groups < len(stack) and stack[groups].group:
        groups += 1
    places = [i for i, f in enumerate(stack) if value and reads(value)(f)]
    if name == 'focus-subtree':
        n = prefix(value, stack)
        return stack[n - 1:] if n else None
    if name == 'focus-function':
        return stack[:min(groups, places[0])] + stack[places[0]:] if places else None
    if name == 'callers-of':
        return stack[:places[0] + 1] if places else None
    if name == 'drop-function':
        return None if places else stack
    if name == 'merge-node':
        n = prefix(value, stack)
        return stack[:n - 1] + stack[n:] if n else stack
    if name == 'merge-function':
        return [f for i, f in enumerate(stack) if i not in places]
    if name == 'hide-kernel':
        return [f for f in stack if not f.kernel]
    if name == 'collapse-module':
        out = []
        for i, f in enumerate(stack):
            if not in_module(f, value):
                out.append(f)
            elif not (i and in_module(stack[i - 1], value)):
                out.append(Frame(last(value), value, False))
        return out
    if name == 'collapse-recursion':
        return recursion(stack, both(value))
    if name == 'collapse-direct':
        return [f for i, f in enumerate(stack) if not (i and both(value)(f, stack[i - 1]))]
    assert name == 'group', transform
    return stack[:groups] + [Frame(group(value, head, stack, names), '', True)] + stack[groups:]


def folded(everything, names, transforms):
    counts = collections.Counter()
    for head, stack in everything:
        for transform in transforms:
            stack = apply(transform, head, stack, names)
            if stack is None:
                break
        if stack is not None:
            path = ';'.join(f.symbol.replace(';', ':') for f in stack) or '[unknown]'
            counts[path] += 1
    for path in sorted(counts, key=lambda p: p.encode('utf-8', 'surrogateescape')):
        yield ('%s %d\n' % (path, counts[path])).encode('utf-8', 'surrogateescape')


def main():
    everything = list(samples(sys.argv[1]))
    names = {}
    for head, _ in everything:
        if head[1] == head[2]:
            names.setdefault(head[1], head[0])
    for head, _ in everything:
        names.setdefault(head[1], head[0])
    for line in sys.stdin:
        out, *transforms = line.rstrip('\n').split('\t')
        with open(out, 'wb') as file:
            file.writelines(folded(everything, names, transforms))
        print('done', flush=True)


main()
