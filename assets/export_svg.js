// What an exported flame graph can do: name the frame under the pointer, zoom, search.
// It reads only attributes and text of the elements; what it writes is text, never markup.
'use strict';
(() => {
    const SVG = 'http://www.w3.org/2000/svg', XHTML = 'http://www.w3.org/1999/xhtml';
    const INSET = 4, ROW = 18, LEAST_TEXT = 24;
    const root = document.documentElement;
    const width = root.viewBox.baseVal.width, height = root.viewBox.baseVal.height;
    const pad = Number(root.dataset.pad), inner = width - 2 * pad;
    const whole = Number(root.dataset.whole), of = root.dataset.of;
    const compared = 'wholeB' in root.dataset, wholeB = Number(root.dataset.wholeB);
    const group = document.getElementById('frames');

    // ---- frames: each stands behind the one below it --------------------------------------

    const frames = Array.from(group.children, g => {
        const [below, count, x, w, countB = 0] = g.dataset.f.split(' ').map(Number);
        const [first, module] = g.querySelector('title').textContent.split('\n');
        const end = first.lastIndexOf(' (');
        const shown = first.slice(0, end);
        return {
            g, below, count, countB, x, w, shown, hit: false, module: module || '', facts: first.slice(end + 1),
            name: shown.replace(/^\u2068|\u2069$/g, ''), rects: g.querySelectorAll('rect'),
            mark: g.classList.contains('new') ? 'new ' : g.classList.contains('gone') ? 'gone ' : '',
            text: g.querySelector('text'), merged: g.classList.contains('merged'),
            skip: g.classList.contains('skip'),
        };
    });
    // The picture, or the two halves of a sandwich: each begins with a root, below which nothing is.
    const halves = [];
    frames.forEach((frame, i) => {
        if (frame.below === i)
            halves.push({root: i, end: i, zoomed: i});
        const half = halves[halves.length - 1];
        half.end = i + 1;
        frame.half = half;
        if (frame.g.classList.contains('above'))
            half.zoomed = i + 1; // the last of those above it
    });
    let found = null, marking = false;

    // ---- labels, cut to fit ---------------------------------------------------------------

    const pen = document.createElementNS(XHTML, 'canvas').getContext('2d');
    const widths = new Map();
    const measure = text => {
        let w = widths.get(text);
        if (w === undefined) {
            w = pen.measureText(text).width;
            widths.set(text, w);
        }
        return w;
    };

    // The longest start of the name that fits with ".." behind it, by whole characters.
    function fit(frame, room) {
        room -= frame.mark ? measure(frame.mark) : 0;
        if (measure(frame.name) <= room)
            return frame.mark + frame.shown;
        const chars = Array.from(frame.name);
        let fits = 0, not = Math.min(chars.length, Math.ceil(room / 2) + 1);
        while (not - fits > 1) {
            const middle = (fits + not) >> 1;
            if (pen.measureText(chars.slice(0, middle).join('') + '..').width <= room)
                fits = middle;
            else
                not = middle;
        }
        const isolated = frame.shown !== frame.name;
        const start = chars.slice(0, fits).join('');
        return fits ? frame.mark + (isolated ? '\u2068' + start + '\u2069' : start) + '..' : '';
    }

    function label(frame, x, w) {
        const words = w >= LEAST_TEXT ? fit(frame, w - 2 * INSET) : '';
        if (words && !frame.text) {
            frame.text = document.createElementNS(SVG, 'text');
            frame.text.setAttribute('y', Number(frame.rects[0].getAttribute('y')) + ROW - 5.5);
            frame.g.append(frame.text);
        }
        if (!frame.text)
            return;
        frame.text.textContent = words;
        frame.text.setAttribute('x', x + INSET);
    }

    // ---- zoom -----------------------------------------------------------------------------

    function place(frame, x, w) {
        for (const rect of frame.rects) {
            rect.setAttribute('x', x.toFixed(2));
            rect.setAttribute('width', (w > 2 ? w - 1 : w * 0.75).toFixed(2));
        }
        label(frame, x, w);
    }

    function zoom(index) {
        const target = frames[index], half = target.half, inside = new Uint8Array(frames.length);
        const path = new Set();
        for (let i = index; i !== half.root; i = frames[i].below)
            path.add(frames[i].below);
        frames.slice(half.root, half.end).forEach((frame, k) => {
            const i = half.root + k, under = path.has(i);
            inside[i] = i === index || (i > index && inside[frame.below]) ? 1 : 0;
            frame.g.classList.toggle('above', under && i > half.root);
            frame.g.classList.toggle('away', !under && !inside[i]);
            if (under)
                place(frame, pad, inner);
            else if (inside[i])
                place(frame, pad + (frame.x - target.x) / target.w * inner,
                      frame.w / target.w * inner);
        });
        half.zoomed = index;
        show(buttons.reset, halves.some(h => h.zoomed !== h.root));
    }

    const zoomOut = () => halves.forEach(half => zoom(half.root));

    // ---- search ---------------------------------------------------------------------------

    let ignoreCase = null; // null: unless the expression has a capital

    function compile(text) {
        const flags = (ignoreCase === null ? text === text.toLowerCase() : ignoreCase) ? 'iu' : 'u';
        try {
            return new RegExp(text, flags);
        } catch (e) {
            try {
                return new RegExp(text, flags.replace('u', ''));
            } catch (error) {
                return null;
            }
        }
    }

    const percent = (part, all) => `${(all ? 100 * part / all : 0).toFixed(1)}%`;

    // A match within a match counts once: only the lowest of them is summed up.
    function search(text) {
        const expression = text ? compile(text) : null;
        const covered = new Uint8Array(frames.length);
        let matches = 0;
        for (const half of halves)
            half.sum = half.sumB = 0;
        frames.forEach((frame, i) => {
            const half = frame.half, root = i === half.root;
            const hit = !!expression && !root && !frame.skip && !frame.merged && expression.test(frame.name);
            const within = !root && covered[frame.below];
            covered[i] = hit || within ? 1 : 0;
            half.sum += hit && !within ? frame.count : 0;
            half.sumB += hit && !within ? frame.countB : 0;
            matches += hit ? 1 : 0;
            if (frame.hit !== hit)
                frame.g.classList.toggle('match', frame.hit = hit);
        });
        group.classList.toggle('found', !!expression);
        found = !!expression;
        if (text && !expression)
            matched.textContent = 'This is not a regular expression';
        else if (found)
            matched.textContent = 'Matched: ' + halves.map((half, k) =>
                `${percent(half.sum, whole)} of ${of} · ` + (compared ? `${percent(half.sumB, wholeB)} of B · ` : '') +
                (halves.length > 1 ? `in ${k ? 'callers' : 'callees'} · ` : '')).join('') +
                `${matches} ${matches === 1 ? 'frame' : 'frames'}`;
        else
            matched.textContent = '';
        input.style.borderColor = text && !expression ? '#e0455e' : '';
    }

    // ---- controls -------------------------------------------------------------------------

    function make(name, attributes, parent) {
        const e = document.createElementNS(SVG, name);
        for (const key in attributes)
            e.setAttribute(key, attributes[key]);
        parent.append(e);
        return e;
    }

    const show = (element, on) => element.setAttribute('visibility', on ? 'visible' : 'hidden');

    function button(id, words, x, w, act) {
        const g = make('g', {id, class: 'button', tabindex: 0, role: 'button'}, head);
        make('rect', {x, y: 12, width: w, height: 26, rx: 5}, g);
        make('text', {x: x + w / 2, y: 29}, g).textContent = words;
        g.addEventListener('click', act);
        g.addEventListener('keydown', e => {
            if (e.key === 'Enter' || e.key === ' ') {
                act();
                e.preventDefault();
            }
        });
        return g;
    }

    const right = width - pad, head = document.getElementById('head');
    const buttons = {
        search: button('search', 'Search', right - 76, 76, () => openSearch()),
        letters: button('case', 'Aa', right - 76 - 44, 36, () => toggleCase()),
        reset: button('reset', 'Reset zoom', right - 76 - 44 - 108, 100, () => zoomOut()),
    };
    make('title', {}, buttons.letters).textContent = 'Tell capitals from small letters (Ctrl+I)';
    make('title', {}, buttons.search).textContent = 'Search by regular expression (Ctrl+F, F3)';
    const foot = height - 18 - 16 * Number(root.dataset.notes);
    const line = make('g', {}, root), ground = head.querySelector('rect').getAttribute('fill');
    make('rect', {y: foot - 16, width, height: 23, fill: ground}, line);
    const info = make('text', {id: 'details', class: 'info', x: pad, y: foot}, line);
    const matched = make('text', {id: 'matched', class: 'info', x: right, y: foot,
                                  'text-anchor': 'end'}, line);
    const box = make('foreignObject', {x: right - 240, y: 12, width: 240, height: 26,
                                       visibility: 'hidden'}, head);
    const input = document.createElementNS(XHTML, 'input');
    input.setAttribute('type', 'text');
    input.setAttribute('aria-label', 'Regular expression');
    input.setAttribute('placeholder', 'Regular expression');
    input.spellcheck = false;
    box.append(input);
    input.value = root.dataset.search;

    function openSearch() {
        marking = true;
        show(box, true);
        input.focus();
        input.select();
    }

    function closeSearch() {
        marking = false;
        show(box, false);
        input.blur();
    }

    function clearSearch() {
        closeSearch();
        input.value = '';
        search('');
    }

    function toggleCase() {
        const now = ignoreCase === null ? input.value === input.value.toLowerCase() : ignoreCase;
        ignoreCase = !now;
        buttons.letters.querySelector('text').textContent = ignoreCase ? 'aa' : 'Aa';
        search(input.value);
    }

    input.addEventListener('input', () => search(input.value));

    // ---- what a hand does -----------------------------------------------------------------

    const at = e => frames.findIndex(frame => frame.g === e.target.closest('#frames > g'));

    group.addEventListener('mouseover', e => {
        const frame = frames[at(e)];
        if (frame)
            info.textContent = `${frame.shown} ${frame.facts}` +
                (frame.module ? ` · ${frame.module}` : '');
    });
    group.addEventListener('mouseleave', () => {
        info.textContent = '';
    });
    group.addEventListener('click', e => {
        const i = at(e);
        if (i >= 0 && !frames[i].merged)
            zoom(i);
    });

    window.addEventListener('keydown', e => {
        const control = e.ctrlKey || e.metaKey, key = e.key.toLowerCase();
        if (e.key === 'F3' || (control && key === 'f') || (e.key === '/' && !marking))
            openSearch();
        else if (control && key === 'i')
            toggleCase();
        else if (e.key === 'Enter' && marking)
            closeSearch();
        else if (e.key === 'Escape' && (marking || found))
            clearSearch();
        else if (e.key === 'Escape' && halves.some(half => half.zoomed !== half.root))
            zoomOut();
        else
            return;
        e.preventDefault();
    });

    // Of a picture that is higher than the window, title and details stay in sight.
    function follow() {
        const place = root.getBoundingClientRect(), scale = place.width / width || 1;
        const top = Math.max(0, -place.top / scale), bottom = top + window.innerHeight / scale;
        head.setAttribute('transform', `translate(0 ${top})`);
        line.setAttribute('transform', `translate(0 ${Math.min(0, bottom - foot - 7)})`);
    }
    window.addEventListener('scroll', follow);
    window.addEventListener('resize', follow);

    const sample = getComputedStyle(group.querySelector('text') || info);
    pen.font = `${sample.fontStyle} ${sample.fontWeight} ${sample.fontSize} ${sample.fontFamily}`;
    for (const half of halves)
        zoom(half.zoomed);
    search(root.dataset.search);
    const shown = root.getBoundingClientRect();
    if (root.dataset.shape === 'flame')
        window.scrollTo(0, shown.height);
    else if (root.dataset.shape === 'sandwich')
        window.scrollTo(0, root.dataset.middle * shown.width / width - window.innerHeight / 2);
    follow();
})();
