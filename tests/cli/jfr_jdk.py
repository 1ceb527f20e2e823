"""Holds what we read of a Java Flight Recorder file against what the JDK's own `jfr print --json`
says of it: jfr_jdk.py FLAMESCOPE FILE. Samples, stacks, threads and moments of execution samples;
counts and bytes or durations of other events."""
import collections
import datetime
import json
import re
import subprocess
import sys

flamescope, path = sys.argv[1:3]
STACKS = ('jdk.ExecutionSample', 'jdk.NativeMethodSample')
WEIGHTS = {'jdk.ObjectAllocationSample': ('bytes', lambda v: int(v['weight'])),
           'jdk.JavaMonitorEnter': ('time', lambda v: duration(v['duration'])),
           'jdk.ThreadPark': ('time', lambda v: duration(v['duration']))}


def out(*args):
    return subprocess.run(args, check=True, capture_output=True, text=True).stdout


def duration(text):
    """Of "PT0.001234567S", in ns."""
    match = re.fullmatch(r'PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?', text)
    hours, minutes, seconds, rest = match.groups()
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole * 10 ** 9 + int((rest or '').ljust(9, '0'))


def moment(text):
    """Of "2026-01-02T03:04:05.123456789Z" (or "+01:00"), in ns since 1970."""
    day, rest, zone = re.fullmatch(r'([^.Z+]*)(?:\.(\d+))?(.*)', text).groups()
    at = datetime.datetime.fromisoformat(day + ('+00:00' if zone == 'Z' else zone[:6]))
    return int(at.timestamp()) * 10 ** 9 + int((rest or '').ljust(9, '0'))


def all_events():
    shown = json.loads(out('jfr', 'print', '--json', '--stack-depth', '2048', '--events', ','.join([*STACKS, *WEIGHTS]), path))
    events = collections.defaultdict(list)
    for event in shown['recording']['events']:
        events[event['type']].append(event['values'])
    return events


def name_of(method):
    """Of async-profiler's native frames the class is a library, or is empty."""
    its_class = (method['type'] or {}).get('name') or ''
    library = re.search(r'\.so\b', its_class) or its_class.startswith('[')
    return method['name'] if library or not its_class else its_class + '.' + method['name']


def stack_of(values):
    """Root first."""
    trace = values.get('stackTrace') or {'frames': []}
    return ';'.join(name_of(frame['method']) for frame in reversed(trace['frames']) if frame.get('method'))


def folded(*options):
    counts = collections.Counter()
    for line in out(flamescope, 'export', path, '--to', 'folded', '--idle', 'keep', *options).splitlines():
        stack, count = line.rsplit(' ', 1)
        counts[re.sub(r'_\[[^\]]*\](?=;|$)', '', stack)] += int(count)
    return counts


def same(what, got, want):
    if got != want:
        print(what, 'missing', list((want - got).items())[:3], 'too many', list((got - want).items())[:3])
    return got == want


info = json.loads(out(flamescope, 'info', '--json', path))
ours = {event['name']: event['samples'] for event in info['events']}
events, good, compared, moments = all_events(), True, 0, []
for name in STACKS:
    values = events[name]
    if len(values) != ours.get(name, 0):
        good = False
        print(name, ours.get(name, 0), 'samples, not', len(values))
    if not values:
        continue
    compared += len(values)
    moments += [moment(v['startTime']) for v in values]
    want = collections.Counter(stack_of(v) for v in values)
    stacks = collections.Counter()
    for stack, count in folded('--event', name).items():
        stacks[stack.partition(';')[2]] += count
    good &= same(name + ' stacks', stacks, want)
    named = collections.Counter((v['sampledThread'] or {}).get('javaName') or (v['sampledThread'] or {}).get('osName') for v in values)
    threads = collections.Counter()
    for stack, count in folded('--event', name, '--transform', 'group=thread').items():
        thread = re.sub(r' \(\d+\)$| \d+$', '', stack.split(';')[0])
        # of one that had ended when its chunk did nothing is written but a number, which the JDK leaves out
        threads[None if re.fullmatch(r'\[tid=\d+\]', thread) and thread not in named else thread] += count
    good &= same(name + ' threads', threads, named)
for name, (weight, of) in WEIGHTS.items():
    values = events[name]
    if len(values) != ours.get(name, 0):
        good = False
        print(name, ours.get(name, 0), 'events, not', len(values))
    if values:
        compared += len(values)
        # a wait is known, and shown, when it ends
        moments += [moment(v['startTime']) + (of(v) if weight == 'time' else 0) for v in values]
        total, want = sum(folded('--event', name, '--weight', weight).values()), sum(map(of, values))
        if total != want:
            good = False
            print(name, weight, total, 'not', want)
if set(ours) <= set(STACKS) | set(WEIGHTS) and moments and (info['first_ns'], info['last_ns']) != (min(moments), max(moments)):
    good = False
    print('from', info['first_ns'], 'to', info['last_ns'], 'not', min(moments), max(moments))
print(compared, 'events compared')
sys.exit(not (good and compared))
