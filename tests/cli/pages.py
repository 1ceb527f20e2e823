"""Checks of exported pages: pages.py FOLDER CHECK... prints "ok CHECK", or why not.
The folder holds what pages.sh exported."""
import collections
import re
import sys
import time
import traceback
import xml.dom.minidom

from browser import Browser

FOLDER = sys.argv[1]


def folded(name):
    """[(frames, count)] of a folded file."""
    with open('%s/%s.folded' % (FOLDER, name), encoding='utf-8') as file:
        lines = [line.rstrip('\n').rsplit(' ', 1) for line in file]
    return [(stack.split(';'), int(n)) for stack, n in lines]


def number(text):
    return int(re.sub(r'\D', '', text))


def tree_of(stacks):
    """Count of every path."""
    total = collections.Counter()
    for frames, n in stacks:
        for depth in range(len(frames) + 1):
            total[tuple(frames[:depth])] += n
    return total


def matched(stacks, words):
    """Share of samples with a frame that has these words, in capitals or not: each sample once."""
    hits = sum(n for frames, n in stacks if any(words in f.lower() for f in frames))
    return 100 * hits / sum(n for _, n in stacks)


# ---- SVG ------------------------------------------------------------------------------------

def svg_frames(path):
    """[(path, count, merged)] by the elements alone."""
    document = xml.dom.minidom.parse(path)
    group = [g for g in document.getElementsByTagName('g') if g.getAttribute('id') == 'frames'][0]
    out = []
    for g in group.childNodes:
        if g.nodeType != g.ELEMENT_NODE:
            continue
        title = g.getElementsByTagName('title')[0].firstChild.data.split('\n')[0]
        name, facts = title.rsplit(' (', 1)
        below, count = g.getAttribute('data-f').split(' ')[:2]
        assert number(facts.split(',')[0]) == int(count), title
        above = out[int(below)][0] + (name,) if out else ()
        out.append((above, int(count), g.getAttribute('class') == 'merged'))
    return out


def svg_counts(_):
    for name, turn in (('shop', lambda f: f), ('inverted', lambda f: f[::-1])):
        wanted = tree_of([(turn(frames), n) for frames, n in folded('shop')])
        found = collections.Counter()
        for path, count, merged in svg_frames('%s/%s.svg' % (FOLDER, name)):
            assert not merged, 'at this size no frame is that narrow'
            found[path] += count
        assert found == wanted, (len(found), len(wanted), list((found - wanted).items())[:3])


def svg_diff(_):
    """Both shares of every frame of the union, and their difference, against two folded files."""
    total_a, total_b = tree_of(folded('diff_a')), tree_of(folded('diff_b'))
    all_a, all_b = total_a[()], total_b[()]
    pattern = re.compile(r'A ([\d\u2009]+) samples?, ([\d.]+)%; B ([\d\u2009]+) samples?, ([\d.]+)%; ([+-][\d.]+) percentage '
                         r'points(; new|; gone)?\)')
    document = xml.dom.minidom.parse(FOLDER + '/diff.svg')
    group = [g for g in document.getElementsByTagName('g') if g.getAttribute('id') == 'frames'][0]
    paths = []
    for g in group.childNodes:
        if g.nodeType != g.ELEMENT_NODE:
            continue
        name, facts = g.getElementsByTagName('title')[0].firstChild.data.split('\n')[0].rsplit(' (', 1)
        below, count, x, width, count_b = map(float, g.getAttribute('data-f').split(' '))
        path = paths[int(below)] + (name,) if paths else ()
        paths.append(path)
        a, share_a, b, share_b, delta, only = pattern.match(facts).groups()
        assert (number(a), number(b)) == (count, count_b), facts
        wanted = '%.2f %.2f %+.2f' % (100 * count / all_a, 100 * count_b / all_b,
                                      100 * count / all_a - 100 * count_b / all_b)
        assert wanted.replace('+-', '-') == ' '.join((share_a, share_b, delta)), (facts, wanted)
        kind = g.getAttribute('class')
        if path and kind != 'merged':
            assert only == (None if count and count_b else '; new' if count else '; gone'), facts
            assert kind == ('' if count and count_b else 'new' if count else 'gone'), facts
    # equal paths in different modules are different frames: summed up they are the folded ones
    sums = collections.defaultdict(lambda: [0, 0, 0.0])
    for path, g in zip(paths, [g for g in group.childNodes if g.nodeType == g.ELEMENT_NODE]):
        _, count, _, width, count_b = map(float, g.getAttribute('data-f').split(' '))
        for i, value in enumerate((count, count_b, width)):
            sums[path][i] += value
    assert set(sums) == set(total_a) | set(total_b)
    for path, (a, b, width) in sums.items():
        assert (a, b) == (total_a[path], total_b[path]), path
        assert abs(width - (a / all_a + b / all_b) / 2) < 1e-5, (path, width)


WEIGHTS = {'bytes': ('1.5 GB', '1 MB'), 'nanoseconds': ('1.501 s', '1 ms')}  # of all, of main itself


def svg_weights(_):
    for name, (whole, _) in WEIGHTS.items():
        with open('%s/%s.svg' % (FOLDER, name), encoding='utf-8') as file:
            text = file.read()
        assert '<title>all (%s, 100.00%%' % whole in text, text[:3000]
        assert 'by weight: %s' % whole in text


def sandwich_of(stacks, function):
    """Callees below the topmost occurrence of the function, callers above it, nearest first."""
    callees, callers = [], []
    for frames, n in stacks:
        if function in frames:
            at = frames.index(function)
            callees.append((frames[at:], n))
            callers.append((frames[at::-1], n))
    return tree_of(callees), tree_of(callers)


def svg_sandwich(_):
    callees, callers = sandwich_of(folded('shop'), 'merge_sort')
    document = xml.dom.minidom.parse(FOLDER + '/sandwich.svg')
    assert document.documentElement.getAttribute('data-shape') == 'sandwich'
    middle = float(document.documentElement.getAttribute('data-middle'))
    group = [g for g in document.getElementsByTagName('g') if g.getAttribute('id') == 'frames'][0]
    found, paths = [], []
    for i, g in enumerate(g for g in group.childNodes if g.nodeType == g.ELEMENT_NODE):
        name = g.getElementsByTagName('title')[0].firstChild.data.split('\n')[0].rsplit(' (', 1)[0]
        below, count = map(int, g.getAttribute('data-f').split(' ')[:2])
        if below == i:
            found.append(collections.Counter())
        path = paths[below] + (name,) if below != i else ()
        paths.append(path)
        found[-1][path] += count
        skip, y = g.getAttribute('class') == 'skip', float(g.getElementsByTagName('rect')[0].getAttribute('y'))
        rows = len(path) - (1 if len(found) == 1 else 2)  # from the middle, in which the function stands
        assert skip == (rows < 0), (name, path)
        assert skip or y == (middle + 18 * rows if len(found) == 1 else middle - 18 * (rows + 1)), (path, y)
    assert found == [callees, callers], [len(f) for f in found + [callees, callers]]
    with open(FOLDER + '/nobody.svg', encoding='utf-8') as file:
        assert 'No sample has this function' in file.read()


DETAILS = "return document.getElementById('details').textContent"
MATCHED = "return document.getElementById('matched').textContent"
VISIBLE = """return Array.from(document.querySelectorAll('#frames > g')).filter(
    g => getComputedStyle(g).display !== 'none').map(g => {
    const r = g.querySelector('rect').getBoundingClientRect(), t = g.querySelector('text');
    return {name: g.querySelector('title').textContent.split(' (')[0], x: r.x + r.width / 2,
            y: r.y + r.height / 2, w: r.width, above: g.classList.contains('above'),
            match: g.classList.contains('match'), label: t ? t.textContent : ''};
})"""


def svg_look(b):
    b.open(FOLDER + '/shop.svg')
    frames = b.run(VISIBLE)
    assert len(frames) == len(tree_of(folded('shop'))), len(frames)
    frame = max((f for f in frames if f['name'] == 'disk_thread'), key=lambda f: f['w'])
    b.mouse(('move', frame['x'], frame['y']))
    words = b.run(DETAILS)
    assert re.match(r'disk_thread \(\d+ samples, [\d.]+% of the selection\) · /srv/shop/shop', words), words
    cut = [f for f in frames if f['label'].endswith('..')]
    assert cut and all(f['name'].startswith(f['label'][:-2]) for f in cut)
    wide = b.run("""return Array.from(document.querySelectorAll('#frames text')).filter(t => t.textContent &&
        t.getComputedTextLength() > t.parentNode.querySelector('rect').width.baseVal.value).length""")
    assert wide == 0, '%d labels are wider than their frames' % wide
    assert not b.log(), b.log()


def svg_zoom(b):
    b.open(FOLDER + '/shop.svg')
    before = b.run(VISIBLE)
    full = max(f['w'] for f in before)
    frame = max((f for f in before if f['name'] == 'disk_thread'), key=lambda f: f['w'])
    assert frame['w'] < full / 2
    b.click(frame['x'], frame['y'])
    after = {f['name']: f for f in b.run(VISIBLE) if f['w'] > full - 1}
    assert set(after) >= {'all', 'shop-disk', 'start_thread', 'disk_thread'}, after
    assert after['start_thread']['above'] and not after['disk_thread']['above']
    assert not any(f['name'] == 'node' for f in b.run(VISIBLE))
    ancestor = after['shop-disk']
    b.click(ancestor['x'], ancestor['y'])
    assert any(f['name'] == 'checksum_block' for f in b.run(VISIBLE))
    reset = b.run("""const r = document.getElementById('reset').getBoundingClientRect();
                     return [r.x + r.width / 2, r.y + r.height / 2]""")
    b.click(*reset)
    again = b.run(VISIBLE)
    assert [(f['name'], round(f['w'])) for f in again] == [(f['name'], round(f['w'])) for f in before]
    # a picture that was exported zoomed begins there
    b.open(FOLDER + '/zoomed.svg')
    wide = {f['name'] for f in b.run(VISIBLE) if f['w'] > full - 1}
    assert {'all', 'shop-disk', 'start_thread'} <= wide, wide
    assert b.run(MATCHED).startswith('Matched: '), b.run(MATCHED)
    assert not b.log(), b.log()


def svg_search(b):
    share, of_sort = matched(folded('shop'), 'merge'), matched(folded('shop'), 'merge_')
    b.open(FOLDER + '/shop.svg')
    for opens in ('Control+f', 'F3', '/'):
        b.keys(opens)
        b.type('merge_(sort|halves)')
        words = b.run(MATCHED)
        assert words.startswith('Matched: %.1f%% of the selection' % of_sort), (words, of_sort)
        hits = {f['name'] for f in b.run(VISIBLE) if f['match']}
        assert hits == {'merge_sort', 'merge_halves'}, hits
        b.keys('Escape')
        assert b.run(MATCHED) == '' and not any(f['match'] for f in b.run(VISIBLE))
    b.keys('Control+f')
    b.type('MERGE')
    assert b.run(MATCHED).startswith('Matched: 0.0%'), b.run(MATCHED)
    b.keys('Control+i')
    assert b.run(MATCHED).startswith('Matched: %.1f%%' % share), b.run(MATCHED)
    b.keys('Escape', 'Control+f')
    b.type('(')
    assert 'not a regular expression' in b.run(MATCHED)
    assert not b.log(), b.log()


HOSTILE = ['<script>document.title="owned"</script>', '"\'>&amp', ']]>-->', 'a\\x01b\ufffd\ufffd[31mred\ufffd',
           'bad\ufffd\ufffdutf\ufffd', '\u05e9\u05dc\u05d5\u05dd', '\ufffdevil\ufffd',
           '</title></svg></script><img src=x onerror=document.title=1>', 'idle ]]></script>']


def svg_hostile(b):
    b.open(FOLDER + '/hostile.svg')
    names = [f['name'] for f in b.run(VISIBLE)]
    for name in HOSTILE:
        assert any(n.strip('\u2068\u2069') == name for n in names), (name, names)
    assert '\u2068\u05e9\u05dc\u05d5\u05dd\u2069' in names
    assert b.run('return document.scripts.length + document.querySelectorAll("script").length') <= 2
    assert b.run('return document.querySelectorAll("img").length') == 0
    assert b.run('return document.querySelector("title").textContent').startswith('hostile.folded')
    b.keys('Control+f')
    b.type('onerror')
    assert 'Matched: 4.7%' in b.run(MATCHED), b.run(MATCHED)
    assert not b.log(), b.log()


def svg_halves(b):
    b.open(FOLDER + '/sandwich.svg')
    callees, callers = sandwich_of(folded('shop'), 'merge_sort')
    before = b.run(VISIBLE)
    assert len(before) == len(callees) - 1 + len(callers) - 2, len(before)
    names = [f['name'] for f in sorted(before, key=lambda f: f['y'])]
    assert names[0] == 'shop-index' and 'all' not in names, names[:3]
    full = max(f['w'] for f in before)
    frame = next(f for f in before if f['name'] == 'merge_halves' and 20 < f['w'] < full / 2)
    b.click(frame['x'], frame['y'])
    after = {(f['name'], round(f['y'])): f for f in b.run(VISIBLE)}
    for f in before:  # callers are left as they are
        if f['name'] in ('shop-index', 'start_thread', 'index_thread', 'rebuild_index'):
            assert abs(after[f['name'], round(f['y'])]['w'] - f['w']) < 1 and not after[f['name'], round(f['y'])]['above']
    assert after['merge_halves', round(frame['y'])]['w'] > full - 1
    b.keys('Escape')
    assert [(f['name'], round(f['w'])) for f in b.run(VISIBLE)] == [(f['name'], round(f['w'])) for f in before]
    b.keys('Control+f')
    b.type('merge_halves|index_')
    below = sum(n for frames, n in folded('shop') if 'merge_sort' in frames and 'merge_halves' in frames)
    whole = callees[()]
    words = b.run(MATCHED)
    wanted = 'Matched: %.1f%% of the selection · in callees · %.1f%% of the selection · in callers · ' % (100 * below / whole, 100)
    assert words.startswith(wanted), (words, wanted)
    assert not b.log(), b.log()


def svg_hostile_diff(b):
    b.open(FOLDER + '/hostile_diff.svg')
    frames = b.run(VISIBLE)
    names = {f['name'] for f in frames}
    gone = '</title></svg></script><img src=y onerror=document.title=2>'
    assert {HOSTILE[0], HOSTILE[7], gone} <= names, names
    assert any(f['label'].startswith('gone </title>') for f in frames)
    assert b.run('return document.scripts.length + document.querySelectorAll("script").length') <= 2
    assert b.run('return document.querySelectorAll("img").length') == 0
    assert not b.log(), b.log()


# ---- HTML -----------------------------------------------------------------------------------

READY = 'return typeof flamescope === "object"'
FACTS = "return document.getElementById('facts').textContent"


def page(b, name):
    b.open('%s/%s.html' % (FOLDER, name))
    for _ in range(100):
        if b.run(READY):
            return
        time.sleep(0.05)
    raise AssertionError('the page did not start: %s' % b.log())


def page_counts(b, side='folded'):
    counts = collections.Counter()
    for line in b.run('return flamescope.%s()' % side):
        stack, n = line.rsplit(' ', 1)
        counts[stack] += int(float(n))
    return counts


def counts_of(name):
    return collections.Counter({';'.join(frames): n for frames, n in folded(name)})


def box(b, name):
    return max((x for x in b.run('return flamescope.boxes()') if x['name'] == name), key=lambda x: x['w'])


def html_look(b):
    page(b, 'shop')
    assert b.run("return document.getElementById('scale').innerText").split() == '1 4 samples per 20 ms'.split()
    assert page_counts(b) == counts_of('shop')
    assert b.run(FACTS).startswith('20.00 – 41.00 s · 21 s · '), b.run(FACTS)
    frame = box(b, 'disk_thread')
    b.mouse(('move', frame['x'], frame['y']))
    tip = b.run("return document.getElementById('tip').innerText")
    assert tip.startswith('disk_thread\n66 samples · 5.8 % of the selection · self 0'), tip
    b.click(frame['x'], frame['y'])
    full = box(b, 'all')['w']
    assert box(b, 'disk_thread')['w'] == full and box(b, 'start_thread')['w'] == full
    assert not any(x['name'] == 'node' for x in b.run('return flamescope.boxes()'))
    b.run("document.getElementById('reset').click()")
    assert any(x['name'] == 'node' for x in b.run('return flamescope.boxes()'))
    b.run("document.getElementById('inverted').click()")
    leaves = collections.Counter()
    for frames, n in folded('shop'):
        leaves[frames[-1]] += n
    shown = {x['name']: x['total'] for x in b.run('return flamescope.boxes()') if x['name'] in leaves and x['w'] > 30}
    assert shown['lower_bound'] == leaves['lower_bound'], shown
    assert not b.log(), b.log()


def html_drag(b):
    page(b, 'shop')
    first, last = b.run('return [flamescope.cell(25, 0), flamescope.cell(29, 49)]')
    # a button that comes up before the last move is drawn
    b.run("""const map = document.getElementById('map'), [from, to] = arguments;
        const send = (kind, [x, y]) => map.dispatchEvent(new PointerEvent(kind, {clientX: x, clientY: y, pointerId: 1, button: 0}));
        map.setPointerCapture = () => {};
        send('pointermove', from), send('pointerdown', from), send('pointermove', to), send('pointerup', to);""", first, last)
    time.sleep(0.2)
    assert page_counts(b) == counts_of('drag')
    page(b, 'shop')
    b.mouse(('move', *last), 'down', ('move', *first), 'up')
    assert b.run(FACTS).startswith('25.00 – 30.00 s · 5 s · '), b.run(FACTS)
    assert page_counts(b) == counts_of('drag')
    b.keys('Escape')
    assert page_counts(b) == counts_of('shop')
    b.keys('0')
    assert page_counts(b) == counts_of('whole')
    assert b.run(FACTS).startswith('Whole profile · '), b.run(FACTS)
    b.run("document.getElementById('back').click()")
    assert page_counts(b) == counts_of('shop')
    assert not b.log(), b.log()


def html_search(b):
    share = matched(folded('shop'), 'merge')
    page(b, 'shop')
    b.keys('Control+f')
    b.type('merge')
    words = b.run(MATCHED)
    assert words.startswith('Matched: %.1f %% of the selection' % share), (words, share)
    b.keys('Escape')
    assert b.run(MATCHED) == ''
    b.keys('F3')
    b.type('[')
    assert 'not a regular expression' in b.run(MATCHED)
    assert not b.log(), b.log()


def html_hostile(b):
    page(b, 'hostile')
    names = [x['name'] for x in b.run('return flamescope.boxes()')]
    for name in HOSTILE:
        assert name in names, (name, names)
    assert b.run('return document.title') == 'hostile.folded'
    assert b.run('return document.scripts.length') == 2
    assert b.run('return document.images.length') == 0
    assert b.run(FACTS).startswith('Without times'), b.run(FACTS)
    frame = box(b, HOSTILE[0])
    b.mouse(('move', frame['x'], frame['y']))
    assert b.run("return document.querySelector('#tip bdi').textContent") == HOSTILE[0]
    assert not b.log(), b.log()


def html_hostile_diff(b):
    page(b, 'hostile_diff')
    labels = {x['name']: x['label'] for x in b.run('return flamescope.boxes()')}
    gone = '</title></svg></script><img src=y onerror=document.title=2>'
    assert labels[gone] == 'gone ' + gone and labels[HOSTILE[7]] == 'new ' + HOSTILE[7], labels
    assert labels[HOSTILE[0]] == HOSTILE[0]
    frame = box(b, gone)
    b.mouse(('move', frame['x'], frame['y']))
    tip = b.run("return document.getElementById('tip').innerText")
    assert tip == gone + '\nA 0 samples · 0.0 % of A\nB 30 samples · 75.0 % of B\n' \
        '\u221275.00 percentage points · \u221280 samples in A\ngone: only in B', tip
    assert b.run('return document.scripts.length') == 2 and b.run('return document.images.length') == 0
    assert b.run('return document.title') == 'hostile.folded'
    assert 'compared with B, hostile2.folded · 40 samples' in b.run(FACTS), b.run(FACTS)
    assert not b.log(), b.log()


def svg_fills(name):
    """Colour and counts of the frames with a path: those of several modules cannot be told apart."""
    document = xml.dom.minidom.parse('%s/%s.svg' % (FOLDER, name))
    group = [g for g in document.getElementsByTagName('g') if g.getAttribute('id') == 'frames'][0]
    out, paths = collections.defaultdict(list), []
    for g in group.childNodes:
        if g.nodeType != g.ELEMENT_NODE:
            continue
        title = g.getElementsByTagName('title')[0].firstChild.data.split('\n')[0].rsplit(' (', 1)[0]
        facts = g.getAttribute('data-f').split(' ')
        paths.append(paths[int(facts[0])] + (title,) if paths else ())
        if g.getAttribute('class') != 'merged':
            out[paths[-1]].append((g.getElementsByTagName('rect')[0].getAttribute('fill'), int(facts[1]),
                                   int(facts[4]) if len(facts) > 4 else 0, float(facts[3])))
    return out


def near(a, b):
    return all(abs(int(a[i:i + 2], 16) - int(b[i:i + 2], 16)) <= 1 for i in (1, 3, 5))


def like_svg(b, name):
    """Every frame that the page draws is one of the picture's: its colour, counts and width."""
    wanted, boxes = svg_fills(name), b.run('return flamescope.boxes()')
    full, drawn = box(b, 'all')['w'], 0
    for x in boxes:
        if x['merged']:
            continue
        fits = [f for f in wanted[tuple(x['path'])] if f[1:3] == (x['total'], x['totalB'])]
        assert any(abs(f[3] * full - x['w']) < 0.1 and (not x['path'] or near(f[0], x['color'])) for f in fits), (x, fits)
        drawn += 1
    assert drawn > 50, drawn
    # what is not drawn is narrower than half a pixel
    wide = [(path, f) for path, some in wanted.items() for f in some if f[3] * full > 0.51]
    assert sum(not x['merged'] for x in boxes) >= len(wide), (drawn, len(wide))


def html_diff(b):
    page(b, 'diff')
    assert page_counts(b) == counts_of('diff_a') and page_counts(b, 'base') == counts_of('diff_b')
    like_svg(b, 'diff')
    total_a, total_b = tree_of(folded('diff_a')), tree_of(folded('diff_b'))
    frame = box(b, 'merge_sort')
    path, (all_a, all_b) = tuple(frame['path']), (total_a[()], total_b[()])
    share_a, share_b = total_a[path] / all_a, total_b[path] / all_b
    b.mouse(('move', frame['x'], frame['y']))
    tip = b.run("return document.getElementById('tip').innerText").split('\n')
    assert tip[:4] == ['merge_sort', 'A %d samples · %.1f %% of A' % (total_a[path], 100 * share_a),
                       'B %d samples · %.1f %% of B' % (total_b[path], 100 * share_b),
                       '+%.2f percentage points · +%d samples in A' % (100 * (share_a - share_b),
                                                                       round((share_a - share_b) * all_a))], tip
    node = next(x for x in b.run('return flamescope.boxes()') if x['name'] == 'node')
    assert node['label'] == 'new node' and not node['totalB']
    assert box(b, 'reserve_stock')['label'] == 'gone reserve_stock'
    b.keys('Control+f')
    b.type('merge')
    words = b.run(MATCHED)
    assert words.startswith('Matched: %.1f %% of A · %.1f %% of B · ' % (
        matched(folded('diff_a'), 'merge'), matched(folded('diff_b'), 'merge'))), words
    b.keys('Escape')
    b.run("document.getElementById('colors').click()")
    safe = box(b, 'merge_sort')['color']
    assert safe != frame['color'] and b.run("return document.getElementById('colors').ariaPressed") == 'true'
    # another selection against the same baseline
    first, last = b.run('return [flamescope.cell(25, 0), flamescope.cell(29, 49)]')
    b.mouse(('move', *last), 'down', ('move', *first), 'up')
    assert page_counts(b) == counts_of('drag') and page_counts(b, 'base') == counts_of('diff_b')
    assert not b.log(), b.log()


def html_rest(b):
    page(b, 'rest')
    for name in ('shop', 'drag'):
        rest = counts_of('whole')
        rest.subtract(counts_of(name))
        assert page_counts(b) == counts_of(name) and page_counts(b, 'base') == +rest, name
        first, last = b.run('return [flamescope.cell(25, 0), flamescope.cell(29, 49)]')
        b.mouse(('move', *last), 'down', ('move', *first), 'up')
    assert 'compared with B, everything else' in b.run(FACTS), b.run(FACTS)
    assert not b.log(), b.log()


def html_elided(b):
    page(b, 'elided')
    like_svg(b, 'elided')
    whole = tree_of(folded('diff_b'))[()]
    assert box(b, 'all')['label'].startswith('only in B · ') and box(b, 'all')['label'].endswith(' of %d samples' % whole)
    b.run("document.getElementById('elided').click()")
    assert box(b, 'all')['label'].startswith('all · A ')
    assert not b.log(), b.log()


def html_groups(b):
    page(b, 'groups')
    like_svg(b, 'groups')
    assert not b.log(), b.log()


def html_narrow(b):
    """However much stands in the line between, there is room for the flame graph."""
    width, height, _ = b.shape
    b.shape = (1280, 720, 'dark')
    page(b, 'rest')
    first, last = b.run('return [flamescope.cell(25, 0), flamescope.cell(29, 49)]')
    b.mouse(('move', *last), 'down', ('move', *first), 'up')
    frame = box(b, 'main')
    b.click(frame['x'], frame['y'])
    b.shape = (width, height, _)
    bar, flames = b.run("""return ['facts', 'flames'].map(id => document.getElementById(id).clientHeight ||
        document.getElementById(id).getBoundingClientRect().height)""")
    assert bar < 50 and flames > 200, (bar, flames)


def html_weights(b):
    for name, (whole, own) in WEIGHTS.items():
        page(b, name)
        assert whole in b.run(FACTS), b.run(FACTS)
        at = box(b, 'main')
        b.mouse(('move', at['x'], at['y']))
        tip = b.run("return document.getElementById('tip').textContent")
        assert whole in tip and 'self ' + own in tip, tip


def html_theme(b):
    width, height, _ = b.shape
    for scheme in ('dark', 'light'):
        b.shape = (width, height, scheme)
        page(b, 'shop')
        for _ in range(100):  # the browser tells the page of the change when it comes to it
            if b.run('return document.documentElement.dataset.theme') == scheme:
                break
            time.sleep(0.05)
        else:
            raise AssertionError('the page does not follow the reader to ' + scheme)
        b.run("document.getElementById('theme').click()")
        assert b.run('return document.documentElement.dataset.theme') != scheme


def run(names, browser):
    for name in names:
        try:
            globals()[name.replace('-', '_')](browser)
            print('ok', name)
        except Exception:  # what else goes wrong is a failed check, too
            print(traceback.format_exc(), 'FAILED ', name, sep='')


if sys.argv[2] in ('svg-counts', 'svg-diff', 'svg-sandwich', 'svg-weights'):
    run(sys.argv[2:], None)
else:
    with Browser() as driven:
        run(sys.argv[2:], driven)
