#!/bin/bash
# Playback and scenes as frames, animation, page and PDF; what does not fit together is said.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
here=$FLAMESCOPE_SOURCE/tests/cli
small="--dejavu --size 480x300"
cp "$example" "$scratch/shop.perf.gz"
cat >"$scratch/shop.perf.gz.scenes" <<'SCENES'
FlameScope scenes 1
origin 1308000000000

scene The burst, <forty> to fifty
note What happens here?
note Everybody sorts
state sel=1348000000000..1358000000000
callout box 1350000000000..1352000000000 here

scene Later
state sel=1371000000000..1376000000000

scene After the end
state sel=1571000000000..1576000000000
SCENES

played() { # played FOLDER OPTION...
    out=$1
    shift
    # shellcheck disable=SC2086 # options
    "$FLAMESCOPE" export "$scratch/shop.perf.gz" $small --to frames -o "$out" --fps 5 --window 2s "$@"
}

frames() {
    played "$scratch/a" --seconds 2 && played "$scratch/b" --seconds 2 &&
        [ "$(echo "$scratch"/a/*.png | wc -w)" = 10 ] && diff -r "$scratch/a" "$scratch/b" &&
        ! cmp -s "$scratch/a/frame-01.png" "$scratch/a/frame-10.png"
}

part() { # 20 s less the window, at nine times the speed: two seconds, and the end
    played "$scratch/c" --play 30..50 --speed 9 && [ "$(echo "$scratch"/c/*.png | wc -w)" = 11 ]
}

animation() {
    # shellcheck disable=SC2086 # options
    "$FLAMESCOPE" export "$scratch/shop.perf.gz" $small --to apng -o "$scratch/p.png" --fps 5 --window 2s --seconds 2 &&
        python3 "$here/apng.py" check "$scratch/p.png" 10 "$scratch/a"
}

scenes() { # scenes FORMAT OUT OPTION...
    # shellcheck disable=SC2086 # options
    "$FLAMESCOPE" export "$scratch/shop.perf.gz" $small --scenes --to "$1" -o "$2" "${@:3}" 2>"$scratch/said"
}

scene_frames() {
    scenes frames "$scratch/s" && [ "$(echo "$scratch"/s/scene-0[123].png | wc -w)" = 3 ] &&
        grep -q 'scene 3: its range' "$scratch/said"
}

scene_animation() {
    scenes apng "$scratch/s.png" --seconds 2.5 && python3 "$here/apng.py" check "$scratch/s.png" 3 "$scratch/s"
}

page() {
    scenes html "$scratch/s.html" && python3 - "$scratch/s.html" "$scratch" <<'PYTHON'
import base64, html.parser, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.images, self.words, self.open, self.ids = [], [], None, []
    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.open = tag
        if tag == "img":
            self.images.append(a["src"])
        if tag == "section":
            self.ids.append(a["id"])
        for name in ("href", "src"):
            assert name not in a or a[name].startswith("data:"), a
    def handle_data(self, data):
        if self.open in ("h2", "p") and data.strip():
            self.words.append(data)
r = Reader()
r.feed(text)
assert r.ids == ["scene-1", "scene-2", "scene-3"], r.ids
assert r.words == ["The burst, <forty> to fifty", "What happens here?\nEverybody sorts", "Later", "After the end"], r.words
for i, src in enumerate(r.images):
    png = base64.b64decode(src.removeprefix("data:image/png;base64,"), validate=True)
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and png[16:24] == bytes([0, 0, 1, 224, 0, 0, 1, 44]), png[:30]
assert "http" not in re.sub(r"http-equiv", "", text)
PYTHON
}

document() {
    scenes pdf "$scratch/s.pdf" && [ "$(head -c 5 "$scratch/s.pdf")" = %PDF- ] &&
        [ "$(grep -ac '/Type /Page\b' "$scratch/s.pdf")" = 3 ]
}

other_file() {
    mv "$scratch/shop.perf.gz.scenes" "$scratch/talk.scenes"
    exits 1 scenes frames "$scratch/t" || return 1 # there are none beside it
    # shellcheck disable=SC2086 # options
    "$FLAMESCOPE" export "$scratch/shop.perf.gz" $small --scenes-from "$scratch/talk.scenes" --to frames -o "$scratch/t" &&
        diff -r "$scratch/s" "$scratch/t"
}

refused() { # refused STATUS WORDS OPTION...
    "$FLAMESCOPE" export "$scratch/shop.perf.gz" "${@:3}" >/dev/null 2>"$scratch/said"
    got=$?
    [ "$got" = "$1" ] && grep -q -e "$2" "$scratch/said" && return
    echo "$got instead of $1: ${*:3}"
    cat "$scratch/said"
    return 1
}

wrong_usage() {
    refused 2 '-o FOLDER' --to frames &&
        refused 2 '--scenes is not' --to apng -o "$scratch/x" --scenes --fps 3 &&
        refused 2 'says itself' --to apng -o "$scratch/x" --scenes --range 1..2 &&
        refused 2 'give one of them' --to apng -o "$scratch/x" --speed 3 --seconds 3 &&
        refused 2 'means nothing for png' --to png --fps 3 &&
        refused 2 'means nothing for svg' --to svg --scenes &&
        refused 2 'cannot be "0"' --to apng -o "$scratch/x" --fps 0 &&
        refused 2 'must be shorter' --to apng -o "$scratch/x" --window 1h &&
        refused 1 'there is no file' --to frames -o "$scratch/x" --scenes-from "$scratch/none" && [ ! -e "$scratch/x" ]
}

broken() {
    echo nonsense >"$scratch/broken.scenes"
    refused 1 'no file of scenes' --to frames -o "$scratch/x" --scenes-from "$scratch/broken.scenes" &&
        refused 1 nowhere --to frames -o "$scratch/nowhere/x" --seconds 1 &&
        refused 1 nowhere --to apng -o "$scratch/nowhere/x.png" --seconds 1
}

check "a playback as numbered pictures, twice the same" frames
check "a part of it, at a speed" part
check "scenes as pictures; what no longer fits is said" scene_frames
if command -v python3 >/dev/null; then
    check "the same as an animated PNG" animation
    check "scenes as an animated PNG" scene_animation
    check "scenes as a page" page
else
    skip "no python3: animations and the page of scenes"
fi
if scenes pdf "$scratch/probe.pdf" || ! grep -q 'without PDF' "$scratch/said"; then
    check "scenes as a PDF" document
else
    skip "built without cairo: scenes as a PDF"
fi
check "scenes of another file" other_file
check "wrong usage" wrong_usage
check "what cannot be read or written" broken
finish
