// An exported page: heat map and flame graph over the block of data that page_data.h describes.
// Names reach the document only as text.
'use strict';
(async () => {
    const $ = id => document.getElementById(id);

    // ---- the data -------------------------------------------------------------------------

    async function unpack() {
        const packed = Uint8Array.from(atob($('data').textContent), c => c.charCodeAt(0));
        const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
        return new Uint8Array(await new Response(stream).arrayBuffer());
    }

    function parse(bytes) {
        let at = 0;
        const next = () => {
            let value = 0, scale = 1, byte;
            do {
                byte = bytes[at++];
                value += (byte & 127) * scale;
                scale *= 128;
            } while (byte > 127);
            return value;
        };
        const length = next();
        const head = JSON.parse(new TextDecoder().decode(bytes.subarray(at, at + length)));
        at += length;
        const nodes = next(), parent = new Uint32Array(nodes + 1), frame = new Uint32Array(nodes + 1);
        for (let i = 1; i <= nodes; i++) {
            parent[i] = i - next();
            frame[i] = next();
        }
        const counts = n => {
            const stack = new Uint32Array(n), count = new Float64Array(n);
            for (let i = 0, before = 0; i < n; i++) {
                stack[i] = before += next();
                count[i] = next();
            }
            return {stack, count};
        };
        const range = counts(next());
        const base = head.base ? counts(next()) : null;
        const heat = head.heat;
        if (heat) {
            const n = heat.columns * heat.rows;
            heat.cell = new Float64Array(n);
            heat.hidden = new Uint8Array(n);
            for (let i = 0; i < n; i++) {
                const value = next();
                heat.cell[i] = Math.floor(value / 2);
                heat.hidden[i] = value % 2;
            }
        }
        const cells = next() ? {index: [], start: [0], stack: [], count: []} : null;
        for (let i = cells ? next() : 0, before = 0; i > 0; i--) {
            cells.index.push(before += next());
            const n = next();
            for (let k = 0, number = 0; k < n; k++) {
                cells.stack.push(number += next());
                cells.count.push(next());
            }
            cells.start.push(cells.stack.length);
        }
        return {head, nodes, parent, frame, range, base, heat, cells};
    }

    let data;
    try {
        data = parse(await unpack());
    } catch (error) {
        $('title').textContent = 'This browser cannot unpack the page (it needs DecompressionStream)';
        return;
    }
    const {head, heat, cells} = data, frames = head.frames;
    const symbol = f => frames[f][0], moduleOf = f => head.modules[frames[f][1]];
    const DARK = 3, LIGHT = 4, GROUP = 5;

    // ---- words ----------------------------------------------------------------------------

    const grouped = n => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, '\u2009');
    function size(n) {
        let unit = 0;
        for (; n >= 999.5; unit++)
            n /= 1000;
        return `${Number(n.toPrecision(3))} ${n === 1 && !unit ? 'byte' : ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'][unit]}`;
    }
    // Without a unit, unless it is part of the number.
    const amount = (n, unit = head.unit) => unit === 'ns' ? span(n) : unit === 'bytes' ? size(n) : grouped(n);
    const counted = (n, unit = head.unit) => unit === 'ns' || unit === 'bytes' ? amount(n, unit)
        : `${grouped(n)} ${n === 1 ? unit.replace(/s$/, '') : unit}`;
    function percent(part, whole) {
        const share = whole ? 100 * part / whole : 0;
        return share && share < 0.05 ? '< 0.1 %' : `${share.toFixed(share >= 99.95 ? 0 : 1)} %`;
    }
    function offset(ns) { // seconds, with the decimals that there are, two at least
        let text = (ns / 1e9).toFixed(9);
        while (text.endsWith('0') && text.indexOf('.') < text.length - 3)
            text = text.slice(0, -1);
        return text;
    }
    function span(ns) {
        if (ns < 1e3)
            return ns ? `${ns} ns` : '0 s';
        if (ns < 999.5e3)
            return `${Number((ns / 1e3).toPrecision(3))} µs`;
        if (ns < 999.5e6)
            return `${Number((ns / 1e6).toPrecision(3))} ms`;
        if (ns < 99.95e9)
            return `${Number((ns / 1e9).toPrecision(4))} s`;
        return ns < 3600e9 ? `${Math.floor(ns / 60e9)} min ${Math.floor(ns / 1e9) % 60} s`
                           : `${Math.floor(ns / 3600e9)} h ${Math.floor(ns / 60e9) % 60} min`;
    }
    // A canvas draws right-to-left text from where it stands; isolated, it turns nothing else.
    const rtl = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff]|[\ud802\ud803\ud83a\ud83b]/;
    const isolated = text => rtl.test(text) ? `\u2068${text}\u2069` : text;

    // ---- trees: parents before children, children in the order they are drawn -------------

    function arrange(parent, frame, weight) {
        const n = parent.length, start = new Uint32Array(n + 1), list = new Uint32Array(n);
        for (let i = 1; i < n; i++)
            start[parent[i] + 1]++;
        for (let i = 0; i < n; i++)
            start[i + 1] += start[i];
        const fill = start.slice(0, n);
        for (let i = 1; i < n; i++)
            list[fill[parent[i]]++] = i;
        const order = weight ? (a, b) => weight[b] - weight[a] || a - b
                             : (a, b) => symbol(frame[a]) < symbol(frame[b]) ? -1
                                       : symbol(frame[a]) > symbol(frame[b]) ? 1 : a - b;
        for (let i = 0; i < n; i++)
            if (start[i + 1] - start[i] > 1)
                list.subarray(start[i], start[i + 1]).sort(order);
        return {start, list};
    }

    function totals(parent, self) {
        const total = self.slice();
        for (let i = total.length - 1; i > 0; i--)
            total[parent[i]] += total[i];
        return total;
    }

    const byName = arrange(data.parent, data.frame, null);
    const groups = new Uint8Array(data.nodes + 1); // nodes of groups, with groups above them alone
    for (let i = 1; i <= data.nodes; i++)
        groups[i] = frames[data.frame[i]][GROUP] && (!data.parent[i] || groups[data.parent[i]]) ? 1 : 0;

    // Callers by leaf: each stack walked from its end, below its groups. Both sides in one tree.
    function invert(counts, countsB) {
        const parent = [0], frame = [0], known = new Map(), path = [];
        const end = new Uint32Array(counts.length); // by stack
        for (let i = 1; i < counts.length; i++) {
            if (!counts[i] && !(countsB && countsB[i]))
                continue;
            let node = 0, s = i;
            path.length = 0;
            for (; s && !groups[s]; s = data.parent[s])
                path.push(data.frame[s]);
            for (; s; s = data.parent[s])
                path.unshift(data.frame[s]);
            for (const f of path) {
                const key = node * frames.length + f;
                let child = known.get(key);
                if (child === undefined) {
                    child = parent.length;
                    known.set(key, child);
                    parent.push(node);
                    frame.push(f);
                }
                node = child;
            }
            end[i] = node;
        }
        const sum = list => {
            const self = new Float64Array(parent.length);
            list.forEach((n, i) => { self[end[i]] += n; });
            return self;
        };
        return {parent, frame, self: sum(counts), selfB: countsB && sum(countsB)};
    }

    // What B has below the nodes that have none of A, in place of A.
    function elide(t) {
        const total = totals(t.parent, t.self);
        const self = t.selfB.map((n, i) => i && !total[i] ? n : 0);
        return {parent: t.parent, frame: t.frame, self, selfB: null};
    }

    // A node's width (w) is its count; of a differential the mean of its shares of both sides,
    // where an empty side counts for nothing.
    function makeTree(counts, countsB) {
        const inverted = shape === 'inverted';
        let t = inverted ? invert(counts, countsB)
                         : {parent: data.parent, frame: data.frame, self: counts, selfB: countsB};
        const all = totals(t.parent, t.self)[0], allB = t.selfB ? totals(t.parent, t.selfB)[0] : 0;
        if (t.selfB && elided)
            t = elide(t);
        t.total = totals(t.parent, t.self);
        t.totalB = t.selfB && totals(t.parent, t.selfB);
        const a = all ? 1 / all : 0, b = allB ? 1 / allB : 0;
        t.w = t.totalB ? t.total.map((n, i) => n * a + t.totalB[i] * b) : t.total;
        t.all = t.selfB || !elided ? all : allB; // that counts are shares of
        t.allB = allB;
        return Object.assign(t, !inverted && !head.heaviest ? byName
                                                            : arrange(t.parent, t.frame, head.heaviest && t.w));
    }

    // ---- what is selected -----------------------------------------------------------------

    // Exactly the exported range, or cells from .. to (inclusive) of the heat map.
    const base = head.base;
    let chosen = {exported: true}, self, selfB = null, tree, shape = head.shape, zoom = 0, whole = 0;
    let elided = !!base && base.elided, safe = !!base && base.safe;
    const has = node => tree.total[node] > 0 || (!!tree.totalB && tree.totalB[node] > 0);
    // what percentages are shares of
    const ofWhat = () => tree.totalB ? 'A' : base ? 'B' : times() ? 'the selection' : 'what is shown';
    const rowStart = r => Math.ceil(r * heat.column_ns / heat.rows);
    const cellTime = i => Math.floor(i / heat.rows) * heat.column_ns + rowStart(i % heat.rows);
    const cellEnd = i => Math.floor(i / heat.rows) * heat.column_ns + rowStart(i % heat.rows + 1);

    function times() { // of the selection, or null for everything
        if (chosen.exported)
            return head.selection;
        return chosen.from === 0 && chosen.to === heat.cell.length - 1
            ? null : [cellTime(chosen.from), cellEnd(chosen.to)];
    }

    function lowerBound(list, value) {
        let low = 0, high = list.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (list[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    function sumOf(counts) {
        const sum = new Float64Array(data.nodes + 1);
        counts.stack.forEach((s, i) => { sum[s] += counts.count[i]; });
        return sum;
    }

    function sumOfCells(first, end) {
        const sum = new Float64Array(data.nodes + 1);
        for (let i = cells.start[first]; i < cells.start[end]; i++)
            sum[cells.stack[i]] += cells.count[i];
        return sum;
    }

    // The baseline stays what it was, unless it is all that is not selected.
    function sumOfBase() {
        if (!base.rest || chosen.exported)
            return sumOf(data.base);
        return sumOfCells(0, cells.index.length).map((n, i) => n - self[i]);
    }

    function count() {
        self = chosen.exported ? sumOf(data.range)
            : sumOfCells(lowerBound(cells.index, chosen.from), lowerBound(cells.index, chosen.to + 1));
        selfB = base && sumOfBase();
        const path = tree ? pathTo(zoom) : [];
        tree = makeTree(self, selfB);
        zoom = find(path);
        whole = tree.all;
        look();
    }

    function pathTo(node) {
        const path = [];
        for (; node; node = tree.parent[node])
            path.unshift(tree.frame[node]);
        return path;
    }

    function childOf(node, fits) {
        for (let i = tree.start[node]; i < tree.start[node + 1]; i++)
            if (fits(tree.list[i]))
                return tree.list[i];
        return 0;
    }

    function find(path) { // as far as it exists
        let node = 0;
        for (const f of path) {
            const child = childOf(node, c => tree.frame[c] === f);
            if (!child || !has(child))
                break;
            node = child;
        }
        return node;
    }

    // ---- search ---------------------------------------------------------------------------

    let hits = null, matches = 0, matchSum = 0, matchSumB = 0; // hits: by frame

    function compile(text) {
        const flags = text === text.toLowerCase() ? 'i' : '';
        for (const more of ['u', '']) {
            try {
                return new RegExp(text, flags + more);
            } catch (error) { /* the next, or none */ }
        }
        return null;
    }

    function search() {
        const text = $('search').value, expression = text ? compile(text) : null;
        $('search').classList.toggle('bad', !!text && !expression);
        hits = expression ? Uint8Array.from(frames, f => expression.test(f[0]) ? 1 : 0) : null;
        look();
    }

    function sumMatches() { // a match within a match counts once
        const covered = new Uint8Array(tree.parent.length);
        matches = matchSum = matchSumB = 0;
        for (let i = 1; i < covered.length && hits; i++) {
            const hit = hits[tree.frame[i]] && has(i), within = covered[tree.parent[i]];
            covered[i] = hit || within ? 1 : 0;
            matches += hit ? 1 : 0;
            matchSum += hit && !within ? tree.total[i] : 0;
            matchSumB += hit && !within && tree.totalB ? tree.totalB[i] : 0;
        }
    }

    // ---- the theme ------------------------------------------------------------------------

    const system = matchMedia('(prefers-color-scheme: dark)');
    let theme = head.theme, ink = {};
    const isDark = () => theme === 'auto' ? system.matches : theme === 'dark';

    function dress() {
        document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
        const style = getComputedStyle(document.documentElement);
        for (const name of ['background', 'panel', 'line', 'text', 'muted', 'accent', 'baseline'])
            ink[name] = style.getPropertyValue(`--${name}`).trim();
        ink.root = isDark() ? 0x2c313c : 0xe2e5ec;
        ink.match = isDark() ? 0xf03cf0 : 0xe600e6;
        ink.dim = parseInt(ink.background.slice(1), 16);
        ink.grey = mix(parseInt(ink.muted.slice(1), 16), ink.dim, 0.5);
        picture = null;
        drawLegend();
        drawHeat();
        drawFlames();
    }

    // ---- a differential -------------------------------------------------------------------

    const shares = box => [whole ? box.total / whole : 0, tree.allB ? box.totalB / tree.allB : 0];
    const onlyOne = box => tree.totalB && box.node && !box.merged && (!box.total || !box.totalB);
    // gone, from less over equal to more, new
    const diffColors = () => base[safe ? 'safe_colors' : 'plain_colors'][isDark() ? 0 : 1];

    // As the window's: neither the doubling of next to nothing nor a little more of nearly
    // everything shouts.
    function diffColor(box) {
        const colors = diffColors(), [a, b] = shares(box), change = Math.abs(a - b);
        if ((a > 0) !== (b > 0))
            return colors[a > 0 ? colors.length - 1 : 0];
        const strength = change ? Math.sqrt(change / Math.max(a, b) * (change / (change + 0.01))) : 0;
        return mix(colors[(colors.length - 1) / 2], colors[a > b ? colors.length - 2 : 1], strength);
    }

    // Both sides, and by how many points and samples A has more than B's share.
    function diffFacts(box) {
        const [a, b] = shares(box), more = Math.round(Math.abs(a - b) * whole), sign = a < b ? '\u2212' : '+';
        const lines = [`A ${counted(box.total)} · ${percent(box.total, whole)} of A`,
            `B ${counted(box.totalB)} · ${percent(box.totalB, tree.allB)} of B`,
            `${sign}${(Math.abs(a - b) * 100).toFixed(2)} percentage points · ${sign}${counted(more)} in A`];
        if (onlyOne(box))
            lines.push(box.total ? 'new: only in A' : 'gone: only in B');
        return lines;
    }

    function drawLegend() {
        if (!base)
            return;
        $('legend').hidden = $('colors').hidden = elided;
        const colors = diffColors();
        $('gone').style.background = css(colors[0]);
        $('new').style.background = css(colors[colors.length - 1]);
        $('ramp').style.background = `linear-gradient(90deg, ${colors.slice(1, -1).map(css).join(', ')})`;
        $('colors').setAttribute('aria-pressed', String(safe));
        $('elided').setAttribute('aria-pressed', String(elided));
    }

    const css = color => `#${color.toString(16).padStart(6, '0')}`;
    function mix(a, b, t) {
        let out = 0;
        for (let shift = 0; shift < 24; shift += 8) {
            const x = a >> shift & 255, y = b >> shift & 255;
            out |= Math.round(x + (y - x) * t) << shift;
        }
        return out;
    }
    function luminance(color) {
        const part = byte => {
            const v = byte / 255;
            return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        };
        return 0.2126 * part(color >> 16) + 0.7152 * part(color >> 8 & 255) + 0.0722 * part(color & 255);
    }
    const textOn = new Map();
    function readable(color) {
        let text = textOn.get(color);
        if (!text) {
            const l = luminance(color);
            const dark = (l + 0.05) / (luminance(0x14171d) + 0.05), light = 1.05 / (l + 0.05);
            text = dark >= 4.5 && dark >= light ? '#14171d' : light >= 4.5 ? '#ffffff' : '#050506';
            textOn.set(color, text);
        }
        return text;
    }

    // ---- canvases -------------------------------------------------------------------------

    const FONT = 'Verdana, "DejaVu Sans", sans-serif';
    function prepare(canvas, w, h) {
        const ratio = devicePixelRatio || 1, pen = canvas.getContext('2d');
        canvas.width = Math.round(w * ratio);
        canvas.height = Math.round(h * ratio);
        canvas.style.width = `${w}px`;
        canvas.style.height = `${h}px`;
        pen.setTransform(ratio, 0, 0, ratio, 0, 0);
        return pen;
    }

    // ---- heat map -------------------------------------------------------------------------

    const plot = {x: 78, y: 12, w: 0, h: 0};
    let picture = null, under = null, dragFrom = -1; // under: the cell below the pointer

    function level(value) { // 1 … 255, as the window's scales
        if (!value)
            return 0;
        if (value >= heat.max)
            return 255;
        if (heat.scale === 'percentile')
            return Math.min(255, lowerBound(heat.steps, value) + 1);
        const share = heat.scale === 'linear' ? (value - 1) / (heat.max - 1)
            : heat.scale === 'log' ? Math.log(value) / Math.log(heat.max)
            : (Math.sqrt(value) - 1) / (Math.sqrt(heat.max) - 1);
        return 1 + Math.floor(share * 254);
    }

    // One texel a cell; where cells are smaller than a pixel, the largest of several.
    function paintCells() {
        const ratio = devicePixelRatio || 1, ramp = isDark() ? heat.dark : heat.light;
        const across = Math.max(1, Math.ceil(heat.columns / (plot.w * ratio)));
        const down = Math.max(1, Math.ceil(heat.rows / (plot.h * ratio)));
        const w = Math.ceil(heat.columns / across), h = Math.ceil(heat.rows / down);
        picture = document.createElement('canvas');
        picture.width = w;
        picture.height = h;
        const pen = picture.getContext('2d'), image = pen.createImageData(w, h);
        for (let x = 0; x < w; x++) {
            for (let y = 0; y < h; y++) {
                let most = 0, hidden = 0, outside = true;
                for (let c = x * across; c < Math.min(heat.columns, (x + 1) * across); c++) {
                    for (let r = y * down; r < Math.min(heat.rows, (y + 1) * down); r++) {
                        const i = c * heat.rows + r;
                        most = Math.max(most, heat.cell[i]);
                        hidden |= heat.hidden[i];
                        outside = outside && (cellEnd(i) <= heat.first_ns || cellTime(i) > heat.last_ns);
                    }
                }
                const color = most ? ramp[level(most)] : outside ? ramp[256] : hidden ? ramp[257] : ramp[0];
                const at = ((heat.down ? y : h - 1 - y) * w + x) * 4;
                image.data[at] = color >> 16;
                image.data[at + 1] = color >> 8 & 255;
                image.data[at + 2] = color & 255;
                image.data[at + 3] = 255;
            }
        }
        pen.putImageData(image, 0, 0);
        picture.wide = w * across / heat.columns;
        colourScale(ramp);
    }

    // From the least to the most that a cell holds, and of how much time.
    function colourScale(ramp) {
        const [least, bar, most] = $('scale').children, unit = 2 ** heat.shift;
        least.textContent = amount(unit, heat.unit);
        bar.style.background = `linear-gradient(90deg, ${[1, 64, 128, 192, 255].map(i => css(ramp[i])).join(', ')})`;
        most.textContent = `${counted(heat.max * unit, heat.unit)} per ${span(heat.column_ns / heat.rows)}`;
        $('scale').hidden = false;
    }

    const columnX = c => plot.x + c / heat.columns * plot.w;
    const offsetY = share => plot.y + (heat.down ? share : 1 - share) * plot.h;

    function outline(pen, t0, t1) {
        const w = heat.column_ns, c0 = Math.floor(t0 / w), c1 = Math.floor((t1 - 1) / w);
        const f0 = (t0 - c0 * w) / w, f1 = (t1 - c1 * w) / w;
        const points = c0 === c1
            ? [[c0, f0], [c0, f1], [c0 + 1, f1], [c0 + 1, f0]]
            : [[c0, f0], [c0, 1], [c1, 1], [c1, f1], [c1 + 1, f1], [c1 + 1, 0], [c0 + 1, 0], [c0 + 1, f0]];
        pen.beginPath();
        for (const [c, f] of points)
            pen.lineTo(columnX(c), offsetY(f));
        pen.closePath();
    }

    function axes(pen) {
        pen.fillStyle = ink.muted;
        pen.font = `12px ${FONT}`;
        pen.textBaseline = 'middle';
        pen.textAlign = 'right';
        const unit = heat.column_ns >= 1e10 ? ['s', 1e9] : ['ms', 1e6];
        for (const share of [0, 0.25, 0.5, 0.75, 1]) {
            const y = offsetY(share), inward = y < plot.y + 1 ? 5 : y > plot.y + plot.h - 1 ? -5 : 0;
            const number = Number((heat.column_ns * share / unit[1]).toPrecision(4));
            pen.fillText(share === 1 ? `${number} ${unit[0]}` : number, plot.x - 8, y + inward);
        }
        pen.textAlign = 'center';
        const seconds = heat.columns * heat.column_ns / 1e9;
        let step = 10 ** Math.floor(Math.log10(seconds / Math.max(1, plot.w / 90)));
        for (const times of [2, 2.5, 2])
            if (seconds / step > plot.w / 90)
                step *= times;
        const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
        for (let t = 0; t <= seconds; t += step) {
            const x = columnX(t * 1e9 / heat.column_ns);
            const within = Math.min(Math.max(x, plot.x + 8), plot.x + plot.w - 12);
            pen.fillText(`${t.toFixed(decimals)}${t ? '' : ' s'}`, within, plot.y + plot.h + 14);
        }
    }

    function drawHeat() {
        if (!heat)
            return;
        const area = $('heat').getBoundingClientRect();
        const size = [area.width - plot.x - 20, area.height - plot.y - 26];
        if (size[0] !== plot.w || size[1] !== plot.h || !picture) {
            [plot.w, plot.h] = size;
            paintCells();
        }
        const pen = prepare($('map'), area.width, area.height);
        pen.imageSmoothingEnabled = false;
        pen.drawImage(picture, plot.x, plot.y, plot.w * picture.wide, plot.h);
        axes(pen);
        drawRange(pen, times(), ink.accent, base && 'A');
        if (base)
            drawRange(pen, base.range, ink.baseline, 'B');
        if (under !== null) {
            outline(pen, cellTime(under), cellEnd(under));
            pen.strokeStyle = ink.text;
            pen.lineWidth = 1;
            pen.stroke();
        }
    }

    function drawRange(pen, range, color, name) {
        if (!range)
            return;
        outline(pen, ...range);
        pen.fillStyle = color + '33';
        if (name !== 'B')
            pen.fill();
        pen.strokeStyle = color;
        pen.lineWidth = 1.5;
        pen.stroke();
        if (!name)
            return;
        const x = columnX(Math.floor(range[0] / heat.column_ns)), y = plot.y;
        pen.fillStyle = color;
        pen.fillRect(x, y, 16, 16);
        pen.fillStyle = readable(parseInt(color.slice(1), 16));
        pen.textAlign = 'center';
        pen.fillText(name, x + 8, y + 8.5);
    }

    function cellAt(e) {
        const area = $('map').getBoundingClientRect();
        const x = (e.clientX - area.left - plot.x) / plot.w, y = (e.clientY - area.top - plot.y) / plot.h;
        const inside = x >= 0 && x < 1 && y >= 0 && y <= 1;
        if (!inside && dragFrom < 0)
            return null;
        const within = (v, n) => Math.min(n - 1, Math.max(0, Math.floor(v * n)));
        return within(x, heat.columns) * heat.rows + within(heat.down ? y : 1 - y, heat.rows);
    }

    function select(from, to) {
        chosen = from <= to ? {from, to} : {from: to, to: from};
        count();
    }

    let frameAsked = false;
    function soon(act) {
        if (frameAsked)
            return;
        frameAsked = true;
        requestAnimationFrame(() => {
            frameAsked = false;
            act();
        });
    }

    function heatHand() {
        const map = $('map');
        map.addEventListener('pointerdown', e => {
            const cell = cellAt(e);
            if (cell === null || e.button)
                return;
            if (!cells) {
                say('Only the exported range is in this page: a drag cannot select another');
                return;
            }
            dragFrom = cell;
            map.setPointerCapture(e.pointerId);
            select(cell, cell);
        });
        map.addEventListener('pointermove', e => {
            under = cellAt(e);
            if (dragFrom >= 0 && under !== null)
                soon(() => { // unless the button came up meanwhile
                    if (dragFrom >= 0 && under !== null)
                        select(dragFrom, under);
                });
            else
                drawHeat();
            if (under !== null) {
                const t = cellTime(under), column = Math.floor(t / heat.column_ns) * heat.column_ns;
                const n = heat.cell[under] * 2 ** heat.shift;
                say(`${offset(column).replace(/\.00$/, '')} s + ${Number(((t - column) / 1e6).toFixed(3))} ms · ${counted(n, heat.unit)}`);
            }
        });
        const end = () => { dragFrom = -1; };
        map.addEventListener('pointerup', e => {
            if (dragFrom >= 0 && under !== null)
                select(dragFrom, cellAt(e) === null ? under : cellAt(e));
            end();
        });
        map.addEventListener('pointercancel', end);
        map.addEventListener('pointerleave', () => {
            under = null;
            say('');
            drawHeat();
        });
    }

    // ---- flame graph ----------------------------------------------------------------------

    const ROW = 18, INSET = 4, LEAST_TEXT = 24;
    let boxes = [], deepest = 0, hover = null, fromRoot = 0; // fromRoot: how far it is scrolled

    // Boxes from the zoomed node up, ancestors below it at full width; what is narrower than half
    // a pixel joins its neighbours in one grey block.
    function layOut(width) {
        const path = [];
        for (let v = zoom; ; v = tree.parent[v]) {
            path.unshift(v);
            if (!v)
                break;
        }
        const total = tree.w[zoom], scale = total ? width / total : 0;
        const sums = node => ({total: tree.total[node], totalB: tree.totalB ? tree.totalB[node] : 0});
        boxes = path.map((node, depth) => ({node, depth, x: 0, w: width, above: node !== zoom, ...sums(node)}));
        for (let i = boxes.length - 1; i < boxes.length; i++) {
            const box = boxes[i], depth = box.depth + 1;
            if (box.merged)
                continue;
            // as in the window, a frame's own share is left of its children in order of names
            let x = box.x, run = null;
            for (let k = tree.start[box.node]; k < tree.start[box.node + 1] && !head.heaviest; k++)
                x -= tree.w[tree.list[k]] * scale;
            x += head.heaviest ? 0 : box.w;
            for (let k = tree.start[box.node]; k < tree.start[box.node + 1]; k++) {
                const node = tree.list[k], w = tree.w[node] * scale, sum = sums(node);
                if (!w)
                    continue;
                if (w < 0.5) {
                    if (!run)
                        boxes.push(run = {node, depth, x, w: 0, merged: 0, total: 0, totalB: 0});
                    run.merged++;
                    run.w += w;
                    run.total += sum.total;
                    run.totalB += sum.totalB;
                } else {
                    boxes.push({node, depth, x, w, ...sum});
                    run = null;
                }
                x += w;
            }
        }
        deepest = boxes[boxes.length - 1].depth;
    }

    function fillOf(box) {
        if (box.merged)
            return ink.grey;
        if (!box.node)
            return ink.root;
        if (hits && hits[tree.frame[box.node]])
            return ink.match;
        const color = tree.totalB ? diffColor(box) : frames[tree.frame[box.node]][isDark() ? DARK : LIGHT];
        return hits || box.above ? mix(color, ink.dim, 0.55) : color;
    }

    function labelOf(box) {
        if (box.merged)
            return `${grouped(box.merged)} merged`;
        if (!box.node)
            return tree.totalB ? `all · A ${amount(whole)} · B ${counted(tree.allB)}`
                : base ? `only in B · ${amount(box.total)} of ${counted(whole)}` : `all · ${counted(whole)}`;
        return (onlyOne(box) ? box.total ? 'new ' : 'gone ' : '') + symbol(tree.frame[box.node]);
    }

    function fit(pen, text, room) {
        if (pen.measureText(text).width <= room)
            return isolated(text);
        const chars = Array.from(text);
        let fits = 0, not = Math.min(chars.length, Math.ceil(room / 2) + 1);
        while (not - fits > 1) {
            const middle = (fits + not) >> 1;
            if (pen.measureText(chars.slice(0, middle).join('') + '..').width <= room)
                fits = middle;
            else
                not = middle;
        }
        return fits ? isolated(chars.slice(0, fits).join('')) + '..' : '';
    }

    const upwards = () => shape === 'flame';
    const pageHeight = () => Math.max((deepest + 1) * ROW, $('flames').clientHeight);
    const rowTop = depth => upwards() ? pageHeight() - (depth + 1) * ROW : depth * ROW;

    function drawFlames() {
        const area = $('flames'), width = area.clientWidth, height = area.clientHeight;
        if (!tree || !width || !height)
            return;
        layOut(width);
        $('space').style.height = `${pageHeight()}px`;
        area.scrollTop = upwards() ? pageHeight() - height - fromRoot : fromRoot;
        const pen = prepare($('graph'), width, height), top = area.scrollTop;
        pen.font = `12px ${FONT}`;
        pen.textBaseline = 'middle';
        for (const box of boxes) {
            const y = rowTop(box.depth) - top;
            if (y < -ROW || y > height)
                continue;
            const fill = fillOf(box);
            pen.fillStyle = css(fill);
            pen.fillRect(box.x, y, box.w > 2 ? box.w - 1 : box.w * 0.75, ROW - 1);
            if (box.w >= LEAST_TEXT) {
                pen.fillStyle = readable(fill);
                pen.fillText(fit(pen, labelOf(box), box.w - 2 * INSET), box.x + INSET, y + ROW / 2);
            }
            if (onlyOne(box) && box.w > 3) { // a bar over what is new, under what is gone
                pen.fillStyle = ink.text;
                pen.fillRect(box.x, box.total ? y : y + ROW - 3, box.w - 1, 2);
            }
            if (hover && hover.node === box.node && hover.depth === box.depth && !hover.merged === !box.merged) {
                pen.strokeStyle = ink.text;
                pen.strokeRect(box.x + 0.5, y + 0.5, Math.max(1, box.w - 2), ROW - 2);
            }
        }
    }

    function boxAt(e) {
        const area = $('graph').getBoundingClientRect();
        const x = e.clientX - area.left, y = e.clientY - area.top + $('flames').scrollTop;
        const depth = Math.floor(upwards() ? (pageHeight() - y) / ROW : y / ROW);
        return boxes.find(b => b.depth === depth && x >= b.x && x < b.x + Math.max(b.w, 1)) || null;
    }

    function tell(e) {
        const tip = $('tip');
        tip.hidden = !hover || (!hover.node && !hover.merged);
        if (tip.hidden) {
            say('');
            return;
        }
        const f = tree.frame[hover.node];
        const words = hover.merged ? `${grouped(hover.merged)} frames, each narrower than a pixel` : symbol(f);
        const facts = tree.totalB ? diffFacts(hover)
            : [`${counted(hover.total)} · ${percent(hover.total, whole)} of ${ofWhat()}` +
               (hover.merged ? '' : ` · self ${amount(tree.self[hover.node])}`)];
        const lines = [words, ...facts];
        if (!hover.merged && moduleOf(f))
            lines.push(`${moduleOf(f)} · ${frames[f][2]}`);
        tip.replaceChildren(...lines.map((line, i) => {
            const row = document.createElement('div'), text = document.createElement('bdi');
            text.textContent = line;
            row.className = i ? 'muted' : '';
            row.append(text);
            return row;
        }));
        const w = tip.offsetWidth, h = tip.offsetHeight;
        tip.style.left = `${Math.max(8, Math.min(e.clientX + 14, innerWidth - w - 8))}px`;
        tip.style.top = `${e.clientY + 18 + h > innerHeight ? e.clientY - h - 12 : e.clientY + 18}px`;
        say(`${isolated(words)} · ${facts.join(' · ')}`);
    }

    function setZoom(node) {
        zoom = node;
        fromRoot = 0;
        look();
    }

    function flameHand() {
        const graph = $('graph');
        graph.addEventListener('pointermove', e => {
            hover = boxAt(e);
            graph.style.cursor = hover && !hover.merged ? 'pointer' : 'default';
            tell(e);
            soon(drawFlames);
        });
        graph.addEventListener('pointerleave', () => {
            hover = null;
            $('tip').hidden = true;
            say('');
            drawFlames();
        });
        graph.addEventListener('click', e => {
            const box = boxAt(e);
            if (box && !box.merged)
                setZoom(box.node);
        });
        $('flames').addEventListener('scroll', () => {
            const area = $('flames');
            const now = upwards() ? pageHeight() - area.clientHeight - area.scrollTop : area.scrollTop;
            if (Math.abs(now - fromRoot) < 1)
                return;
            fromRoot = now;
            drawFlames();
        });
    }

    // ---- all of it ------------------------------------------------------------------------

    const say = words => { $('status').textContent = words; };

    function facts() {
        const selected = times(), line = $('facts');
        const shown = heat && cells ? cells.count.reduce((a, b) => a + b, 0) : 0;
        const bold = document.createElement('b'), rest = document.createElement('span');
        bold.textContent = !heat ? 'Without times' : !selected ? 'Whole profile'
            : `${offset(selected[0])} – ${offset(selected[1])} s`;
        rest.className = 'muted';
        const sum = self.reduce((a, b) => a + b, 0);
        rest.textContent = ` · ${selected ? `${span(selected[1] - selected[0])} · ` : ''}${counted(sum)}` +
            (selected && shown ? ` · ${percent(sum, shown)} of what ${head.dropped ? 'the tree keeps' : 'is shown'}` : '') +
            (base ? ` · compared with B, ${isolated(base.name)} · ${counted(tree.allB)}` : '');
        line.replaceChildren(bold, rest);
    }

    function look() {
        sumMatches();
        facts();
        $('reset').hidden = !zoom;
        $('back').hidden = !!chosen.exported;
        for (const id of ['flame', 'icicle', 'inverted'])
            $(id).setAttribute('aria-pressed', String(shape === id));
        $('matched').textContent = !hits ? ($('search').value ? 'This is not a regular expression' : '')
            : `Matched: ${percent(matchSum, whole)} of ${ofWhat()} · ` +
              (tree.totalB ? `${percent(matchSumB, tree.allB)} of B · ` : '') +
              `${grouped(matches)} ${matches === 1 ? 'frame' : 'frames'}`;
        drawHeat();
        drawFlames();
    }

    function setShape(id) {
        const turned = (shape === 'inverted') !== (id === 'inverted');
        shape = id;
        if (turned)
            zoom = 0;
        fromRoot = 0;
        count();
    }

    // Arrows move the selection by a cell or a column.
    function move(by) {
        const now = chosen.exported
            ? (head.selection ? {from: cellOf(head.selection[0]), to: cellOf(head.selection[1] - 1)} : null) : chosen;
        if (!now || now.from + by < 0 || now.to + by >= heat.cell.length)
            return;
        select(now.from + by, now.to + by);
    }
    function cellOf(t) {
        const c = Math.floor(t / heat.column_ns);
        return c * heat.rows + Math.floor((t - c * heat.column_ns) * heat.rows / heat.column_ns);
    }

    function escape() {
        if ($('search').value) {
            $('search').value = '';
            search();
        } else if (zoom) {
            setZoom(0);
        } else if (!chosen.exported) {
            chosen = {exported: true};
            count();
        }
        $('search').blur();
    }

    window.addEventListener('keydown', e => {
        const typing = document.activeElement === $('search');
        const key = e.key.toLowerCase(), control = e.ctrlKey || e.metaKey;
        const arrows = {ArrowUp: 1, ArrowDown: -1, ArrowLeft: -1, ArrowRight: 1};
        if (e.key === 'F3' || (control && key === 'f') || (key === '/' && !typing)) {
            $('search').focus();
            $('search').select();
        } else if (e.key === 'Escape') {
            escape();
        } else if (e.key === '0' && cells && !typing && !control) {
            select(0, heat.cell.length - 1);
        } else if (e.key in arrows && cells && !typing && !control) {
            const column = e.key === 'ArrowLeft' || e.key === 'ArrowRight';
            move(arrows[e.key] * (column ? heat.rows : heat.down ? -1 : 1));
        } else {
            return;
        }
        e.preventDefault();
    });
    $('search').addEventListener('input', search);
    $('reset').addEventListener('click', () => setZoom(0));
    $('back').addEventListener('click', () => {
        chosen = {exported: true};
        count();
    });
    $('theme').addEventListener('click', () => {
        theme = isDark() ? 'light' : 'dark';
        dress();
    });
    for (const id of ['flame', 'icicle', 'inverted'])
        $(id).addEventListener('click', () => setShape(id));
    $('elided').addEventListener('click', () => {
        elided = !elided;
        drawLegend();
        count();
    });
    $('colors').addEventListener('click', () => {
        safe = !safe;
        drawLegend();
        drawFlames();
    });
    for (const id of ['legend', 'elided', 'colors'])
        $(id).hidden = !base;
    system.addEventListener('change', dress);
    window.addEventListener('resize', () => {
        drawHeat();
        drawFlames();
    });

    $('title').textContent = isolated(head.title);
    $('subtitle').textContent = head.subtitle;
    $('search').value = head.search;
    $('notes').replaceChildren(...head.notes.map(note => {
        const p = document.createElement('p');
        p.textContent = note;
        return p;
    }));
    if (heat)
        heatHand();
    else
        $('heat').style.display = 'none';
    flameHand();
    tree = null;
    dress();
    count();
    for (const [name, module] of head.zoom) {
        const child = childOf(zoom, c => symbol(tree.frame[c]) === name &&
            (!module || moduleOf(tree.frame[c]) === module));
        if (!child)
            break;
        zoom = child;
    }
    search();

    function foldedLines(counts) {
        const lines = [];
        counts.forEach((n, i) => {
            const path = [];
            for (let s = i; s; s = data.parent[s])
                path.unshift(symbol(data.frame[s]).replace(/;/g, ':'));
            if (n)
                lines.push(`${path.join(';') || '[unknown]'} ${n}`);
        });
        return lines;
    }

    // For scripts and tests: what is counted now, as folded stacks; and where it is drawn.
    window.flamescope = {
        folded: () => foldedLines(self),
        base: () => foldedLines(selfB),
        cell: (column, row) => {
            const area = $('map').getBoundingClientRect();
            return [area.left + columnX(column + 0.5), area.top + offsetY((row + 0.5) / heat.rows)];
        },
        boxes: () => boxes.map(b => {
            const area = $('graph').getBoundingClientRect();
            return {name: b.merged ? '' : b.node ? symbol(tree.frame[b.node]) : 'all', total: b.total, totalB: b.totalB,
                    path: pathTo(b.node).map(symbol), merged: !!b.merged, label: labelOf(b), color: css(fillOf(b)),
                    x: area.left + b.x + b.w / 2, y: area.top + rowTop(b.depth) - $('flames').scrollTop + ROW / 2, w: b.w};
        }),
    };
})();
