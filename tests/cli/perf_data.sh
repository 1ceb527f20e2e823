#!/bin/bash
# perf.data, read directly, against `perf script` on the same file: recordings made here and now.
# Both must give the same stacks, counts, weights, moments and threads. Skipped without perf, or
# without the right to record. Differences that are meant: how far stacks of --call-graph dwarf can
# be followed, and the moments of sched:sched_switch (where waits end).
. "$FLAMESCOPE_SOURCE/tests/cli/lib.sh"
here=$FLAMESCOPE_SOURCE/tests/cli
command -v perf >/dev/null || { skip "no perf: recordings"; finish; }
cd "$scratch" || exit 1
mkdir home bare-home
own_home=$HOME
export HOME=$scratch/home # where perf keeps a copy of what it recorded
record() { perf record -q "$@" 2>record.log; }
if ldd "$FLAMESCOPE" 2>/dev/null | grep -q libc && ! ldd "$FLAMESCOPE" | grep -q libelf; then
    skip "built without libelf: symbols"
    finish
fi
if ! record -e cpu-clock -g -o try.data -- true || ! [ -s try.data ]; then
    skip "perf may not record here"
    finish
fi

facts() { # facts FILE: what info says that must not depend on the form
    "$FLAMESCOPE" info "$1" --json | grep -E '"(samples|first_ns|last_ns|threads|cpus|name)":'
}

ours() { "$FLAMESCOPE" export "$1" --to "$2" --event all --idle keep "${@:3}"; }

# Where perf says [unknown] we name the place in the file: libm.so.6+0x2b1f0. With $less_plt, linkage
# has no names: perf before 6.3 has none where lld did not say how long its entries are.
less_plt=
plain() {
    sed -E "s/;[^;]*\+0x[0-9a-f]+/;[unknown]/g${less_plt:+; s/;[^;]*@plt/;[unknown]/g}" |
        awk '{ n = $NF; sub(/ [0-9]+$/, ""); sum[$0] += n } END { for (s in sum) printf "%s %.0f\n", s, sum[s] }' | LC_ALL=C sort
}

# agrees FILE: everything that perf script's text of it gives
agrees() {
    perf script --no-inline --ns -i "$1" >text 2>/dev/null && [ -s text ] || return 1
    ours "$1" folded | plain >a && ours text folded | plain >b && [ -s a ] && diff a b &&
        ours "$1" folded --weight period | plain >a && ours text folded --weight period | plain >b && diff a b &&
        ours "$1" heatmap-json --column 100ms >a && ours text heatmap-json --column 100ms >b &&
        diff a b && facts "$1" >a && facts text >b && diff a b
}

quiet() { # no complaint about FILE
    "$FLAMESCOPE" info "$1" 2>&1 >/dev/null | grep . && return 1
    return 0
}

window_says() { # window_says FILE WORDS: they stand in the window, or behind a key
    printf 'size 1280x720\nopen %s\nwait load\nat 1\ndump draw\nkey !\nat 2\ndump draw\n' "$1" >script &&
        "$FLAMESCOPE" replay script >drawn && grep -q "$2" drawn
}

load='for i in 1 2 3; do ls -lR /usr/include | sort | md5sum; done; (exec ls /) & wait'
check "record" record -e cpu-clock -F 997 -g -o forks.data -- sh -c "$load"
check "processes that fork" agrees forks.data
check "nothing to complain about" quiet forks.data
check "record several events" record -e cpu-clock,page-faults,context-switches -F 997 -g -o events.data -- sh -c "$load"
check "several events" agrees events.data
check "record all processors" record -e cpu-clock -F 997 -a -g -o all.data -- sh -c "$load"
whoever_runs() { less_plt=1 agrees "$1"; } # of all processors: any program may
check "all processors" whoever_runs all.data
check "record without callchains" record -e cpu-clock -c 1000000 -o flat.data -- sh -c "$load"
check "no callchains, no periods" agrees flat.data
check "record with build ids" record -e cpu-clock -F 997 -g --buildid-mmap -o ids.data -- sh -c "$load"
check "build ids of mappings" agrees ids.data
own='i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done' # groups are of the first process alone
check "record groups" record -e '{cpu-clock,page-faults}:S' -F 997 -g -o group.data -- sh -c "$own"
check "groups of counters" agrees group.data
check "record switches" record -e cpu-clock -F 997 -g --switch-events -o switch.data -- sh -c "$load"
check "records of switches" agrees switch.data

check "record compressed" record -z -e cpu-clock -F 997 -g -o packed.data -- sh -c "$load"
if "$FLAMESCOPE" info packed.data 2>&1 >/dev/null | grep -q 'zstd'; then
    skip "perf record -z: built without zstd"
else
    check "perf record -z" agrees packed.data
fi

if record --threads -e cpu-clock -F 997 -a -g -o threads.data -- sh -c "$load" && [ -f threads.data/data.0 ]; then
    check "perf record --threads" whoever_runs threads.data
    check "a folder is opened as a profile" window_says threads.data '"perf.data · '
    mkdir -p browsed && cp -r threads.data browsed/
    listed() { # in a folder, as the file that it stands for
        printf 'size 1280x720\nopen browsed\nwait load\ndump state\n' >script && "$FLAMESCOPE" replay script >drawn &&
            grep -q '"name":"threads.data","is":"profile","format":"perf.data"' drawn
    }
    check "a folder is listed as a profile" listed
else
    skip "perf record --threads: not here"
fi

# ---- pipes ----------------------------------------------------------------------------------

perf record -q -e cpu-clock -F 997 -g -o - -- sh -c "$load >/dev/null" 2>record.log |
    tee pipe.data | ours - folded >live
check "a pipe's bytes in a file" agrees pipe.data
same_live() { ours pipe.data folded | diff - live; }
check "while it is being recorded" same_live
by_pipe() { cat forks.data | ours - folded >a && ours forks.data folded | diff - a; }
check "a file through a pipe" by_pipe
beyond() { # a header that says that the records are behind the end: nothing, and a complaint, both ways
    python3 -c '
import struct, sys
data = bytearray(open("forks.data", "rb").read())
data[40:48] = struct.pack("=Q", len(data) + 4096)
open("beyond.data", "wb").write(data)' &&
        "$FLAMESCOPE" info --json beyond.data >a 2>/dev/null && "$FLAMESCOPE" info --json - <beyond.data >b 2>/dev/null &&
        grep -q '"truncated"' a && cat beyond.data | "$FLAMESCOPE" info --json - 2>/dev/null | grep -q '"truncated"'
}
check "records behind the end" beyond
gzip -c forks.data >forks.data.gz
by_gzip() { ours forks.data.gz folded >a && ours forks.data folded | diff - a; }
check "a file in gzip" by_gzip
xz=
if ! command -v xz >/dev/null; then
    skip "no xz: a file in xz, symbols packed within a program"
elif ! xz -c forks.data >forks.data.xz || "$FLAMESCOPE" info forks.data.xz 2>&1 | grep -q 'without xz'; then
    skip "built without xz: a file in it, symbols packed within a program"
else
    xz=yes
    by_xz() { ours forks.data.xz folded | diff - a && ours - folded <forks.data.xz | diff - a; }
    check "a file in xz" by_xz
fi

# ---- programs -------------------------------------------------------------------------------

if command -v cc >/dev/null; then
    cat >jit.c <<'EOF'
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
/* a frame, a loop as long as its argument says, and back */
static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0x89, 0xf8,
                                     0x48, 0xff, 0xc8, 0x75, 0xfb, 0x5d, 0xc3};
int main(void) {
    char path[64];
    unsigned char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(p, code, sizeof code);
    memcpy(p + 256, code, sizeof code);
    snprintf(path, sizeof path, "/tmp/perf-%d.map", getpid());
    FILE *f = fopen(path, "w");
    fprintf(f, "%lx %x LFirst;::call->LSecond;::inner\n%lx %x third (with brackets)\n",
            (long)p, 64, (long)p + 256, 64);
    fclose(f);
    puts(path);
    for (int i = 0; i < 10; i++) {
        ((long (*)(long))p)(10000000);
        ((long (*)(long))(p + 256))(10000000);
    }
    return 0;
}
EOF
    if [ "$(uname -m)" = x86_64 ] && cc -O1 -fno-omit-frame-pointer jit.c -o jit; then
        record -e cpu-clock -F 997 -g -o jit.data ./jit >jit.path
        jit() { agrees jit.data && ours jit.data folded | grep -q 'LFirst:::call;LSecond:::inner'; }
        check "code made at run time" jit
        rm -f "$(cat jit.path)"
    else
        skip "code made at run time: another processor"
    fi
    cat >deep.c <<'EOF'
static volatile long sink;
__attribute__((noinline)) static void hidden_leaf(long n) { while (n--) sink += n; }
__attribute__((noinline)) static void middle(long n) { hidden_leaf(n); sink++; }
int main(int n, char **v) { (void)v; middle(n * 100000000L); sink++; return 0; }
EOF
    cc -O1 -g -fno-omit-frame-pointer -Wl,--build-id deep.c -o deep &&
        record -e cpu-clock -F 997 -g -o deep.data ./deep
    leaf() { ours deep.data folded | grep -q ';hidden_leaf '; }
    check "symbols of a program" leaf
    check "a program" agrees deep.data
    packed_within() { # as Fedora leaves its programs: those that are not for linking, packed in a section
        mv deep deep.whole && objcopy --only-keep-debug deep.whole deep.debug && echo hidden_leaf >keep &&
            objcopy -S --remove-section .comment --keep-symbols=keep deep.debug little && xz little &&
            strip -o deep deep.whole && ! HOME=$scratch/bare-home leaf &&
            objcopy --add-section .gnu_debugdata=little.xz deep && HOME=$scratch/bare-home leaf
        left=$?
        mv deep.whole deep && rm -f deep.debug && return "$left"
    }
    [ -z "$xz" ] || check "symbols packed within a program" packed_within
    stripped() { # the debug file beside it, found by its link
        objcopy --only-keep-debug deep deep.debug && strip -o deep.bare deep &&
            objcopy --add-gnu-debuglink=deep.debug deep.bare && mv deep.bare deep &&
            HOME=$scratch/bare-home leaf && HOME=$scratch/bare-home agrees deep.data
    }
    check "a separate debug file" stripped
    nameless() { # its debug file gone, all samples of a function are of one frame, wherever in its loop
        mv deep.debug away && HOME=$scratch/bare-home ours deep.data folded >a
        mv away deep.debug
        awk -F'[; ]' '$(NF - 1) ~ /^deep\+0x/ { of[$(NF - 1)] += $NF; all += $NF }
            END { for (f in of) if (of[f] > most) most = of[f]; print most, all; exit !(all && most >= 0.95 * all) }' a
    }
    check "functions without names" nameless
    cached() { # perf's cache of what was recorded has the whole program
        rm -f deep.debug && ! HOME=$scratch/bare-home leaf && leaf && agrees deep.data
    }
    check "the build-id cache" cached
    another() { # of the same name at the same place, but not what was recorded
        sed -i s/hidden_leaf/other_leaf/g deep.c &&
            cc -O1 -g -fno-omit-frame-pointer -Wl,--build-id deep.c -o deep &&
            HOME=$scratch/bare-home ours deep.data folded >a && ! grep -q other_leaf a && grep -q ';deep+0x[0-9a-f]' a
    }
    check "another build of the program" another
    cat >inner.c <<'EOF'
#define ALWAYS __attribute__((always_inline)) static inline
static volatile long sink;
__attribute__((noinline, cold)) static void last(long n) { while (n--) sink += n; }
ALWAYS void innermost(long n) { while (n--) sink += n; }
ALWAYS void within(long n) { innermost(n); sink++; innermost(n); }
ALWAYS void at_its_end(long n) { sink++; last(n); }
__attribute__((noinline)) static void work(long n) { within(n); }
__attribute__((noinline)) static void caller(long n) { at_its_end(n); sink++; }
int main(int n, char **v) { (void)v; work(n * 150000000L); caller(n * 150000000L); sink++; return 0; }
EOF
    cc -O1 -g inner.c -o inner && record -e cpu-clock -F 997 --call-graph dwarf -o inner.data ./inner
    if [ "$(uname -m)" = x86_64 ] && ldd "$FLAMESCOPE" | grep -q libdw; then
        of() { awk -v "what=$1" '$1 ~ what { n += $NF } END { print n + 0 }' a; }
        inlined() { # of the samples in a function nearly all are in what was inlined into it
            ours inner.data folded --inlined >a && [ "$(of ';work;within;innermost$')" -gt 20 ] &&
                [ "$(of ';work$')" -le 1 ] && [ "$(of ';caller;at_its_end;last$')" -gt 20 ] && [ "$(of ';caller;last$')" = 0 ] &&
                ! "$FLAMESCOPE" info --inlined inner.data | grep -q 'not shown' &&
                [ "$(of ';')" = "$(ours inner.data folded | awk '{ n += $NF } END { print n }')" ]
        }
        check "functions that were inlined" inlined
        by_pointers() { # callers by frame pointers say where they go on; nothing is optimised but what has to be
            cc -O0 -g inner.c -o pointed && record -e cpu-clock -F 997 -g -o pointed.data ./pointed &&
                ours pointed.data folded --inlined >a && [ "$(of ';main;work;within;innermost$')" -gt 20 ] &&
                [ "$(of ';main;caller;at_its_end;last$')" -gt 20 ] && [ "$(of ';caller;last$')" = 0 ]
        }
        check "functions that were inlined, by frame pointers" by_pointers
        packed() { # what was left out of a pack is not known any more
            "$FLAMESCOPE" pack --inlined inner.data -o inner.fscope && ours inner.data folded --inlined >a &&
                ours inner.fscope folded | diff - a && ! "$FLAMESCOPE" info inner.fscope | grep -q 'not shown'
        }
        check "functions that were inlined, in a pack" packed
        in_the_window() {
            printf 'size 1280x720\nwait load\nat 1\ndump draw\n' >script &&
                "$FLAMESCOPE" replay --inlined script inner.data >drawn && grep -q '"innermost"' drawn &&
                ! grep -q 'not shown' drawn
        }
        check "functions that were inlined, in the window" in_the_window
        not_inlined() { ours inner.data folded >a && [ "$(of ';work$')" -gt 20 ] && ! grep -q innermost a; }
        check "functions that were inlined, when nobody asks" not_inlined
    else
        skip "built without libdw, or another processor: functions that were inlined"
    fi
    cat >dump.c <<'EOF'
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0x89, 0xf8,
                                     0x48, 0xff, 0xc8, 0x75, 0xfb, 0x5d, 0xc3};
static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}
int main(void) {
    struct { uint32_t magic, version, size, machine, zero, pid; uint64_t time, flags; } head =
        {0x4A695444, 1, 40, 62, 0, getpid(), now(), 0};
    struct { uint32_t id, size; uint64_t time; uint32_t pid, tid; uint64_t at, code, n, index; } load;
    char name[64];
    snprintf(name, sizeof name, "jit-%d.dump", getpid());
    int fd = open(name, O_CREAT | O_TRUNC | O_RDWR, 0666);
    ssize_t n = write(fd, &head, sizeof head);
    mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    unsigned char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(p, code, sizeof code);
    load.id = 0, load.size = sizeof load + 7 + sizeof code, load.time = now();
    load.pid = load.tid = getpid(), load.at = load.code = (uint64_t)p;
    load.n = sizeof code, load.index = 1;
    n += write(fd, &load, sizeof load) + write(fd, "dumped", 7) + write(fd, code, sizeof code);
    for (int i = 0; i < 10; i++)
        ((long (*)(long))p)(20000000);
    return n < 0;
}
EOF
    if [ "$(uname -m)" = x86_64 ] && cc -O1 -fno-omit-frame-pointer dump.c -o dump &&
        record -k 1 -e cpu-clock -F 997 -g -o dump.data ./dump && perf inject -j -i dump.data -o injected.data 2>/dev/null; then
        injected() { agrees injected.data && ours injected.data folded | grep -q ';dumped '; }
        check "perf inject -j" injected
    else
        skip "perf inject -j: not here"
    fi
else
    skip "no cc: programs, code made at run time"
fi
no_collapse() {
    exits 1 "$FLAMESCOPE" collapse forks.data 2>err && grep -q 'perf.data is no text' err
}
check "collapse reads text only" no_collapse
# ---- what is told or weighed in another way -------------------------------------------------

# a sleeper under a name of its own (others may sleep meanwhile), and room for a busy machine's events
if cp "$(command -v sleep)" own-sleeper && record -m 1024 -e sched:sched_switch -a -g -o sched.data -- ./own-sleeper 0.5 && [ -s sched.data ]; then
    waits() { # the same stacks; what a sleeper waited is its weight
        perf script --no-inline --ns -i sched.data >text 2>/dev/null && ours sched.data folded | plain >a &&
            ours text folded | plain >b && diff a b || return 1
        slept=$(ours sched.data folded --weight time --filter comm=own-sleeper | grep nanosleep |
            awk '{ n = $NF; if (n > most) most = n } END { print int(most / 1000000) }')
        echo "slept $slept ms"
        [ "$slept" -ge 480 ] && [ "$slept" -le 1500 ]
    }
    check "time off the processor" waits
else
    skip "sched:sched_switch may not be recorded here"
fi
# what perf finds, without the address 0 that it takes for a caller, and prints as the one before
raw() { # FILE
    perf script --no-inline --ns -i "$1" 2>/dev/null | sed '/^[ \t]*ffffffffffffffff /d' >text
    ours "$1" folded 2>/dev/null >a && ours text folded >b && python3 "$here/unwound.py" a b
}
check "record user stacks as raw memory" record -e cpu-clock -F 997 --call-graph dwarf -o dwarf.data -- sh -c "$load"
check "record too little of them" record -e cpu-clock -F 997 --call-graph dwarf,512 -o short.data -- sh -c "$load"
if "$FLAMESCOPE" info dwarf.data | grep -q 'without libdw' || [ "$(uname -m)" != x86_64 ]; then
    unwinds=
    not_unwound() { "$FLAMESCOPE" info dwarf.data 2>&1 | grep -q 'samples whose user stack is raw memory'; }
    check "user stacks as raw memory are counted" not_unwound
    skip "user stacks as raw memory: built without libdw, or another processor"
else
    unwinds=yes
    cat >busy.py <<'EOF'
import time
end = time.time() + 1
count = lambda n: n and count(n - 1)
deep = lambda n: deep(n - 1) if n else sorted(range(2000), key=lambda x: count(5))
while time.time() < end:
    deep(10)
EOF
    check "record deep stacks" record -e cpu-clock -F 1997 --call-graph dwarf,32768 -o busy.data -- \
        "$(python3 -c 'import sys; print(sys.executable)')" busy.py
    check "user stacks as raw memory" raw busy.data
    cut_is_said() { "$FLAMESCOPE" info short.data 2>&1 | grep -q 'samples whose user stack goes on'; }
    check "what was not recorded of them is said" cut_is_said
    gzip -c dwarf.data >dwarf.data.gz
    raw_any_way() {
        ours dwarf.data folded >a 2>/dev/null && ours dwarf.data.gz folded 2>/dev/null | diff - a &&
            ours - folded <dwarf.data 2>/dev/null | diff - a
    }
    check "user stacks as raw memory, compressed and through a pipe" raw_any_way
    if command -v cc >/dev/null; then
        cat >bare.c <<'EOF'
static volatile long sink;
__attribute__((noinline)) static void leaf(long n) { while (n--) sink += n; }
__attribute__((noinline)) static void middle(long n) { leaf(n); sink++; }
int main(int n, char **v) { (void)v; middle(n * 100000000L); sink++; return 0; }
EOF
        no_pointers() { # every sample in a loop has all of its callers, though none keeps a frame pointer
            cc -O1 -fomit-frame-pointer bare.c -o bare &&
                record -e cpu-clock -F 997 --call-graph dwarf -o bare.data ./bare &&
                [ "$(ours bare.data folded | awk '/;leaf/ { n += $NF } END { print n }')" -gt 20 ] &&
                ! ours bare.data folded | grep ';leaf' | grep -v '^bare;_start;.*;main;middle;leaf'
        }
        check "code without frame pointers" no_pointers
    fi
fi
left_out() { "$FLAMESCOPE" info forks.data | grep -q '^not shown .*inlined'; }
check "what is left out is said" left_out

# ---- the window -----------------------------------------------------------------------------

check "the window says what is left out" window_says forks.data '"perf.data · .* · not shown: .*inlined'
check "the window says what a recording lacks" window_says flat.data 'recorded without call chains'
if [ -n "$unwinds" ]; then
    check "the window says how to have whole stacks" window_says short.data 'user stacks go on: --call-graph dwarf,65528'
    check "the window says which are not whole" window_says short.data 'samples whose user stack goes on'
else
    check "the window says how to have whole stacks" window_says dwarf.data 'user stacks are not unwound'
    check "the window says what was not unwound" window_says dwarf.data 'samples whose user stack is raw memory'
fi
traced() { # nothing but a processor's trace
    python3 -c '
import struct, sys
head = b"PERFILE2" + struct.pack("=Q", 16)
trace = struct.pack("=IHHQQQIIII", 71, 0, 48, 64, 0, 0, 0, 0, 0, 0) + bytes(64)
open("trace.data", "wb").write(head + trace)' &&
        window_says trace.data 'perf script --itrace=i1ms' && ! grep -q 'too short' drawn &&
        "$FLAMESCOPE" info trace.data 2>&1 | grep -q 'trace is not decoded here.*: 64 bytes'
}
check "a processor's trace is said not to be decoded" traced
no_display() { # said before anything is recorded
    exits 1 env -u DISPLAY -u WAYLAND_DISPLAY SDL_VIDEODRIVER=dummy "$FLAMESCOPE" record -o unseen.data -- true 2>err &&
        grep -q 'no display found' err && ! [ -e unseen.data ]
}
check "nothing is recorded without a display" no_display

# ---- the reference files --------------------------------------------------------------------

old=$FLAMESCOPE_DATA/perf-data
if [ -d "$old" ]; then
    for file in "$old"/*; do
        known() { "$FLAMESCOPE" info "$file" --json | grep -q '"format": "perf.data"'; }
        check "$(basename "$file")" known
        counts() {
            [ "$("$FLAMESCOPE" info "$file" --json | sed -n 's/^  "samples": \(.*\),/\1/p')" = \
                "$(perf script -i "$file" 2>/dev/null | grep -c ': ')" ]
        }
        check "samples of $(basename "$file")" counts
    done
else
    skip "no reference perf.data files"
fi
# ---- readable names -------------------------------------------------------------------------

demangles() { # no build folder: taken for granted
    ! grep -q '^WITH_DEMANGLE:[A-Z]*=OFF' "${FLAMESCOPE_BUILD:-.}/CMakeCache.txt" 2>/dev/null
}
if ! demangles; then
    skip "built without readable names of C++ and Rust"
    finish
fi
if command -v c++ >/dev/null; then
    cat >names.cc <<'EOF'
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>
#define ALONE __attribute__((noinline, noipa))
static volatile unsigned long sink;
__attribute__((always_inline)) static inline void burn(unsigned long n) { while (n--) sink += n; }
namespace space {
template <class T> struct Box {
    ALONE unsigned long spin(T n, const std::string &s) { burn(n); return sink + s.size(); }
};
template <class T, int N, class... More> ALONE void variadic(T, More...) { burn(N); sink++; }
namespace inner {
struct Functor {
    int kept;
    ALONE int operator()(int n) const { burn(n); return kept; }
    ALONE int operator[](int n) { burn(n); return kept; }
    ALONE Functor *operator->() { burn(9000000); return this; }
    ALONE Functor &operator<<(int n) { burn(n); kept++; return *this; }
    ALONE bool operator<(const Functor &) const { burn(9000000); return sink; }
    ALONE bool operator>(const Functor &) const { burn(9000000); return sink; }
    ALONE operator double() const { burn(9000000); return kept; }
    ALONE explicit Functor(int n) : kept(n) { burn(9000000); sink++; }
    ALONE ~Functor() { burn(9000000); sink++; }
};
}
ALONE bool operator,(const inner::Functor &, const Box<int> &) { burn(9000000); return sink; }
}
namespace {
struct Hidden {
    ALONE virtual int work(int n) { burn(n); return n; }
    virtual ~Hidden() = default;
};
template <typename F> ALONE int call(F &&f, int n) { int r = f(n); sink++; return r; }
ALONE void nameless(const std::map<std::string, std::vector<int>> &m) { burn(9000000); sink += m.size(); }
}
int main() {
    space::Box<int> b;
    space::inner::Functor f(3);
    std::unique_ptr<Hidden> h(new Hidden);
    auto in_main = [&](int n) ALONE { burn(n); return f.kept; };
    sink += b.spin(9000000, "ab");
    space::variadic<unsigned char, 9000000, int, std::pair<const char *, long>>(1, 2, {"", 3});
    sink += call(f, 9000000) + call(in_main, 9000000) + call([](int n) { burn(n); return 1; }, 9000000);
    sink += f[9000000] + f->kept + (f < f) + (f > f) + (unsigned long)(double)f + (f, b);
    f << 9000000;
    h->work(9000000);
    nameless({{"a", {1}}});
    return 0;
}
EOF
    c++ -std=c++17 -O1 -fno-omit-frame-pointer names.cc -o names && record -e cpu-clock -F 1997 -g -o names.data ./names >names.out
    cpp() { agrees names.data && ours names.data folded | grep -q ';space::Box<int>::spin '; }
    check "C++" cpp
    # line by line what perf's text gives when somebody else folds it, and all the names are in it
    by_another() {
        perf script --no-inline -F comm,ip,sym -i names.data >text 2>/dev/null && [ -s text ] &&
            python3 "$here/fold_perf.py" text | plain >a && ours names.data folded | plain >b && [ -s a ] && diff a b
    }
    if command -v python3 >/dev/null; then
        check "C++, folded by another program" by_another
    else
        skip "no python3: C++, folded by another program"
    fi
    has_names() {
        ours names.data folded >b
        for name in 'space::inner::Functor::operator()' 'space::inner::Functor::operator[]' 'space::inner::Functor::operator->' \
            'space::inner::Functor::operator<<' 'space::inner::Functor::operator<' 'space::inner::Functor::operator>' \
            'space::inner::Functor::operator double' 'space::inner::Functor::Functor' 'space::inner::Functor::~Functor' \
            'space::operator,' 'space::variadic<unsigned char, 9000000, int, std::pair<char const*, long> >' \
            '(anonymous namespace)::Hidden::work' '(anonymous namespace)::nameless' \
            'main::{lambda(int)#1}::operator()'; do
            grep -qF ";$name " b || { echo "$name is missing"; return 1; }
        done
    }
    check "names of operators, templates, lambdas and nameless namespaces" has_names
else
    skip "no c++: its names"
fi
if command -v rustc >/dev/null; then
    cat >names.rs <<'EOF'
#[inline(never)]
fn spin(n: u64) -> u64 {
    let mut x = 0u64;
    for i in 0..n { x = x.wrapping_mul(31).wrapping_add(std::hint::black_box(i)); }
    x
}
fn main() { println!("{}", spin(50000000)); }
EOF
    for mangling in default v0; do
        rm -f names
        how=
        [ $mangling = default ] || how="-C symbol-mangling-version=$mangling"
        # shellcheck disable=SC2086 # an option and its value, or none
        HOME=$own_home rustc -O -C force-frame-pointers=yes $how names.rs -o names 2>rustc.log
        if ! [ -e names ]; then
            skip "Rust, $mangling: its compiler cannot"
            continue
        fi
        record -e cpu-clock -F 997 -g -o names.data ./names >names.out
        rust() { agrees names.data && ours names.data folded | grep -q ';names::spin '; }
        check "Rust, $mangling" rust
    done
else
    skip "no rustc: its names"
fi

finish
