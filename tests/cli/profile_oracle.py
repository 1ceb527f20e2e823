"""What is in a profile: profile_oracle.py FORMAT FILE prints JSON with the samples, their first and
last time, and the folded stacks by samples and by weight. Small readers that hold the whole file
and know nothing of FlameScope's; they stand here to be compared with it."""
import collections
import decimal
import gzip
import json
import os
import re
import struct
import sys

import refold


def scaled(value, power):
    """A JSON number times 10^power, rounded half away from zero."""
    exact = decimal.Decimal(value) * 10 ** power
    return int(exact.to_integral_value(decimal.ROUND_HALF_UP))


class Rows:
    """Samples as (time or None, stack, weight or None)."""

    def __init__(self):
        self.rows = []
        self.counts = False  # a weight is how many samples the row stands for

    def add(self, time, stack, weight=None):
        self.rows.append((time, stack, weight))

    def span(self, begin, end, stack):
        """A sample for each millisecond, or part of one."""
        for at in range(begin, end, 1000000):
            self.add(at, stack, min(1000000, end - at))

    def summary(self):
        folded, weighed = collections.Counter(), collections.Counter()
        any_weight = any(weight is not None for _, _, weight in self.rows)
        for _, stack, weight in self.rows:
            text = ';'.join(name.replace(';', ':').replace('\n', ' ').replace('\r', ' ')
                            for name in stack)
            folded[text] += weight if self.counts and weight is not None else 1
            weighed[text] += 1 if weight is None else weight
        times = [time for time, _, _ in self.rows if time is not None]
        return {
            'samples': len(self.rows),
            'first_ns': min(times) if times else None,
            'last_ns': max(times) if times else None,
            'folded': lines(folded),
            'weighed': lines(weighed) if any_weight else None,
        }


def lines(counts):
    items = [(stack, n) for stack, n in counts.items() if n]
    items.sort(key=lambda item: item[0].encode('utf-8', 'surrogateescape'))
    return ''.join('%s %d\n' % item for item in items)


def load_json(data):
    return json.loads(data.decode('utf-8', 'surrogateescape'), parse_float=decimal.Decimal)


# ---- cpuprofile ----------------------------------------------------------------------------

def v8_name(node):
    frame = node.get('callFrame', node)
    name = frame.get('functionName', '')
    if name:
        return name
    name = '(anonymous)'
    for key in ('lineNumber', 'columnNumber'):
        if frame.get(key, -1) < 0:
            break
        name += ':%d' % (frame[key] + 1)
    return name


def v8_stack(nodes, parents, ident):
    stack = []
    while ident is not None:
        stack.append(v8_name(nodes[ident]))
        ident = parents.get(ident)
    if stack[-1] == '(root)':
        stack.pop()
    return stack[::-1]


def cpuprofile(data, rows):
    whole = load_json(data)
    nodes, parents = {}, {}

    def take(node):
        nodes[node['id']] = node
        if node.get('parent') is not None:
            parents[node['id']] = node['parent']
        for child in node.get('children', []):
            if isinstance(child, dict):
                take(child)
                child = child['id']
            parents[child] = node['id']

    for node in whole.get('nodes', []):
        take(node)
    if 'head' in whole:
        take(whole['head'])
    time = scaled(whole.get('startTime', 0), 3)
    if 'samples' not in whole:
        for ident in nodes:
            for _ in range(nodes[ident].get('hitCount', 0)):
                rows.add(None, ['(root)'] + v8_stack(nodes, parents, ident))
        return
    for i, ident in enumerate(whole['samples']):
        if 'timestamps' in whole:
            time = scaled(whole['timestamps'][i], 3)
        else:
            time += scaled(whole['timeDeltas'][i], 3)
        rows.add(time, ['(root)'] + v8_stack(nodes, parents, ident))


# ---- speedscope ----------------------------------------------------------------------------

SPEEDSCOPE_TIME = {'nanoseconds': 0, 'microseconds': 3, 'milliseconds': 6, 'seconds': 9}


def speedscope(data, rows):
    whole = load_json(data)
    names = [frame['name'] for frame in whole['shared']['frames']]
    ours = whole.get('exporter', '').startswith('flamescope ')
    seen = set()
    for number, profile in enumerate(whole['profiles'], 1):
        title = profile.get('name') or 'profile %d' % number
        if title in seen:
            title += ' (%d)' % number
        seen.add(title)
        base = [] if ours else [title]
        unit = profile['unit']
        scale = SPEEDSCOPE_TIME.get(unit)

        def untimed(stack, weight):
            if unit == 'bytes':
                rows.add(None, stack, weight)
            else:
                for _ in range(weight):
                    rows.add(None, stack)

        if profile['type'] == 'sampled':
            time = scaled(profile.get('startValue', 0), scale or 0)
            for sample, weight in zip(profile['samples'], profile['weights']):
                stack, weight = base + [names[i] for i in sample], scaled(weight, scale or 0)
                if scale is None:
                    untimed(stack, weight)
                else:
                    rows.add(time, stack, weight)
                    time += weight
            continue
        stack, before = [], 0
        for event in profile['events'] + [{'at': profile['endValue']}]:
            at = scaled(event['at'], scale or 0)
            if stack and at > before:
                text = base + [names[i] for i in stack]
                if scale is None:
                    untimed(text, at - before)
                else:
                    rows.span(before, at, text)
            before = at
            if event.get('type') == 'O':
                stack.append(event['frame'])
            elif event.get('type') == 'C':
                assert stack.pop() == event['frame']


# ---- Firefox -------------------------------------------------------------------------------

def gecko_rows(table):
    """Rows of a raw table as dicts."""
    return [{key: row[i] if i < len(row) else None for key, i in table['schema'].items()} for row in table['data']]


def gecko_name(text):
    found = re.match(r'^(.*?) \((.*)\)$', text, re.S)
    if found and ('://' in found.group(2) or found.group(2).startswith('self-hosted')):
        return found.group(1)
    return text


def firefox_thread(thread, shared, shift, rows):
    def table(name):
        return thread.get(name) or shared.get(name)

    raw = 'schema' in thread['samples']
    strings = thread.get('stringTable') or thread.get('stringArray') or shared['stringArray']
    if raw:
        stacks = [(s['prefix'], s['frame']) for s in gecko_rows(thread['stackTable'])]
        names = [gecko_name(strings[frame['location']]) for frame in gecko_rows(thread['frameTable'])]
        samples = [(s['stack'], s['time'], None) for s in gecko_rows(thread['samples'])]
    else:
        offsets = table('stackTable').get('prefixOffset')
        prefixes = [i - offset if offset else None for i, offset in enumerate(offsets)] if offsets else table('stackTable')['prefix']
        stacks = list(zip(prefixes, table('stackTable')['frame']))
        names = [strings[table('funcTable')['name'][func]] for func in table('frameTable')['func']]
        taken = thread['samples']
        time, times = decimal.Decimal(0), taken.get('time')
        if times is None:
            times = []
            for delta in taken['timeDeltas']:
                time += delta
                times.append(time)
        samples = list(zip(taken['stack'], times, taken.get('weight') or [None] * len(times)))
    for stack, time, weight in samples:
        frames = []
        while stack is not None:
            stack, frame = stacks[int(stack)]
            if names[frame] != '(root)':
                frames.append(names[frame] or '[unknown]')
        if weight is not None:
            weight = scaled(weight, 6) if thread['samples'].get('weightType') == 'tracing-ms' else int(weight)
        rows.add(scaled(time, 6) + shift, [thread['name']] + frames[::-1], weight)


def slabs(data):
    """JsonSlabs as plain JSON."""
    count, root = struct.unpack_from('<II', data, 12)

    def read(number):
        kind, at, size = struct.unpack_from('<III', data, 20 + 12 * number)
        if kind == 10:
            return '%s' % re.sub(r'\{\s*"\$s"\s*:\s*(\d+)\s*\}', lambda found: read(int(found.group(1))), data[at:at + size].decode())
        return '[%s]' % ', '.join(map(repr, memoryview(data)[at:at + size].cast('bBhHiIfdqQ'[kind])))

    return read(root).encode()


def firefox(data, rows):
    whole = load_json(slabs(data) if data[2:6] == b'JSLB' else data)
    whole = whole.get('profile', whole)
    start = whole['meta']['startTime']
    for process in [whole] + whole.get('processes', []):
        for thread in process['threads']:
            firefox_thread(thread, whole.get('shared', {}), scaled(process['meta']['startTime'], 6) - scaled(start, 6), rows)


# ---- trace events --------------------------------------------------------------------------

def whole_calls(events):
    """Calls (begin, end, name) of one thread from its events [(ph, begin, end, name)]."""
    events = sorted(events, key=lambda event: event[1])
    calls, still, ended, now, last = [], [], [], None, max(event[2] for event in events)
    for ph, begin, end, name in events:
        if begin != now:
            now, ended = begin, []
        if ph in 'BX':
            calls.append([begin, end if ph == 'X' else last, name])
        if ph == 'B':
            still.append(calls[-1])
        if ph == 'E':
            same = [i for i, call in enumerate(still) if not name or call[2] == name]
            if not same:
                if name in ended:
                    ended.remove(name)
                continue
            for call in still[same[-1]:]:
                call[1] = begin
            ended += [call[2] for call in still[same[-1] + 1:]]
            del still[same[-1]:]
    calls = [call for call in calls if call[1] > call[0]]
    return sorted(calls, key=lambda call: (call[0], -call[1]))


def spans(calls, base, rows):
    points = sorted({at for call in calls for at in call[:2]})
    for a, b in zip(points, points[1:]):
        stack = [call[2] or '[unknown]' for call in calls if call[0] <= a and call[1] >= b]
        if stack:
            rows.span(a, b, base + stack)


def trace(data, rows):
    text = data.decode('utf-8').strip()
    if text[0] == '[' and text[-1] != ']':
        text = text.rstrip(', \r\n\t') + ']'
    whole = load_json(text.encode('utf-8'))
    if isinstance(whole, list):
        whole = {'traceEvents': whole}
    events = whole['traceEvents']
    names, processes = {}, {}
    for event in events:
        if event['ph'] == 'M' and event['name'] == 'thread_name':
            names[event['pid'], int(event['tid'])] = event['args']['name']
        if event['ph'] == 'M' and event['name'] == 'process_name':
            processes[event['pid']] = event['args']['name']

    def base(pid, tid):
        return [names.get((pid, tid)) or processes.get(pid) or 'thread %d' % tid]

    threads, samplers = {}, {}
    for event in events:
        key = event.get('pid', 0), int(event.get('tid', 0))
        if event['ph'] in 'BEX':
            begin = end = scaled(event['ts'], 3)
            if event['ph'] == 'X':
                end += scaled(event.get('dur', event.get('tdur', 0)), 3)
            threads.setdefault(key, []).append((event['ph'], begin, end, event.get('name', '')))
        if event['name' if 'name' in event else 'ph'] in ('Profile', 'ProfileChunk', 'CpuProfile'):
            # a profile belongs to the thread of the event that announced it
            sampler = samplers.setdefault((event['pid'], event.get('id')), {'nodes': {}, 'samples': [], 'deltas': []})
            given = event['args']['data']
            if event['name'] != 'ProfileChunk':
                sampler['key'] = key
            profile = given.get('cpuProfile', {})
            sampler['start'] = given.get('startTime', profile.get('startTime', sampler.get('start')))
            for node in profile.get('nodes', []):
                sampler['nodes'][node['id']] = node
            sampler['samples'] += profile.get('samples', [])
            sampler['deltas'] += given.get('timeDeltas', profile.get('timeDeltas', []))
    for key, thread in threads.items():
        calls = whole_calls(thread)
        spans(calls, base(*key), rows)
    for sampler in samplers.values():
        parents = {ident: node['parent'] for ident, node in sampler['nodes'].items() if 'parent' in node}
        parents.update((child, ident) for ident, node in sampler['nodes'].items() for child in node.get('children', []))
        time = scaled(sampler['start'], 3)
        for ident, delta in zip(sampler['samples'], sampler['deltas']):
            time += scaled(delta, 3)
            rows.add(time, base(*sampler['key']) + v8_stack(sampler['nodes'], parents, ident))
    frames = whole.get('stackFrames', {})
    heavy = any(int(sample.get('weight', 1)) != 1 for sample in whole.get('samples', []))
    for sample in whole.get('samples', []):
        stack, ident = [], sample.get('sf')
        while ident is not None:
            stack.append(frames[str(ident)]['name'] or '[unknown]')
            ident = frames[str(ident)].get('parent')
        rows.add(scaled(sample['ts'], 3), base(sample['pid'], int(sample['tid'])) + stack[::-1],
                 int(sample['weight']) if heavy else None)


# ---- protobuf ------------------------------------------------------------------------------

def doubles(data):
    return [value[0] for value in struct.iter_unpack('<d', data)]


def proto_fields(data):
    """As refold's, with fixed numbers as well."""
    at, out = 0, collections.defaultdict(list)
    while at < len(data):
        key, at = refold.varint(data, at)
        if key & 7 == 0:
            value, at = refold.varint(data, at)
        elif key & 7 == 1:
            value, at = doubles(data[at:at + 8])[0], at + 8
        else:
            n, at = refold.varint(data, at)
            value, at = data[at:at + n], at + n
        out[key >> 3].append(value)
    return out


def numbers(values):
    out = []
    for value in values:
        out += refold.packed(value) if isinstance(value, bytes) else [value]
    return out


def first(message, field, default=0):
    return message[field][0] if message[field] else default


def pprof(data, rows):
    profile = proto_fields(data)
    strings = [text.decode('utf-8') for text in profile[6]]
    types = [(strings[first(t, 1)], strings[first(t, 2)]) for t in map(proto_fields, profile[1])]
    mappings = {first(m, 1): strings[first(m, 5)] for m in map(proto_fields, profile[3])}
    functions = {first(f, 1): strings[first(f, 2)] or strings[first(f, 3)] for f in map(proto_fields, profile[5])}
    locations = {}
    for location in map(proto_fields, profile[4]):
        lines = [functions[first(proto_fields(line), 1)] or '[unknown]' for line in location[4]]
        locations[first(location, 1)] = lines[::-1] or ['0x%x' % first(location, 3)]
    program = os.path.basename(next(iter(mappings.values()), '')) or '[unknown]'
    for sample in map(proto_fields, profile[2]):
        labels = {strings[first(label, 1)]: strings[first(label, 2)] for label in map(proto_fields, sample[3])}
        values = [refold.signed(value) for value in numbers(sample[2])]
        stack = [labels.get('thread', program)]
        for ident in numbers(sample[1])[::-1]:
            stack += locations[ident]
        scale = {'nanoseconds': 1, 'milliseconds': 1000000, 'bytes': 1}
        if [unit for _, unit in types] == ['count']:
            for _ in range(values[0]):
                rows.add(None, stack)
        for (_, unit), (_, next_unit), count, weight in zip(types, types[1:], values, values[1:]):
            if unit != 'count' or next_unit not in scale:
                continue
            weight *= scale[next_unit]
            count = count or (weight > 0)
            for i in range(count):
                rows.add(None, stack, weight // count + (i < weight % count))


def nflxprofile(data, rows):
    profile = proto_fields(data)
    nodes, parents = {}, {}
    for entry in map(proto_fields, profile[5]):
        ident, node = first(entry, 1), proto_fields(first(entry, 2, b''))
        nodes[ident] = node
        if node[5]:
            parents[ident] = node[5][0]
        for child in numbers(node[3]):
            parents[child] = ident

    def stack_of(ident):
        name = nodes[ident][1][0].decode('utf-8')
        if nodes[ident][10]:
            return [name] + [proto_fields(frame)[1][0].decode('utf-8') or '[unknown]' for frame in nodes[ident][10]]
        above = stack_of(parents[ident]) if ident in parents else []
        return above if name == 'root' and ident not in parents else above + [name or '[unknown]']

    time = 0
    rows.counts = True
    deltas = doubles(b''.join(profile[4]))
    values = numbers(profile[12]) or [None] * len(deltas)
    for ident, delta, value in zip(numbers(profile[3]), deltas, values):
        time += round(delta * 1e12)
        rows.add(round(profile[1][0] * 1e9) + (time + 500) // 1000, stack_of(ident), value)


# ---- texts ---------------------------------------------------------------------------------

def no_offset(symbol):
    return re.sub(r'\+(0x[0-9a-f]+|[0-9]+)$', '', symbol)


def simpleperf(data, rows):
    for block in re.split(r'^(?=\S)', data.decode('utf-8'), flags=re.M):
        if not block.startswith('sample:'):
            continue
        pairs = [line.strip().split(': ', 1) for line in block.splitlines()[1:] if ': ' in line]
        said = dict(pairs[::-1])
        stack = [value for key, value in pairs if key == 'symbol']
        rows.add(int(said['time']), [said.get('thread_name', '[unknown]')] + stack[::-1], int(said['event_count']))


def bpftrace(data, rows):
    for key, count in re.findall(r'^@\w*\[(.*?)\]: (\d+)$', data.decode('utf-8'), flags=re.M | re.S):
        frames = [line.strip() for line in key.splitlines() if line.startswith((' ', '\t'))]
        words = [word.strip() for line in key.splitlines() if not line.startswith((' ', '\t')) for word in line.split(',')]
        names = [word for word in words if word and not word.isdigit()]
        frames = [no_offset(re.sub(r'^\S+ (.*) \(.*\)$', r'\1', frame)) for frame in frames]
        for _ in range(int(count)):
            rows.add(None, (names or ['[unknown]'])[:1] + frames[::-1])


def dtrace(data, rows):
    stack, modules = [], []
    for line in data.decode('utf-8').splitlines():
        text = line.strip()
        if not text or text.startswith(('CPU ', 'dtrace: ')) or re.match(r'\d+ +\d+ +\S*:\S*$', text):
            continue
        if not text.isdigit():
            stack.append(no_offset(text.split('`', 1)[-1]))
            modules.append('`' in text)
            continue
        bare = not modules[0] and any(modules)
        name = stack.pop(0) if bare else '[unknown]'
        for _ in range(int(text)):
            rows.add(None, [name] + stack[::-1])
        stack, modules = [], []


def mac_sample(data, rows):
    text = data.decode('utf-8')
    program = re.search(r'^Analysis of sampling (.*) \(pid', text).group(1)
    graph = re.search(r'^Call graph:\n(.*?)\n\n', text, re.M | re.S).group(1)
    found = [re.match(r'([ +!:|]*)(\d+) (.*)$', line).groups() for line in graph.splitlines()]
    for i, (indent, count, _) in enumerate(found):
        stack, column, left, children = [], len(indent) + 1, int(count), None
        for above, _, name in found[i::-1]:
            if len(above) < column:
                column = len(above)
                stack.append(name)
        for below, number, _ in found[i + 1:]:
            if len(below) <= len(indent):
                break
            children = len(below) if children is None else children
            if len(below) == children:
                left -= int(number)
        thread = stack.pop()
        name = re.search(r': (.*?)( +\(\w+\))?$', thread)
        stack.append(name.group(1) if name else program)
        for _ in range(left):
            rows.add(None, [re.sub(r'  \(in .*', '', frame) for frame in stack[::-1]])


READERS = {'simpleperf': simpleperf, 'bpftrace': bpftrace, 'dtrace': dtrace, 'mac_sample': mac_sample,
           'pprof': pprof, 'nflxprofile': nflxprofile, 'trace': trace, 'firefox': firefox, 'speedscope': speedscope, 'cpuprofile': cpuprofile}


def main():
    with open(sys.argv[2], 'rb') as file:
        data = file.read()
    if data[:2] == b'\x1f\x8b':
        data = gzip.decompress(data)
    rows = Rows()
    READERS[sys.argv[1]](data, rows)
    json.dump(rows.summary(), sys.stdout)


if __name__ == '__main__':
    main()
