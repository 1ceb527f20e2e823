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


def page_counts(b):
    counts = collections.Counter()
    for line in b.run('return flamescope.folded()'):
        stack, n = line.rsplit(' ', 1)
        counts[stack] += int(float(n))
    return counts


def counts_of(name):
    return collections.Counter({';'.join(frames): n for frames, n in folded(name)})


def box(b, name):
    return max((x for x in b.run('return flamescope.boxes()') if x['name'] == name), key=lambda x: x['w'])


def html_look(b):
    page(b, 'shop')
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


if sys.argv[2] in ('svg-counts', 'svg-diff'):
    run(sys.argv[2:], None)
else:
    with Browser() as driven:
        run(sys.argv[2:], driven)
