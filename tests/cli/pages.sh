#!/bin/bash
# Exported SVG and HTML in a headless Chromium: hover, zoom, search, reset, a drag; hostile names.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
here=$FLAMESCOPE_SOURCE/tests/cli
command -v python3 >/dev/null || { skip "no python3: exported pages"; finish; }

# Names that try to be markup, script, or to turn what stands around them; one is not UTF-8.
printf '%b' \
    'app;main;<script>document.title="owned"</script>;"\x27>&amp;]]>--> 40\n' \
    'app;main;a\\x01b\x02\x1b[31mred\x7f 30\n' \
    'app;main;bad\xff\xfeutf\xc3 20\n' \
    'app;main;\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d;\xe2\x80\xaeevil\xe2\x80\xac 10\n' \
    'app;main;</title></svg></script><img src=x onerror=document.title=1> 5\n' \
    'app;idle ]]></script> 1\n' >"$scratch/hostile.folded"
for format in svg html; do
    "$FLAMESCOPE" export "$scratch/hostile.folded" --to $format -o "$scratch/hostile.$format" || exit 1
done
range="--range 20..41"
for format in svg html; do
    "$FLAMESCOPE" export "$example" --to $format $range -o "$scratch/shop.$format" || exit 1
done
"$FLAMESCOPE" export "$example" --to folded $range >"$scratch/shop.folded"
"$FLAMESCOPE" export "$example" --to folded >"$scratch/whole.folded"
"$FLAMESCOPE" export "$example" --to folded --range 25..30 >"$scratch/drag.folded"
"$FLAMESCOPE" export "$example" --to svg $range --view inverted -o "$scratch/inverted.svg"
"$FLAMESCOPE" export "$example" --to svg $range --zoom 'shop-disk;start_thread' --search checksum -o "$scratch/zoomed.svg"

"$FLAMESCOPE" export "$example" --to svg $range --baseline 60..70 -o "$scratch/diff.svg"
"$FLAMESCOPE" export "$example" --to folded $range >"$scratch/diff_a.folded"
"$FLAMESCOPE" export "$example" --to folded --range 60..70 >"$scratch/diff_b.folded"

# Against another profile, whose names are as bad: new, gone, and in both.
printf '%b' \
    'app;main;<script>document.title="owned"</script>;"\x27>&amp;]]>--> 10\n' \
    'app;main;</title></svg></script><img src=y onerror=document.title=2> 30\n' >"$scratch/hostile2.folded"
for format in svg html; do
    "$FLAMESCOPE" export "$scratch/hostile.folded" --to $format --baseline "$scratch/hostile2.folded" -o "$scratch/hostile_diff.$format" || exit 1
done
"$FLAMESCOPE" export "$example" --to html $range --baseline 60..70 --theme dark -o "$scratch/diff.html"
"$FLAMESCOPE" export "$example" --to html $range --baseline rest -o "$scratch/rest.html"
for format in svg html; do
    "$FLAMESCOPE" export "$example" --to $format $range --baseline 60..70 --state 'elided=1' --theme dark -o "$scratch/elided.$format"
    "$FLAMESCOPE" export "$example" --to $format $range --view inverted --transform 'group=thread||hide-kernel' --theme dark -o "$scratch/groups.$format"
done
"$FLAMESCOPE" export "$example" --to svg $range --view sandwich --pin merge_sort -o "$scratch/sandwich.svg"
"$FLAMESCOPE" export "$example" --to svg $range --view sandwich --pin 'no such function' -o "$scratch/nobody.svg"

# Weights that have units of their own.
for unit in bytes nanoseconds; do
    weight=$unit
    [ $unit = bytes ] || weight=time
    printf '{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[{"name":"main"},{"name":"leaf"}]},
        "profiles":[{"type":"sampled","name":"p","unit":"%s","startValue":0,"endValue":2,"samples":[[0],[0,1]],
        "weights":[1000000,1500000000]}]}' $unit >"$scratch/$unit.json"
    for format in svg html; do
        "$FLAMESCOPE" export "$scratch/$unit.json" --to $format --weight $weight -o "$scratch/$unit.$format" || exit 1
    done
done

well_formed() { # by two parsers of XML, where there are two
    for file in "$scratch"/*.svg; do
        python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$file" || return 1
        ! command -v xmllint >/dev/null || xmllint --noout "$file" || return 1
    done
}
check "SVG is well-formed XML" well_formed
says_ok() { # says_ok CHECK: what pages.py said of it
    awk -v want="$1" '$0 == "ok " want { ok = 1 } /^ok / { next } { text = text $0 "\n" }
        $0 == "FAILED " want { printf "%s", text } /^FAILED / { text = "" }
        END { if (!ok) printf "%s", text; exit !ok }' "$scratch/said"
}
python3 "$here/pages.py" "$scratch" svg-counts >"$scratch/said" 2>&1
check "SVG: frames are what folded stacks say" says_ok svg-counts
python3 "$here/pages.py" "$scratch" svg-diff >"$scratch/said" 2>&1
check "SVG: a differential is what two folded files say" says_ok svg-diff

python3 "$here/pages.py" "$scratch" svg-sandwich >"$scratch/said" 2>&1
check "SVG: a sandwich is what folded stacks say, above and below" says_ok svg-sandwich
python3 "$here/pages.py" "$scratch" svg-weights >"$scratch/said" 2>&1
check "SVG: weights in units that are read" says_ok svg-weights

if ! python3 -c "import sys; sys.path.insert(0, '$here'); import browser; sys.exit(not browser.available())"; then
    skip "no chromium with chromedriver: exported pages are not opened"
    finish
fi
checks="svg-look svg-zoom svg-search svg-hostile html-look html-drag html-search html-hostile html-theme"
checks="$checks svg-halves svg-hostile-diff html-diff html-rest html-elided html-groups html-narrow html-weights html-hostile-diff"
# shellcheck disable=SC2086 # a list
python3 "$here/pages.py" "$scratch" $checks >"$scratch/said" 2>&1
for what in $checks; do
    check "in a browser: $what" says_ok "$what"
done
finish
