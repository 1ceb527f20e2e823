#!/bin/bash
# cmake --install into a scratch root: what lies there, that the installed program runs from there,
# and that desktops, man and shells can use what is beside it.
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
root=$scratch/root usr=$scratch/root/usr
share=$usr/share
program=$usr/bin/flamescope
unset XDG_DATA_HOME

has() { # has TOOL TEST: else the test is skipped, with words
    command -v "$1" >/dev/null && return 0
    skip "no $1: $2"
    return 1
}

quiet() { # quiet COMMAND...: it succeeds and has nothing to say
    "$@" >"$scratch/said" 2>&1 || {
        cat "$scratch/said"
        return 1
    }
    [ ! -s "$scratch/said" ] || {
        cat "$scratch/said"
        return 1
    }
}

same() { # same WANTED GOT
    [ "$1" = "$2" ] || {
        echo "wanted: $1"
        echo "got:    $2"
        return 1
    }
}

DESTDIR=$root cmake --install "$FLAMESCOPE_BUILD" --prefix /usr --strip >"$scratch/install.log" 2>&1 || {
    echo "FAILED: cmake --install"
    tail -n 20 "$scratch/install.log"
    exit 1
}

# ---- what lies there ----------------------------------------------------------------------
lies() {
    for file in "$@"; do
        [ -s "$usr/$file" ] || {
            echo "$file is missing or empty"
            return 1
        }
    done
}
check "the files" lies bin/flamescope share/applications/flamescope.desktop \
    share/icons/hicolor/scalable/apps/flamescope.svg share/mime/packages/flamescope.xml \
    share/metainfo/org.flamescope.flamescope.metainfo.xml share/doc/flamescope/README.md \
    share/doc/flamescope/examples/README.md share/flamescope/examples/shop.perf.gz \
    share/flamescope/licenses/{Apache-2.0,DejaVu,Inter-OFL-1.1}.txt

permissions() {
    same "" "$(find "$usr" -perm /022 ! -type l)" &&
        same "$program" "$(find "$usr" -type f -perm /111)"
}
check "permissions" permissions

no_folder_of_ours() {
    ! grep -qF -- "$FLAMESCOPE_SOURCE" "$program"
}
if [ -z "$FLAMESCOPE_SANITIZE" ]; then
    check "no folder of this machine in the program" no_folder_of_ours
fi

# ---- it runs ------------------------------------------------------------------------------
examples=$share/flamescope/examples

picture() {
    "$program" export "$examples/report.perf.gz" --to png --dejavu --size 640x400 -o "$scratch/x.png" &&
        same PNG "$(head -c 4 "$scratch/x.png" | tail -c 3)"
}

browses_examples() { # two profiles and nothing else: the checkout's folder has more
    printf 'size 1000x700\ndo file.open\nwait load\ndump state\n' >"$scratch/script"
    "$program" replay "$scratch/script" -o "$scratch/dump" &&
        same '"..","report.perf.gz","shop.perf.gz",' "$(grep '"entries"' "$scratch/dump" |
            grep -o '"name":"[^"]*"' | sed 's/"name"://' | tr '\n' ,)"
}
check "info of an installed example" "$program" info "$examples/shop.perf.gz"
check "a picture of one" picture
check "a bare start browses them" browses_examples

# ---- the desktop --------------------------------------------------------------------------
desktop=$share/applications/flamescope.desktop
metainfo=$(echo "$share"/metainfo/*.xml)
mime=$share/mime/packages/flamescope.xml

same_types() {
    same "$(sed -n 's/.*<mime-type type="\([^"]*\)".*/\1/p' "$mime" | sort)" \
        "$(sed -n 's/^MimeType=//p' "$desktop" | tr ';' '\n' | sed '/^$/d' | sort)"
}

told_version() {
    version=$("$program" --version)
    same "${version#flamescope }" "$(sed -n 's/.*<release version="\([^"]*\)".*/\1/p' "$metainfo" | head -n 1)" &&
        same "flamescope (${version#flamescope }-1)" \
            "$(head -n 1 "$FLAMESCOPE_SOURCE/assets/packaging/debian/changelog" | cut -d ' ' -f 1,2)"
}

# Files by name, and by content alone.
type_of() { # type_of FILE WANTED
    got=$(XDG_DATA_DIRS=$share XDG_DATA_HOME=$scratch gio info -a standard::content-type "$1" |
        sed -n 's/.*content-type: //p')
    same "$2" "$got"
}

types() {
    update-mime-database "$share/mime" 2>&1 | grep -i 'error\|warning' && return 1
    cd "$scratch" || return 1
    "$program" pack "$example" -o mine.fscope && cp mine.fscope other && printf 'PERFILE2\150\0\0\0' >recording &&
        printf 'Analysis of sampling x (pid 1)\n' >text && echo 'a;b 1' >a.folded && echo '{}' >b.cpuprofile &&
        cp recording perf.data && cp recording perf-20261123-120000.data && printf 'FLR\0\0\2' >c.jfr &&
        cp "$example" cpu.pb.gz && cp "$example" d.perf.gz || return 1
    type_of mine.fscope application/x-flamescope-pack && type_of other application/x-flamescope-pack &&
        type_of recording application/x-perf-data && type_of text text/x-macos-sample &&
        type_of a.folded text/x-folded-stacks && type_of b.cpuprofile application/x-cpuprofile+json &&
        type_of c.jfr application/x-java-flight-recording && type_of cpu.pb.gz application/x-pprof &&
        type_of d.perf.gz application/x-profile+gzip && type_of perf.data application/x-perf-data &&
        type_of perf-20261123-120000.data application/x-perf-data
}

check "the desktop entry opens the types that are described" same_types
check "one version everywhere" told_version
has desktop-file-validate "the desktop entry" && check "desktop entry" quiet desktop-file-validate "$desktop"
has appstreamcli "AppStream data" && check "AppStream data" appstreamcli validate --no-net --pedantic "$metainfo"
has xmllint "well-formed XML" && check "well-formed XML" quiet xmllint --noout "$mime" "$metainfo" \
    "$share/icons/hicolor/scalable/apps/flamescope.svg"
has update-mime-database "types of files" && has gio "types of files" && check "types of files" types

# ---- man and shells -----------------------------------------------------------------------
if [ -n "$FLAMESCOPE_SANITIZE" ]; then
    skip "a program for tests has written no manual and completions"
    finish
fi
page=$share/man/man1/flamescope.1
bash_script=$share/bash-completion/completions/flamescope
zsh_script=$share/zsh/site-functions/_flamescope
fish_script=$share/fish/vendor_completions.d/flamescope.fish
check "manual and completions are there" lies share/man/man1/flamescope.1 \
    share/bash-completion/completions/flamescope share/zsh/site-functions/_flamescope \
    share/fish/vendor_completions.d/flamescope.fish

verbs() {
    "$program" --help | sed -n 's/^  flamescope \([a-z]*\) .*/\1/p'
}

page_complete() { # every option of every verb, and what every key does
    MANWIDTH=5000 MANROFFOPT=-c LC_ALL=C.UTF-8 man --no-hyphenation -l "$page" | col -b | tr -s ' ' >"$scratch/page"
    for verb in '' $(verbs); do
        # shellcheck disable=SC2086 # no word for the window
        "$program" $verb --help | grep -o '^  \(-., \)\?--[a-z-]*' | grep -o -e '--.*'
    done | sort -u >"$scratch/options"
    "$program" --keys | grep '^| `' | sed 's/.*` | \(.*\) |$/\1/' >"$scratch/helps"
    [ "$(wc -l <"$scratch/options")" -gt 30 ] && [ "$(wc -l <"$scratch/helps")" -gt 80 ] || return 1
    awk 'NR == FNR { page = page "\n" $0; next }
        !index(page, $0) { print "not in the manual: " $0; missing = 1 }
        END { exit missing }' "$scratch/page" "$scratch/options" "$scratch/helps"
}

man_is_content() {
    man --warnings -l "$page" 2>&1 >/dev/null | grep . && return 1
    return 0
}

if has man "the manual"; then
    check "man is content" man_is_content
    check "options and keys are in the manual" page_complete
fi
has groff "the manual, by groff" && check "groff is content" quiet groff -man -ww -z -Tutf8 "$page"
has mandoc "the manual, by mandoc" && check "mandoc is content" quiet mandoc -Tlint "$page"

offers() { # offers WANTED WORD...: what bash completes the last word to
    # shellcheck disable=SC2016 # of the inner shell
    same "$1" "$(cd "$examples" && bash --norc -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        $(complete -p flamescope | sed "s/.*-F \([^ ]*\).*/\1/"); echo "${COMPREPLY[*]}"' "$bash_script" "${@:2}")"
}

# Whatever is offered as a value, the program takes it; --help keeps it from doing more. The script
# has "verb:--option|..." above "compgen -W 'words'".
# shellcheck disable=SC2086 # no word for the window
values_are_taken() {
    sed -n -e 's/^    \([a-z]*\):\(--[a-z-]*\)[|)].*/\1 \2/p' -e 's/.*compgen -W .\([a-z -]*\).*/= \1/p' "$bash_script" |
        sed 's/^ /- /' >"$scratch/values"
    tried=0 verb='' name=''
    while read -r first rest; do
        if [ "$first" != = ]; then
            verb=${first#-} name=$rest
            continue
        fi
        for word in $rest; do
            case $name in
            --to) # looked at later than the rest; a PDF is of scenes
                set -- export "$scratch/nothing" --to "$word" -o "$scratch/out"
                [ "$word" != pdf ] || set -- "$@" --scenes
                ;;
            *) set -- $verb "$name" "$word" --help ;;
            esac
            "$program" "$@" >"$scratch/said" 2>&1
            [ $? != 2 ] || {
                cat "$scratch/said"
                return 1
            }
            tried=$((tried + 1))
        done
    done < <(sed '/^= -/d; /^= info export/d' "$scratch/values")
    [ "$tried" -gt 40 ] || {
        echo "only $tried values were found"
        return 1
    }
}

check "bash loads it" bash -n "$bash_script"
check "a verb" offers export flamescope ex
check "options of this verb" offers "--findings" flamescope info --f
check "none of another" offers "" flamescope info --to
check "values" offers "folded" flamescope export x --to fo
check "values behind =" offers "dark" flamescope --theme = da
check "words and files" offers "rest report.perf.gz" flamescope --baseline re
check "files" offers "shop.perf.gz" flamescope info sh
check "values are taken" values_are_taken
has shellcheck "bash's completions" && check "shellcheck is content" quiet shellcheck "$bash_script"

types_and_tabs() { # types_and_tabs SHELL COMMANDS
    same "<export><shop.perf.gz><--to><folded>
<--theme><projector><report.perf.gz>" "$(python3 "$FLAMESCOPE_SOURCE/tests/cli/tab.py" "$1" "$examples" "$2" \
        'flamescope exp> sh> --to fol>' 'flamescope --them> pro> rep>')"
}
fish_completes() {
    same "folded" "$(fish --no-config -c 'source $argv[1]; complete -C "flamescope export x --to fol"' "$fish_script" | cut -f 1)"
}
check "TAB in bash" types_and_tabs bash "source '$bash_script'"
if has zsh "its completions"; then
    check "zsh loads them" zsh -n "$zsh_script"
    check "TAB in zsh" types_and_tabs zsh "fpath=('${zsh_script%/*}' \$fpath); autoload -U compinit; compinit -D -u"
fi
has fish "its completions" && check "fish completes" fish_completes
finish
