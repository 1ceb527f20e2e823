"""Writes small profiles of every format that is read: profile_make.py FOLDER [SAMPLES [fuzz]].
The files, FORMAT/NAME, cover what a format can say; fuzzers begin with them, and "fuzz" makes
some for them alone. The same on every run."""
import gzip
import json
import lzma
import os
import random
import struct
import subprocess
import sys

ODD = ['main', 'a "quoted"; name', 'tab\tback\\slash', '\u00fcn\u00efc\u00f6d\u00e9', 'f\U0001f525', '', 'operator()<int>']


# ---- protobuf: a message is a list of (number, value); value an int, a float, bytes or a message

def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def message(members):
    out = b''
    for number, value in members:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        elif isinstance(value, float):
            out += varint(number << 3 | 1) + struct.pack('<d', value)
        else:
            value = message(value) if isinstance(value, list) else value.encode('utf-8') if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def packed(values):
    return b''.join(map(varint, values))


class Maker:
    def __init__(self, folder, samples):
        self.folder, self.samples, self.random = folder, samples, random.Random(7)

    def write(self, kind, name, data):
        if isinstance(data, str):
            data = data.encode('utf-8')
        os.makedirs(os.path.join(self.folder, kind), exist_ok=True)
        with open(os.path.join(self.folder, kind, name), 'wb') as file:
            file.write(data)

    def tree(self, nodes):
        """Parents by node; 0 is the root."""
        return [None] + [self.random.randrange(i) for i in range(1, nodes)]

    def name(self, i):
        return ODD[i] if i < len(ODD) else 'function%d' % i

    # ---- cpuprofile

    def cpuprofile(self):
        parents = self.tree(40)

        def node(i, **more):
            return dict(id=i * 3 + 1, callFrame={
                'functionName': '(root)' if i == 0 else self.name(i), 'scriptId': '1',
                'url': 'file:///x.js' if i % 2 else '', 'lineNumber': i, 'columnNumber': 2 * i}, hitCount=i % 4, **more)

        children = [[3 * k + 1 for k in range(40) if parents[k] == i] for i in range(40)]
        samples = [self.random.randrange(40) * 3 + 1 for _ in range(self.samples)]
        deltas = [self.random.randrange(-50, 2000) for _ in samples]
        down = [node(i, children=children[i]) for i in range(40)]
        up = [node(i, **({'parent': parents[i] * 3 + 1} if i else {})) for i in reversed(range(40))]
        times = {'startTime': 5000000123, 'endTime': 6000000000}
        taken = {'samples': samples, 'timeDeltas': deltas}
        self.write('cpuprofile', 'children', json.dumps({'nodes': down, **times, **taken}, separators=(',', ':')))
        self.write('cpuprofile', 'parents-last', json.dumps({**taken, 'nodes': up, **times}, indent=1))
        self.write('cpuprofile', 'hits', json.dumps({'nodes': down, **times}))

        def nested(i):
            frame = node(i)['callFrame']
            return {**frame, 'children': [nested(k) for k in range(40) if parents[k] == i], 'hitCount': i % 4, 'id': i * 3 + 1}

        stamps = [163140599286 + 1000 * i for i in range(len(samples))]
        self.write('cpuprofile', 'head', json.dumps({'head': nested(0), 'samples': samples, 'timestamps': stamps}))

    # ---- speedscope

    def events(self, frames):
        """Calls that open and close, some of them at one time, some longer than a millisecond."""
        at, stack, out = 3, [], []
        for _ in range(self.samples):
            at += self.random.choice([0, 0, 1, 7, 400, 2500])
            if stack and (len(stack) > 6 or self.random.random() < 0.45):
                out.append({'type': 'C', 'frame': stack.pop(), 'at': at})
            else:
                stack.append(self.random.randrange(frames))
                out.append({'type': 'O', 'frame': stack[-1], 'at': at})
        return out, at + 5

    def speedscope(self):
        frames = [{'name': self.name(i), **({'file': 'x.py', 'line': i} if i % 3 else {})} for i in range(12)]
        stacks = [[self.random.randrange(12) for _ in range(self.random.randrange(8))] for _ in range(30)]
        samples = [self.random.choice(stacks) for _ in range(self.samples)]

        def sampled(name, unit, weights):
            return {'type': 'sampled', 'name': name, 'unit': unit, 'startValue': 1.5 if unit == 'milliseconds' else 2,
                    'endValue': 9, 'samples': samples, 'weights': weights}

        def evented(name, unit, divide):
            events, end = self.events(12)
            events = [{**event, 'at': event['at'] / divide} for event in events]
            return {'type': 'evented', 'name': name, 'unit': unit, 'startValue': 0, 'endValue': end / divide, 'events': events}

        fine = [self.random.randrange(3000) / 1024 for _ in samples]
        whole = [self.random.randrange(9) for _ in samples]
        schema = {'$schema': 'https://www.speedscope.app/file-format-schema.json'}
        times = [sampled('same', 'milliseconds', fine), sampled('same', 'nanoseconds', whole), sampled('', 'seconds', whole),
                 evented('calls', 'microseconds', 1), evented('slow calls', 'milliseconds', 8)]
        none = [sampled('a', 'none', whole), evented('b', 'none', 1)]
        self.write('speedscope', 'times', json.dumps({**schema, 'shared': {'frames': frames}, 'profiles': times}))
        turned = [dict(reversed(list(profile.items()))) for profile in times]
        self.write('speedscope', 'tables-last', json.dumps({'profiles': turned, 'shared': {'frames': frames}, **schema}, indent=1))
        self.write('speedscope', 'counts', json.dumps({**schema, 'profiles': none, 'shared': {'frames': frames}}))
        self.write('speedscope', 'bytes', json.dumps({**schema, 'profiles': [sampled('heap', 'bytes', whole)],
                                                      'shared': {'frames': frames}}))

    # ---- Firefox

    def firefox_meta(self, start):
        return {'interval': 1, 'startTime': start, 'version': 9, 'processType': 0}

    def firefox_raw(self, name, pid, tid):
        parents = self.tree(25)
        strings = ['(root)'] + ['%s (https://x.org/a.js:%d:1)' % (self.name(i), i) for i in range(1, 9)] + ['0x7f00', 'ion']
        time, samples = 0.25, []
        for _ in range(self.samples):
            time += self.random.random() * 3
            samples.append([self.random.randrange(25), time] if self.random.random() < 0.9 else [None, time, 5])
        return {'name': name, 'processType': 'tab', 'pid': pid, 'tid': tid, 'registerTime': 0.0,
                'samples': {'schema': {'stack': 0, 'time': 1, 'rss': 2}, 'data': samples},
                'markers': {'schema': {'name': 0}, 'data': [[0]]},
                'stackTable': {'schema': {'prefix': 0, 'frame': 1}, 'data': [[parents[i], i % 11] for i in range(25)]},
                'frameTable': {'schema': {'location': 0, 'implementation': 1}, 'data': [[i % 10] if i % 2 else [i % 10, 10] for i in range(11)]},
                'stringTable': strings}

    def firefox_tables(self):
        parents, strings = self.tree(30), [self.name(i) for i in range(12)] + ['lib.so', '[kernel.kallsyms]', 'x.js']
        return {'stackTable': {'frame': [i % 20 for i in range(30)], 'prefix': parents, 'length': 30},
                'frameTable': {'address': [-1] * 20, 'func': [i % 12 for i in range(20)], 'inlineDepth': [i % 3 for i in range(20)], 'length': 20},
                'funcTable': {'name': list(range(12)), 'isJS': [i % 4 == 0 for i in range(12)], 'resource': [i % 3 - 1 for i in range(12)],
                              'fileName': [14 if i % 4 == 0 else None for i in range(12)], 'length': 12},
                'resourceTable': {'name': [12, 13], 'lib': [0, 1], 'length': 2}, 'stringArray': strings}

    def firefox_newest(self):
        """As version 75 writes them: what flags do not vouch for is 0."""
        tables = self.firefox_tables()
        stacks, frames, funcs = tables['stackTable'], tables['frameTable'], tables['funcTable']
        prefixes, depths = stacks.pop('prefix'), frames.pop('inlineDepth')
        stacks['prefixOffset'] = [0 if parent is None else i - parent for i, parent in enumerate(prefixes)]
        frames['flags'] = [2 | (depth > 0) for depth in depths]
        scripts, resources = funcs.pop('isJS'), funcs['resource']
        funcs['flags'] = [script | (resource >= 0) << 2 | script << 3 for script, resource in zip(scripts, resources)]
        funcs['resource'] = [max(resource, 0) for resource in resources]
        funcs['source'] = [0] * len(scripts)
        del funcs['fileName']
        return {**tables, 'sources': {'filename': [14], 'length': 1}}

    def slabs(self, root, inner=()):
        """JsonSlabs: lists of numbers of their own, and what stands behind the keys `inner`, too."""
        kinds, slabs = 'bBhHiIfdqQ', []

        def slab(kind, data):
            slabs.append((kind, data))
            return {'$s': len(slabs) - 1}

        def packed(value, key=None):
            if isinstance(value, dict):
                value = {name: packed(member, name) for name, member in value.items()}
            elif isinstance(value, list) and value and all(type(item) in (int, float) for item in value):
                whole = all(isinstance(item, int) for item in value)
                kind = 7 if not whole else 1 if 0 <= min(value) and max(value) < 256 else len(slabs) % 2 * 4 + 4
                return slab(kind, struct.pack('<%d%s' % (len(value), kinds[kind]), *value))
            elif isinstance(value, list):
                value = [packed(item) for item in value]
            return slab(10, json.dumps(value, indent=len(slabs) % 3).encode()) if key in inner else value

        text = json.dumps(packed(root)).encode()
        slabs.append((10, text))
        at, table, body = 20 + 12 * len(slabs), b'', b''
        for kind, data in slabs:
            body += b'\0' * (-(at + len(body)) % 8)
            table += struct.pack('<III', kind, at + len(body), len(data))
            body += data
        return b'\xdc\xdfJSLB\1\0' + struct.pack('<III', 1, len(slabs), len(slabs) - 1) + table + body

    def firefox_samples(self, deltas, weights):
        stacks = [self.random.choice([None] + list(range(30))) for _ in range(self.samples)]
        steps = [self.random.randrange(1024) / 256 for _ in stacks]
        out = {'stack': stacks, 'length': len(stacks)}
        if deltas:
            out['timeDeltas'] = steps
        else:
            out['time'] = [sum(steps[:i]) for i in range(len(steps))]
        if weights:
            out.update(weight=[self.random.randrange(1, 5) / 4 for _ in stacks], weightType='tracing-ms')
        return out

    def firefox(self):
        raw = {'meta': self.firefox_meta(1523985024593.6038), 'libs': [], 'threads': [self.firefox_raw('GeckoMain', 5, 5)],
               'processes': [{'meta': self.firefox_meta(1523985024600.125), 'threads': [self.firefox_raw('GeckoMain', 6, 6)], 'processes': []}]}
        self.write('firefox', 'raw', json.dumps(raw))
        self.write('firefox', 'wrapped', json.dumps({'label': '', 'profile': raw}, indent=1))
        own = [{'name': name, 'processName': 'samply', 'pid': '77', 'tid': '77.1', 'samples': self.firefox_samples(False, i), **self.firefox_tables()}
               for i, name in enumerate(('main', 'worker'))]
        self.write('firefox', 'own-tables', json.dumps({'meta': self.firefox_meta(17.5), 'libs': [], 'threads': own}))
        bare = [{'name': name, 'pid': 9, 'tid': i, 'samples': self.firefox_samples(True, False)} for i, name in enumerate(('a', 'b'))]
        self.write('firefox', 'shared-last', json.dumps({'meta': self.firefox_meta(17.5), 'threads': bare, 'shared': self.firefox_tables()}))
        newest = {'meta': self.firefox_meta(17.5), 'libs': [], 'shared': self.firefox_newest(),
                  'threads': [{'name': name, 'pid': '9', 'tid': i, 'samples': self.firefox_samples(True, i)} for i, name in enumerate(('a', 'b'))]}
        self.write('firefox', 'newest', json.dumps(newest))
        self.write('firefox_slabs', 'newest', self.slabs(newest))
        self.write('firefox_slabs', 'nested', self.slabs(newest, ('threads', 'stringArray', 'samples')))
        self.write('firefox_slabs', 'raw', self.slabs(raw, ('meta', 'samples')))
        self.write('firefox', 'shared-first', json.dumps({'shared': self.firefox_tables(), 'threads': bare, 'meta': self.firefox_meta(17.5)}))

    # ---- trace events

    def trace_calls(self, pid, tid):
        """Calls of one thread: some as begin and end, some whole, all times in µs."""
        out, stack, at = [], [], self.random.randrange(100)
        for _ in range(self.samples):
            at += self.random.choice([0, 1, 30.5, 700, 2500.125])
            if stack and (len(stack) > 5 or self.random.random() < 0.5):
                name, begin, whole = stack.pop()
                if whole:
                    out.append({'ph': 'X', 'ts': begin, 'dur': at - begin, 'name': name, 'pid': pid, 'tid': tid, 'cat': 'c', 'args': {'a': ['}', {'b': 1}]}})
                else:
                    out.append({'args': {}, 'name': name, 'ph': 'E', 'ts': at, 'pid': pid, 'tid': tid})
            else:
                stack.append((self.name(self.random.randrange(9)), at, self.random.random() < 0.5))
                if not stack[-1][2]:
                    out.append({'name': stack[-1][0], 'cat': 'c', 'ph': 'B', 'ts': at, 'pid': pid, 'tid': tid})
        return out

    def trace_profile(self):
        parents = self.tree(12)
        nodes = [{'id': i + 1, 'callFrame': {'functionName': '(root)' if i == 0 else self.name(i), 'url': 'u', 'scriptId': 1, 'lineNumber': 3},
                  **({'parent': parents[i] + 1} if i else {})} for i in range(12)]
        at = {'cat': 'v8', 'id': '0x1', 'pid': 1, 'ts': 5}
        out = [{**at, 'ph': 'P', 'name': 'Profile', 'tid': 2, 'args': {'data': {'startTime': 1234.5}}}]
        for k in range(3):
            samples = [self.random.randrange(4 * k + 4) + 1 for _ in range(self.samples // 3)]
            out.append({**at, 'ph': 'P', 'name': 'ProfileChunk', 'tid': 9, 'args': {'data': {
                'cpuProfile': {'nodes': nodes[4 * k:4 * k + 4], 'samples': samples},
                'timeDeltas': [self.random.randrange(1500) for _ in samples], 'lines': [0] * len(samples)}}})
        return out

    def trace(self):
        names = [{'ph': 'M', 'name': 'process_name', 'pid': 1, 'tid': 0, 'args': {'name': 'browser'}},
                 {'ph': 'M', 'name': 'thread_name', 'pid': 1, 'tid': 2, 'args': {'name': 'main'}},
                 {'ph': 'M', 'name': 'thread_name', 'pid': 4, 'tid': 2, 'args': {'name': 'other'}}]
        other = [{'ph': 'C', 'name': 'counter', 'pid': 1, 'tid': 2, 'ts': 5, 'args': {'v': 1}},
                 {'ph': 'b', 'cat': 'c', 'id': 1, 'name': 'async', 'pid': 1, 'tid': 2, 'ts': 5}]
        calls = self.trace_calls(1, 2) + self.trace_calls(1, 7) + self.trace_calls(4, 2) + self.trace_calls(5, 5)
        mixed = sorted(calls, key=lambda event: event['ts'] + event.get('dur', 0))
        self.write('trace', 'array', json.dumps(mixed + other + names, separators=(',', ':')))
        self.write('trace', 'no-end', json.dumps(names + mixed, indent=1)[:-2] + ',\n')
        self.write('trace', 'object', json.dumps({'metadata': {'x': [1]}, 'traceEvents': mixed + self.trace_profile() + names, 'more': None}))
        frames = {str(i): {'category': 'c', 'name': self.name(i), **({'parent': str(p)} if p is not None else {})} for i, p in enumerate(self.tree(15))}
        samples = [{'cpu': 0, 'name': 'cycles', 'ts': str(1000 + 3 * i), 'pid': 4, 'tid': str(2 + i % 2), 'weight': str(i % 5 + 1),
                    'sf': self.random.randrange(15)} for i in range(self.samples)]
        self.write('trace', 'samples', json.dumps({'traceEvents': names, 'samples': samples, 'stackFrames': frames}))

    # ---- pprof and nflxprofile

    def pprof(self):
        strings = ['']

        def text(value):
            if value not in strings:
                strings.append(value)
            return strings.index(value)

        def profile(types, strings_first, pack):
            samples = []
            for number in range(self.samples // 3):
                stack = [self.random.randrange(1, 16) for _ in range(self.random.randrange(1, 7))]
                count = self.random.randrange(5)
                values = [count * scale + (scale > 1) * 3 for _, _, scale in types]
                if number % 30: # little is left of what was allocated
                    values[2:] = [0] * len(values[2:])
                sample = [(1, packed(stack))] + [(2, packed(values))] if pack else [(1, i) for i in stack] + [(2, v) for v in values]
                if self.random.random() < 0.4:
                    sample.append((3, [(1, text('thread')), (2, text('worker %d' % (count % 2)))]))
                samples.append((2, sample))
            tables = [(3, [(1, 1), (5, text('/usr/bin/program'))]), (3, [(1, 2), (5, text('[kernel.kallsyms]'))])]
            for i in range(1, 16):
                lines = [(4, [(1, 1 + (i + k) % 12)]) for k in range(i % 4)]
                tables.append((4, [(1, i), (2, 1 + i % 2), (3, 0x1000 + i)] + lines))
            tables += [(5, [(1, i), (2, text(self.name(i))), (3, text(self.name(i)))]) for i in range(1, 13)]
            kinds = [(1, [(1, text(name)), (2, text(unit))]) for name, unit, _ in types]
            table = [(6, value) for value in strings]
            return message(table + kinds + tables + samples if strings_first else kinds + samples + tables + table)

        cpu = [('samples', 'count', 1), ('cpu', 'nanoseconds', 10000000)]
        heap = [('alloc_objects', 'count', 1), ('alloc_space', 'bytes', 512), ('inuse_objects', 'count', 1), ('inuse_space', 'bytes', 64)]
        self.write('pprof', 'cpu', profile(cpu, False, True))
        self.write('pprof', 'cpu-unpacked', profile(cpu, True, False))
        self.write('pprof', 'heap', profile(heap, False, True))
        self.write('pprof', 'counts', profile([('goroutines', 'count', 1)], False, True))

    def nflxprofile(self):
        parents = self.tree(20)
        deltas = [self.random.randrange(-40, 3000) / 1000000 for _ in range(self.samples)]
        samples = [self.random.randrange(1, 20) for _ in deltas]
        head = [(1, 12.5), (2, 99.0), (3, packed(samples)), (4, struct.pack('<%dd' % len(deltas), *deltas))]

        def node(i, stacked, down):
            out = [(1, 'root' if i == 0 else self.name(i)), (2, 1)]
            if stacked:
                return out + [(10, [(1, self.name(k)), (2, 'jit' if k % 2 else 'kernel'), (3, [(1, 'file.js'), (2, 3)])]) for k in range(i % 5)]
            if down:
                return out + [(3, k) for k in range(20) if parents[k] == i] + [(4, 'user')]
            return out + ([(5, parents[i])] if i else [])

        for name, stacked, down in (('stacks', True, False), ('children', False, True), ('parents', False, False)):
            nodes = [(5, [(1, i), (2, node(i, stacked, down))]) for i in range(20)]
            more = [(9, packed([i % 4 for i in samples])), (10, packed([77] * len(samples))), (11, packed([78 + i % 2 for i in samples]))]
            if down:
                more.append((12, packed([i * 3 for i in samples])))
            self.write('nflxprofile', name, message(head + nodes + [(8, [(1, 'has_node_stack'), (2, 'true')])] + more))

    # ---- texts

    def plain(self, i):
        return ['main', 'read(int, char*)', 'operator()<int>', 'std::f', 'vfs_read', 'a.b.c'][i % 6] + (str(i) if i > 5 else '')

    def stack(self):
        return [self.random.randrange(12) for _ in range(self.random.randrange(1, 7))]

    def texts(self):
        out, time = ['lost_situation:', '  sample_count: 2', ''], 5000000000
        for _ in range(self.samples):
            time += self.random.randrange(3000000)
            out += ['sample:', '  event_type: cpu-cycles', '  time: %d' % time, '  event_count: %d' % self.random.randrange(1, 99), '  thread_id: 77',
                    '  thread_name: worker %d' % self.random.randrange(3)]
            for depth, i in enumerate(self.stack()):
                pad = '    ' if depth else '  '
                out += ['  callchain:'] if depth == 1 else []
                out += [pad + 'vaddr_in_file: 4c5e', pad + 'file: ' + ['/lib/libc.so', '[kernel.kallsyms]'][i % 2], pad + 'symbol: ' + self.plain(i)]
        self.write('simpleperf', 'samples', '\n'.join(out) + '\n')

        out = ['Attaching 1 probe...', '^C', '']
        for k in range(self.samples // 10):
            out.append('@' if k % 3 else '@reads')
            out[-1] += '[' + ('java, ' if k % 5 == 0 else '')
            out += ['    %s+%d' % (self.plain(i), i * 7) for i in self.stack()]
            if k % 4 == 0:
                out += [','] + ['    7f00%x %s+%d (/lib/libc.so.6)' % (i, self.plain(i), i * 7) for i in self.stack()]
            out.append([']', ', node]', ', node, 4711]'][k % 3] + ': %d' % self.random.randrange(1, 9))
        self.write('bpftrace', 'maps', '\n'.join(out[:1] + out[2:]) + '\n')

        out = ['CPU     ID                    FUNCTION:NAME', '  0  75195                       :tick-60s', '']
        for k in range(self.samples // 10):
            out += ['  java'] if k % 3 == 0 else []
            out += ['              genunix`%s+0x%x' % (self.plain(i), i) for i in self.stack()]
            if k % 2:
                out += [''] + ['              libc.so.1`%s+0x%x' % (self.plain(i), i) for i in self.stack()]
            out += ['                %d' % self.random.randrange(1, 9), '']
        self.write('dtrace', 'stacks', '\n'.join(out) + '\n')

        out = ['Analysis of sampling rg (pid 64751) every 1 millisecond', 'Process:         rg [64751]', '', 'Call graph:']

        def below(count, depth):
            if depth:
                out.append('    ' + '+ ! : | '[:2 * depth].ljust(2 * depth) + '%d %s  (in rg) + %d  [0x10%x]' % (count, self.plain(depth * 7 + count % 5), depth, count))
            while count > 1 and depth < 4:
                part = self.random.randrange(1, count)
                below(part, depth + 1)
                count -= part + self.random.randrange(2)

        for name in ('1   DispatchQueue_1: com.apple.main-thread  (serial)', '2: worker', '3'):
            out.append('    %d Thread_%s' % (self.samples, name))
            below(self.samples, 0)
        out += ['', 'Total number in stack (recursive counted multiple, when >=5):', '        5       main', '']
        self.write('mac_sample', 'graph', '\n'.join(out) + '\n')


    # ---- what only fuzzers begin with

    def perf_script(self):
        """One piece of text for each way in which perf writes a sample."""
        heads = ['{comm} {pid} {at}: {period} cycles:u: ', '{comm} {pid}/{tid} [{cpu:03d}] {at}: cycles: ',
                 '{comm:>16} {tid:>6} [{cpu:03d}] {at}: {period:>10} sched:sched_switch: prev_comm=a prev_pid=1 ==> next_comm=b',
                 'cycles: {at}: {comm} {tid}: ', '{comm} {tid} {at}: {period} cpu-clock:ppp: ']
        frames = ['\t{ip:16x} {name}+0x{i:x} ({dso})', '\t{ip:x} {name} ({dso})', '\t{ip:16x} {name} (inlined)', '\t{ip:16x} [unknown] ([unknown])',
                  '        {ip:16x} {name}+0x{i:x} (/tmp/perf-12.map)\n  file.c:{i}']
        for style, head in enumerate(heads):
            out, at = ['# captured on: today', '#'] if style == 1 else [], 5 * 10 ** 9
            for k in range(self.samples):
                at += self.random.randrange(30000000)
                where = {'comm': ['java', 'a b', 'swapper', ':-1'][k % 4], 'pid': 7, 'tid': 7 + k % 3, 'cpu': k % 4, 'period': k * 1000,
                         'at': '%d.%09d' % divmod(at, 10 ** 9) if k % 2 else '%d.%06d' % divmod(at // 1000, 10 ** 6)}
                out.append(head.format(**where))
                out += [self.random.choice(frames).format(ip=0xffffffff81000000 + i if i % 2 else 0x4005d0 + i, name=self.plain(i), i=i,
                                                          dso=['[kernel.kallsyms]', '/usr/lib/libc.so.6', '[vdso]'][i % 3]) for i in self.stack()]
                out.append('')
            # the first byte says how large the pieces are
            self.write('perf_script', 'style%d' % style, '\x40' + '\n'.join(out) + '\n')

    def more_traces(self):
        listed = [{'ph': 'P', 'name': 'cycles', 'ts': 1000 + 7 * i, 'pid': 1, 'tid': 2, 'stack': [self.plain(k) for k in self.stack()]}
                  for i in range(self.samples)]
        self.write('trace', 'listed', json.dumps(listed + [{'ph': 'P', 'name': 's', 'ts': 9, 'pid': 1, 'tid': 2, 'stack': [1, {}, 'f']}]))
        nodes = {'id': 1, 'functionName': '(root)', 'children': [{'id': 2, 'functionName': 'f', 'url': 'u', 'children': []}]}
        self.write('trace', 'at-once', json.dumps([{'ph': 'I', 'name': 'CpuProfile', 'ts': 5, 'pid': 1, 'tid': 2, 'args': {'data': {'cpuProfile': {
            'head': nodes, 'startTime': 1.5, 'endTime': 2, 'samples': [1, 2, 2, 1], 'timestamps': [1500000, 1500100, 1500200, 1500400]}}}}]))

    def folded(self):
        out = [';'.join(self.plain(i) for i in self.stack()) + ' %d' % self.random.randrange(10 ** self.random.randrange(11)) for _ in range(self.samples)]
        out += ['# a remark', 'no count', 'a;b_[k];c_[i] 3', 'one 1', ';;; 2', 'a b;c d 4\r']
        self.write('folded', 'stacks', '\n'.join(out) + '\n')
        self.write('folded', 'wide', b'\xff\xfe' + '\n'.join(out).encode('utf-16-le'))

    def symbols(self):
        """Small ELF files of this machine's compiler, and lists. Their last byte says what they are."""
        source = os.path.join(self.folder, 'symbols.c')
        with open(source, 'w') as file:
            file.write('int _text(void), mangled(int) __asm__("_ZN4Lint3runEiSt6vectorIiE"), rust(int) __asm__("_RNvC1a1f"), puts(const char *);\n'
                       'static inline __attribute__((always_inline)) int helper(int x) { return x * 7; }\n__attribute__((weak)) int soft(int x) { return helper(x); }\n'
                       'int mangled(int x) { return soft(x) + puts("x"); }\nint rust(int x) { return mangled(x); }\nint _text(void) { return rust(3); }\n')
        kinds = {'shared': ['-shared', '-Wl,--build-id,-z,max-page-size=64,-z,noseparate-code'], 'object': ['-c'],
                 'debug': ['-g', '-finline-functions', '-shared', '-Wl,-z,max-page-size=64,-z,noseparate-code'],
                 'program': ['-static', '-Wl,-e,_text,--build-id,--unresolved-symbols=ignore-all,-z,max-page-size=64']}
        for kind, options in kinds.items():
            made = os.path.join(self.folder, 'symbols.out')
            command = ['cc', '-Os', '-fPIC', '-nostdlib', *options, '-o', made, source]
            if subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0:
                with open(made, 'rb') as file:
                    data = file.read()
                self.write('symbols', kind, data + b'\0')
                self.write('symbols', kind + '-kernel', data + b'\1')
        lines = ['ffffffff81000000 T _text'] + ['%016x %s %s%s' % (0xffffffff81000000 + i * 16, 'tTwWrd'[i % 6], self.plain(i), '\t[mod]' if i > 30 else '')
                                                for i in range(40)]
        self.write('symbols', 'kallsyms', '\n'.join(lines) + '\n\2')
        self.write('symbols', 'map', '\n'.join('%x %x %s' % (0x7f0000001000 + i * 64, i * 5, self.name(i)) for i in range(40)) + '\n\3')

    def opened(self):
        """What a file to open may be: one of each format, plain, compressed, and written in four pieces."""
        for kind in sorted(os.listdir(self.folder)):
            folder = os.path.join(self.folder, kind)
            if kind in ('open', 'follow', 'symbols') or not os.path.isdir(folder):
                continue
            with open(os.path.join(folder, sorted(os.listdir(folder))[0]), 'rb') as file:
                data = file.read()[kind == 'perf_script':]
            self.write('open', kind, data)
            ends = [len(data) * i // 4 for i in (1, 2, 3)]
            self.write('follow', kind, b'\3' + b''.join(struct.pack('>H', end) for end in ends) + data)
            self.write('open', kind + '.gz', gzip.compress(data, mtime=0))
            self.write('open', kind + '.xz', lzma.compress(data, preset=0))
            # zstd: one frame of raw blocks, whose length nobody said
            blocks = [data[i:i + 1000] for i in range(0, len(data), 1000)]
            self.write('open', kind + '.zst', b'\x28\xb5\x2f\xfd\0\x50' + b''.join(
                struct.pack('<I', len(block) << 3 | (i == len(blocks) - 1))[:3] + block for i, block in enumerate(blocks)))


def main():
    maker = Maker(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300)
    maker.cpuprofile()
    maker.speedscope()
    maker.firefox()
    maker.trace()
    maker.pprof()
    maker.nflxprofile()
    maker.texts()
    if sys.argv[3:] == ['fuzz']:
        maker.perf_script()
        maker.folded()
        maker.more_traces()
        maker.symbols()
        maker.opened()


if __name__ == '__main__':
    main()
