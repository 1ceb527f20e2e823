"""Folded stacks from what `export` wrote: refold.py speedscope|pprof|html [--value NAME] [--base] FILE
Reads the formats by their own rules, with nothing of FlameScope's. NAME: of pprof the value to sum,
of html "cells", for the stacks of every cell instead of those of the exported range. --base: the
baseline's stacks instead of the selection's."""
import base64
import collections
import gzip
import json
import re
import sys


def folded(counts):
    lines = ['%s %d' % (stack, n) for stack, n in counts.items() if n]
    return sorted(lines, key=lambda line: line.rsplit(' ', 1)[0].encode('utf-8', 'surrogateescape'))


def plain(name):
    return name.replace(';', ':').replace('\n', ' ').replace('\r', ' ')


def join(names):
    return ';'.join(map(plain, names)) if names else '[unknown]'


def speedscope(path, _, base):
    with open(path, encoding='utf-8') as file:
        whole = json.load(file)
    assert whole['$schema'] == 'https://www.speedscope.app/file-format-schema.json'
    assert len(whole['profiles']) in (1, 2) and whole['activeProfileIndex'] == 0
    profile, frames = whole['profiles'][base], whole['shared']['frames']
    assert profile['type'] == 'sampled' and profile['startValue'] == 0
    assert profile['unit'] in ('none', 'nanoseconds', 'bytes')
    assert len(profile['samples']) == len(profile['weights'])
    assert profile['endValue'] == sum(profile['weights'])
    counts = collections.Counter()
    for stack, weight in zip(profile['samples'], profile['weights']):
        counts[join([frames[i]['name'] for i in stack])] += weight
    return counts


# ---- protobuf: fields of one message as (number, value), value an int or bytes ---------------

def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data):
    at, out = 0, collections.defaultdict(list)
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            assert key & 7 == 2, 'wire type %d' % (key & 7)
            n, at = varint(data, at)
            value, at = data[at:at + n], at + n
            assert len(value) == n
        out[key >> 3].append(value)
    return out


def one(message, field, default=0):
    assert len(message[field]) <= 1
    return message[field][0] if message[field] else default


def packed(data):
    at, out = 0, []
    while at < len(data):
        value, at = varint(data, at)
        out.append(value)
    return out


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def pprof(path, wanted, base):
    with gzip.open(path) as file:
        profile = fields(file.read())
    strings = [s.decode('utf-8') for s in profile[6]]
    assert strings[0] == ''
    types = [strings[one(fields(t), 1)] for t in profile[1]]
    default = strings[one(profile, 14)]
    column = types.index(wanted or default)
    mappings = {one(m, 1): strings[one(m, 5)] for m in map(fields, profile[3])}
    functions = {one(f, 1): (strings[one(f, 2)], strings[one(f, 4)]) for f in map(fields, profile[5])}
    locations = {}
    for location in map(fields, profile[4]):
        lines = [one(fields(line), 1) for line in location[4]]
        name, file = functions[lines[0]]
        mapping = one(location, 2)
        assert len(lines) == 1 and (mappings[mapping] == file if mapping else not file)
        locations[one(location, 1)] = name
    assert 0 not in locations and 0 not in functions and 0 not in mappings
    if profile[9]:
        assert one(profile, 9) > 0 and one(profile, 10) >= 0
    counts = collections.Counter()
    for sample in map(fields, profile[2]):
        labels = {strings[one(label, 1)]: strings[one(label, 2)] for label in map(fields, sample[3])}
        assert set(labels) <= {'comm', 'pid', 'tid', 'event', 'pprof::base'}, labels
        of_base = 'pprof::base' in labels
        assert not of_base or labels['pprof::base'] == 'true'
        values = [signed(v) * (-1 if of_base else 1) for v in packed(one(sample, 2, b''))]
        assert len(values) == len(types) and min(values) >= 0
        if of_base != base:
            continue
        stack = [locations[i] for i in reversed(packed(one(sample, 1, b'')))]
        counts[join(stack)] += values[column]
    return counts


# ---- an exported page: src/picture/page_data.h ----------------------------------------------

def html(path, wanted, base):
    with open(path, encoding='utf-8') as file:
        text = file.read()
    block = re.search(r'id="data">([A-Za-z0-9+/=]*)</script>', text).group(1)
    data, at = gzip.decompress(base64.b64decode(block, validate=True)), 0

    def number():
        nonlocal at
        value, at = varint(data, at)
        return value

    length = number()
    head = json.loads(data[at:at + length].decode('utf-8'))
    at += length
    nodes = [[]]
    for i in range(1, number() + 1):
        below, frame = nodes[i - number()], number()
        nodes.append(below + [head['frames'][frame][0]])
    sides = []
    for _ in range(2 if head['base'] else 1):
        counts, node = collections.Counter(), 0
        for _ in range(number()):
            node += number()
            counts[join(nodes[node])] += number()
        sides.append(counts)
    grid = head['heat']
    values = [number() for _ in range(grid['columns'] * grid['rows'])] if grid else []
    cells, cell = collections.Counter(), 0
    for _ in range(number() and number()):
        cell += number()
        node = total = 0
        for _ in range(number()):
            node += number()
            n = number()
            total += n
            cells[join(nodes[node])] += n
        assert values[cell] >> 1 == total or head['dropped'] and values[cell] >> 1 > total, \
            'the heat map and the stacks of cell %d' % cell
    assert at == len(data)
    if cells:
        assert head['dropped'] == (sum(v >> 1 for v in values) > sum(cells.values()))
    return cells if wanted == 'cells' else sides[base]


if __name__ == '__main__':
    arguments = sys.argv[1:]
    value, base = None, '--base' in arguments
    if base:
        arguments.remove('--base')
    if '--value' in arguments:
        i = arguments.index('--value')
        value = arguments[i + 1]
        del arguments[i:i + 2]
    reader = {'speedscope': speedscope, 'pprof': pprof, 'html': html}[arguments[0]]
    sys.stdout.reconfigure(encoding='utf-8', errors='surrogateescape')
    for line in folded(reader(arguments[1], value, base)):
        print(line)
