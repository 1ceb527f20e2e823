"""Runs the benches and prints the table of tests/bench/run.sh; README.md explains each row."""
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

build, root = sys.argv[1:3]
options = sys.argv[3:]
quick = "--quick" in options
markdown = "--markdown" in options
data = options[options.index("--data") + 1] if "--data" in options else tempfile.mkdtemp()
program = build + "/flamescope"
tests = build + "/tests/"
rows = []


def add(what, ours, yardstick, ratio, bound, held, note=""):
    rows.append((what, ours, yardstick, ratio, bound, held, note))
    verdict = "not judged" if held is None else "held" if held else "SHORT"
    print("%-58s %-22s %-22s %-9s %-10s %s %s" % (what, ours, yardstick, ratio, bound, verdict, note),
          file=sys.stderr, flush=True)


def run(args, **more):
    return subprocess.run([str(a) for a in args], check=True, capture_output=True, text=True, **more).stdout


def make(name, *args, generator="bench_gen"):
    path = os.path.join(data, name)
    if not os.path.exists(path):
        with open(path + ".part", "wb") as out:
            subprocess.run([tests + generator, *args], check=True, stdout=out)
        os.rename(path + ".part", path)
    return path


def parse(path, *args, times=7):
    return json.loads(run([tests + "parse_bench", path, "--rounds", 3 if quick else times, *args]))


def usage_of(args, stdout=subprocess.DEVNULL):
    """Wall and cpu seconds and peak bytes of one command."""
    began = time.monotonic()
    process = subprocess.Popen([str(a) for a in args], stdout=stdout, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError("%s ended with %d" % (args, status))
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def pairs_of(first, second, n):
    """Medians of the seconds of two commands run in turn."""
    a, b = [], []
    for _ in range(n):
        a.append(usage_of(first)[0])
        b.append(usage_of(second)[0])
    return statistics.median(a), statistics.median(b)


os.environ["QUIET_NS"] = run([tests + "quiet_bench", 3]).strip()


def judged(values, holds, least=3):
    """Of (figure, undisturbed) of several rounds: the median of those that were undisturbed, and whether it holds.
    Where fewer than `least` were, the median of all: if that holds, it does; else nothing can be said here."""
    quiet = [v for v, was in values if was]
    if len(quiet) >= least:
        figure = statistics.median(quiet)
        return figure, holds(figure), "median of %d undisturbed of %d, %.4g to %.4g" % (
            len(quiet), len(values), min(quiet), max(quiet))
    figure = statistics.median(v for v, _ in values)
    return figure, holds(figure) or None, "%d of %d rounds undisturbed by a neighbour, %.4g to %.4g" % (
        len(quiet), len(values), min(v for v, _ in values), max(v for v, _ in values))


def texts_made():
    size = "64M" if quick else "512M"
    return {shape: make(shape + ".txt", "--size", size, "--shape", shape) for shape in ("deep", "shallow", "unique")}


def parse_round(found):
    each = {shape: parse(path, "--threads", 1, times=3) for shape, path in found.items()}
    each["two"] = parse(found["deep"], "--threads", 2, times=3)
    parsed.append(each)


def undisturbed(facts):
    return facts["quiet"] * 3 >= facts["rounds"] * 2


def when_quiet(holds, facts):
    """Of a bound in absolute figures: what does not hold says something only where nobody disturbed it."""
    return holds or quick or (False if undisturbed(facts) else None)


def both(one, other):
    """Two verdicts as one: short if either is, not judged if either is not."""
    return False if False in (one, other) else one and other


def parsing():
    """Ratios of the rounds' own pairs."""
    for shape, bound in (("deep", 0.20), ("shallow", 0.14), ("unique", 0.10)):
        each = [p[shape] for p in parsed]
        one = each[0]
        ratio, held, note = judged([(e["ratio"], undisturbed(e)) for e in each], lambda r, b=bound: r >= b)
        rate = statistics.median(e["gb_per_second"] for e in each)
        wc = statistics.median(e["text_bytes"] / e["wc_seconds"] / 1e9 for e in each)
        add("parse %s, one thread, against wc -l" % shape, "%.2f GB/s" % rate, "wc %.2f GB/s" % wc, "%.3f x" % ratio,
            ">= %.2f" % bound, held, note)
        if shape == "unique":
            add("memory of parsing unique addresses", "%.0f MB" % (one["peak_rss_bytes"] / 1e6),
                "text %.0f MB" % (one["text_bytes"] / 1e6), "%.2f x" % (one["peak_rss_bytes"] / one["text_bytes"]),
                "<= 1", one["peak_rss_bytes"] <= one["text_bytes"])
    threads()


def threads():
    gain, held, more = judged([(p["deep"]["seconds"] / p["two"]["seconds"],
                                undisturbed(p["deep"]) and undisturbed(p["two"])) for p in parsed], lambda g: g >= 1.1)
    siblings = "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list"
    note = "thread siblings %s; " % open(siblings, encoding="ascii").read().strip() if os.path.exists(siblings) else ""
    add("parse deep, two threads against one", "%.3f s" % statistics.median(p["two"]["seconds"] for p in parsed),
        "one %.3f s" % statistics.median(p["deep"]["seconds"] for p in parsed), "%.2f x" % gain, ">= 1.1", held,
        note + more)


def json_family():
    """The bound is for a quiet machine: beside it stands what wc -l did in the same rounds."""
    for shape in ("cpuprofile", "trace", "chunks", "sampled", "evented", "firefox"):
        path = make(shape + ".json", shape, "16M" if quick else "128M", generator="bench_gen_json")
        one = json.loads(run([tests + "parse_bench", path, "--rounds", 5]))
        speed = one["gb_per_second"] * 1000
        held = when_quiet(speed >= 400, one)
        add("JSON %s, one thread, when quiet" % shape, "%.0f MB/s" % speed,
            "wc %.2f GB/s" % (one["text_bytes"] / one["wc_seconds"] / 1e9), "%.3f x" % one["ratio"],
            ">= 400", held, "%d of %d rounds undisturbed; %.1f M samples/s, %.2f B of memory a byte" % (
                one["quiet"], one["rounds"],
                one["samples"] / one["seconds"] / 1e6, one["peak_rss_bytes"] / one["text_bytes"]))
        two = json.loads(run([tests + "parse_bench", path, "--rounds", 5, "--threads", 2]))
        opened = two["gb_per_second"] * 1000
        add("JSON %s, as it is opened" % shape, "%.0f MB/s" % opened, "one thread %.0f MB/s" % speed,
            "%.2f x" % (one["seconds"] / two["seconds"]), ">= 400", when_quiet(opened >= 400, two),
            "absorbed on a thread beside the parser")
        os.remove(path)


def recorded(name, seconds, of=()):
    """A perf.data of this script's own making, as far as it may; `of`: perf's options, else of one program."""
    path = os.path.join(data, name)
    busy = "import time; t = time.time() + %d; f = lambda n: n and f(n - 1)\nwhile time.time() < t: f(30)" % seconds
    for more in (of, ()) if of else ((),):
        try:
            subprocess.run(["perf", "record", "-q", "-F", "25000", "-g", *more, "-o", path, "--", sys.executable, "-c", busy],
                           check=True, capture_output=True)
            return path
        except (OSError, subprocess.CalledProcessError):
            continue
    return None


def binaries():
    """No bound in MB/s: these say much in few bytes. The yardstick is wc -l of the same bytes."""
    reference = os.path.join(root, "..", "shared", "data", "jfr", "heavy.jfr")
    for what, path in (("perf.data", recorded("recorded.perf.data", 1 if quick else 4)), ("JFR", reference if os.path.exists(reference) else None)):
        if not path:
            add("%s, one thread" % what, "", "", "", "", None, "there is none here")
            continue
        one = json.loads(run([tests + "parse_bench", path, "--rounds", 3]))
        add("%s, one thread" % what, "%.0f MB/s" % (one["gb_per_second"] * 1000),
            "wc %.2f GB/s" % (one["text_bytes"] / one["wc_seconds"] / 1e9), "%.3f x" % one["ratio"], "", None,
            "%.2f M samples/s, of %.0f MB, with symbols" % (one["samples"] / one["seconds"] / 1e6,
                                                            one["text_bytes"] / 1e6))


def perf_data():
    """What is recorded here is small, so that opening programs and the kernel's list is much of it; what is
    generated has no symbols: there the samples are all. The bound is for a quiet machine."""
    path = make("generated.perf.data", "1M" if quick else "5M", "--file", generator="bench_gen_perf_data")
    one = json.loads(run([tests + "parse_bench", path, "--rounds", 3 if quick else 5]))
    speed = one["samples"] / one["seconds"] / 1e6
    held = when_quiet(speed >= 2, one)
    add("perf.data, generated, one thread, when quiet", "%.2f M samples/s" % speed,
        "wc %.2f GB/s" % (one["text_bytes"] / one["wc_seconds"] / 1e9), "%.3f x" % one["ratio"], ">= 2", held,
        "%d of %d rounds undisturbed, %.0f MB/s" % (one["quiet"], one["rounds"], one["gb_per_second"] * 1000))
    os.remove(path)
    perf_data_memory()


def perf_data_memory():
    """Through a pipe, so that nothing of it is ever on disk."""
    samples = 1000000 if quick else 10000000
    gen = subprocess.Popen([tests + "bench_gen_perf_data", str(samples)], stdout=subprocess.PIPE)
    info = subprocess.Popen([program, "info", "-"], stdin=gen.stdout, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    gen.stdout.close()
    _, status, usage = os.wait4(info.pid, 0)
    gen.wait()
    if status:
        raise RuntimeError("info ended with %d" % status)
    each = usage.ru_maxrss * 1024 / samples
    add("memory of %.0f M samples of perf.data from a pipe" % (samples / 1e6), "%.0f MB" % (usage.ru_maxrss / 1024), "",
        "%.1f B/sample" % each, "<= 34", each <= 34 or quick, "14 a sample, 8 of weights, and the dictionary")


def against_perf_script():
    """From the start of the program to all of the heat map on screen, against what `perf script` takes to print
    the recording as text, in turn. Of all processes, as FlameScope is used, and not a short one, for a window takes
    60 to 90 ms to be there at all."""
    what = "perf.data to a whole heat map, against perf script alone"
    path = recorded("long.perf.data", 2 if quick else 30, ("-a",))
    if not path:
        add(what, "", "", "", ">= 10 x", None, "there is none here")
        return
    ours, theirs = [], []
    for _ in range(3 if quick else 7):
        ours.append(windows(path, 1, 2)[0]["whole_pixels_ms"] / 1000)
        theirs.append(usage_of(["perf", "script", "--no-inline", "-i", path])[0])
    one, other = statistics.median(ours), statistics.median(theirs)
    add(what, "%.2f s" % one, "perf %.2f s" % other, "%.1f x" % (other / one), ">= 10 x", other >= 10 * one,
        "%.0f MB, dummy display" % (os.path.getsize(path) / 1e6))


def stackcollapse(path):
    script = shutil.which("stackcollapse-perf.pl")
    if not script:
        add("cpu time against stackcollapse-perf.pl", "", "", "", ">= 35 x", None, "it is not on PATH")
        return
    ours, theirs = usage_of([program, "info", "--threads", 1, path])[1], usage_of([script, path])[1]
    add("cpu time against stackcollapse-perf.pl", "%.2f s" % ours, "%.2f s" % theirs, "%.0f x" % (theirs / ours),
        ">= 35 x", theirs / ours >= 35)


def compressed(path):
    packed = path + ".gz"
    if not os.path.exists(packed):
        with open(packed, "wb") as out:
            subprocess.run(["gzip", "-6", "-c", path], check=True, stdout=out)
    zlib = json.loads(run([tests + "codec_bench", packed, "zlib"]))
    ours = parse(packed, "--threads", 2, "--engine", "zlib")
    ratio = zlib["seconds"] / ours["seconds"]
    add(".gz with zlib against zlib alone", "%.2f s" % ours["seconds"], "zlib %.2f s" % zlib["seconds"],
        "%.2f x" % ratio, ">= 0.45", ratio >= 0.45)
    if not json.loads(run([tests + "codec_bench", packed, "isal"])).get("seconds"):
        add(".gz with ISA-L against plain text", "", "", "", ">= 0.6", None, "built without ISA-L")
        return
    plain, isal = parse(path, "--threads", 2), parse(packed, "--threads", 2, "--engine", "isal")
    ratio = plain["seconds"] / isal["seconds"]
    add(".gz with ISA-L against plain text", "%.2f s" % isal["seconds"], "plain %.2f s" % plain["seconds"],
        "%.2f x" % ratio, ">= 0.6", ratio >= 0.6)


def frames(path):
    """A .zst that pzstd made of many frames, which are decoded on all workers, against one of one frame."""
    what = ".zst of many frames against one of one, three threads"
    if not (shutil.which("pzstd") and shutil.which("zstd")):
        add(what, "", "", "", "", None, "pzstd is not on PATH")
        return
    many, one = path + ".many.zst", path + ".one.zst"
    subprocess.run(["pzstd", "-q", "-f", "-p", "2", path, "-o", many], check=True)
    subprocess.run(["zstd", "-q", "-f", path, "-o", one], check=True)
    try:
        split, single = parse(many, "--threads", 3), parse(one, "--threads", 3)
    except subprocess.CalledProcessError:
        add(what, "", "", "", "", None, "built without zstd")
        return
    add(what, "%.2f s" % split["seconds"], "one %.2f s" % single["seconds"],
        "%.2f x" % (single["seconds"] / split["seconds"]), "", None,
        "%d processors; the gain begins where one decoder cannot feed all parsers" % os.cpu_count())


def windows(path, runs, wait, display=None):
    """The real window, on SDL's dummy display unless one is given: start-up, load, quit by SIGTERM."""
    env = dict(os.environ, SDL_VIDEODRIVER="dummy", FLAMESCOPE_DUMMY_DISPLAY="1")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        env.pop(name, None)
    if display:
        env["DISPLAY"] = display
        del env["SDL_VIDEODRIVER"]
    found = []
    for i in range(runs):
        stats = os.path.join(data, "stats.json")
        process = subprocess.Popen([program, "--software", "--no-cache", "--size", "1600x900", "--stats", stats, path],
                                   env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        idled = 0
        if display:
            before = ticks(process.pid)
            time.sleep(3)
            idled = ticks(process.pid) - before
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        with open(stats, encoding="utf-8") as file:
            found.append(dict(json.load(file), idled=idled))
    return found


def opening(path):
    runs = windows(path, 3 if quick else 7, 3 if quick else 6)
    first = [r["first_pixels_ms"] for r in runs]
    ms = statistics.median(first)
    add("first heat map pixels after start", "%.0f ms" % ms, "", "", "<= 150 ms", ms <= 150,
        "%.0f to %.0f, dummy display" % (min(first), max(first)))
    p99 = statistics.median(r["frames"]["p99_ms"] for r in runs)
    add("frames during the load, p99", "%.1f ms" % p99, "", "", "<= 16 ms", p99 <= 16, "cpu of the main thread")
    idle(path)


def idle(path):
    """Under Xvfb: on its dummy display SDL itself looks for events a thousand times a second."""
    if not shutil.which("Xvfb"):
        add("idle window, ticks of cpu in 3 s", "", "", "", "0", None, "Xvfb is not installed")
        return
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-noreset", "-screen", "0", "1920x1200x24"],
                              pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as pipe:
        display = ":" + pipe.readline().strip()
    try:
        ticked = windows(path, 1, 3 if quick else 6, display)[0]["idled"]
    finally:
        server.terminate()
        server.wait()
    add("idle window, ticks of cpu in 3 s", str(ticked), "", "", "0", ticked == 0, "Xvfb")


def ticks(pid):
    with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def figures(text, label):
    """Median, p99, and whether a tenth of the steps and more were undisturbed: then these are of those."""
    found = re.search(re.escape(label) + r"\s+([\d.]+) ms median,\s+([\d.]+) p99.*?quiet (\d+) of (\d+)", text)
    return float(found.group(1)), float(found.group(2)), int(found.group(3)) * 10 >= int(found.group(4))


rounds, painted, parsed, large = [], [], [], []


def another_round(found):
    """Most figures are taken several times through the whole run: a neighbour on the other half of the core
    makes everything up to twice as slow for minutes, which quiet.h sees. What takes long to make, trees larger than
    the bound's, is in every second round."""
    samples = 1000000 if quick else 10000000
    whole = len(rounds) % 2 == 0
    rounds.append(run([tests + "query_bench", *([] if whole else ["round"]), samples, 1000000]))
    if whole:
        large.append(rounds[-1])
    parse_round(found)
    painted.append(json.loads(run([tests + "frame_bench", found["deep"], "2560x1440"])))


DRAGS = ("drag one cell", "drag a column", "jump anywhere", "slice anywhere", "whole", "… differential", "… focus function",
         "… no kernel")


def more_rounds():
    """Up to four more, of queries alone, while fewer than three of some kind were undisturbed."""
    while len(rounds) < 9 and any(sum(figures(text, label)[2] for text in rounds) < 3 for label in DRAGS):
        rounds.append(run([tests + "query_bench", "round", 1000000 if quick else 10000000, 1000000]))


def linking():
    """A frame is 16 ms; the rest of 10 M samples is about as much as looking at each once."""
    for label in ("link a function", "link a search"):
        pattern = re.escape(label) + r"\s+([\d.]+) ms first.*?([\d.]+) ms whole.*?quiet (\d+) of (\d+)"
        each = [re.search(pattern, text).groups() for text in rounds]
        quiet = [int(g[2]) * 10 >= int(g[3]) for g in each]
        first, held, note = judged(list(zip((float(g[0]) for g in each), quiet)), lambda v: v <= 16)
        whole, held_too, _ = judged(list(zip((float(g[1]) for g in each), quiet)), lambda v: v <= 50)
        add("linking, 10 M samples: %s" % label[5:], "%.1f ms" % first, "whole %.1f ms" % whole, "", "16, whole 50",
            both(held, held_too), "first: 1 M samples in view; " + note)
    for label, what in (("filter switch", "of threads"), ("… by frames", "of frames")):
        pattern = re.escape(label) + r"\s+([\d.]+) ms median of switching on, quiet (\d+) of (\d+)"
        each = [re.search(pattern, text).groups() for text in rounds]
        ms, held, note = judged([(float(g[0]), int(g[1]) * 10 >= int(g[2])) for g in each], lambda v: v <= 50)
        add("filter switch, 10 M samples: heat map, %s" % what, "%.1f ms" % ms, "", "", "<= 50", held, "until exact; " + note)


def latency(what, texts, label, extra="", least=3):
    each = [figures(text, label) for text in texts]
    median, held, note = judged([(m, was) for m, _, was in each], lambda v: v <= 3, least)
    p99, held_too, _ = judged([(p, was) for _, p, was in each], lambda v: v <= 12, least)
    add(what, "%.2f ms" % median, "p99 %.2f ms" % p99, "", "3, p99 12",
        both(held, held_too), extra + note + "; cpu of the thread")


def drags():
    for label in DRAGS:
        latency("10 M samples, 1 M pairs: %s" % label, rounds, label)
    for label in ("… with a filter", "… with a search"):
        pairs = [(figures(text, label), figures(text, "drag a column")) for text in rounds]
        more, held, note = judged([(a[0] - b[0], a[2] and b[2]) for a, b in pairs], lambda v: v <= 1)
        add("10 M samples, 1 M pairs: column drag %s" % label[2:], "+ %.2f ms" % more, "", "", "<= 1", held, note)


def larger_trees():
    """The bound is for 5 M nodes, these have more."""
    for label in ("… inverted", "… by thread"):
        nodes = int(re.search(re.escape(label) + r"\s+[\d.]+ ms to make, (\d+) nodes", large[0]).group(1))
        latency("10 M samples, 1 M pairs: %s" % label, large, label, "%.0f M nodes; " % (nodes / 1e6), 2)


def queries():
    text = large[-1]
    print(text, file=sys.stderr)
    more_rounds()
    drags()
    larger_trees()
    linking()
    per = [float(x) for x in re.search(r"([\d.]+) B/sample, snapshots ([\d.]+) B/sample, ([\d.]+) B/node", text).groups()]
    add("index, bytes a sample", "%.1f" % per[0], "", "", "<= 12", per[0] <= 12)
    add("checkpoints, bytes a sample", "%.1f" % per[1], "", "", "<= 4", per[1] <= 4)
    add("tree, bytes a node", "%.1f" % per[2], "", "", "<= 48", per[2] <= 48)
    if quick:
        return
    text = run([tests + "query_bench", 100000000, 200000, 1000000])
    print(text, file=sys.stderr)
    alike = run([tests + "query_bench", "uniform", 100000000, 1000000])
    print(alike, file=sys.stderr)
    parts = re.split(r"\n(?=\d+ samples)", text) + [alike]
    for part, pairs in zip(parts, ("200 k pairs", "1 M pairs", "1 M pairs alike")):
        median, p99, was = figures(part, "jump anywhere")
        add("100 M samples, %s: jump anywhere" % pairs, "%.2f ms" % median, "p99 %.2f ms" % p99, "", "<= 8",
            median <= 8 or (False if was else None), "cpu of the thread")


def drawing():
    frame = sorted(painted, key=lambda f: f["frame_ms"])[len(painted) // 2]
    ms, held, note = judged([(f["frame_ms"], f["quiet"] >= 0.1) for f in painted], lambda v: v <= 8)
    add("whole frame 2560x1440 without a GPU", "%.2f ms" % ms,
        "%d boxes, %d labels" % (frame["spans"], frame["labels"]), "", "<= 8 ms", held,
        "painting %.2f, p99 %.2f; %s" % (frame["paint_ms"], frame["frame_p99_ms"], note))


def on_gpu(path):
    """Whole frames by the GPU painter; the bench itself says when there is no GPU."""
    done = subprocess.run([tests + "gpu_bench", path, "2560x1440"], capture_output=True, text=True)
    if done.returncode == 77:
        add("painting on a GPU", "", "", "", "2 draw calls", None, done.stderr.strip().split("gpu_bench: ")[-1])
        return
    found = json.loads(done.stdout)
    add("painting on a GPU", "%.2f ms" % found["wall_ms"], "%d spans" % found["spans"], "",
        "2 draw calls", found["draw_calls"] <= 2 and found["off_pixels"] < 0.01,
        "%d calls, p99 %.2f ms, %.2f %% of pixels off" % (found["draw_calls"], found["wall_p99_ms"],
                                                          found["off_pixels"] * 100))


def memory(found):
    facts = json.loads(run([tests + "parse_bench", found["shallow"], "--rounds", 1]))
    add("columns of a profile with periods, bytes a sample", "%.1f" % facts["column_bytes_per_sample"], "", "",
        "<= 22", facts["column_bytes_per_sample"] <= 22, "14, and 8 of weights")


def packs():
    """A pack from a pipe, in bounded memory; then opened."""
    packed = os.path.join(data, "piped.fscope")
    gen = subprocess.Popen([tests + "bench_gen", "--size", "256M" if quick else "10G", "--shape", "deep"],
                           stdout=subprocess.PIPE)
    pack = subprocess.Popen([program, "pack", "-", "-o", packed], stdin=gen.stdout, stderr=subprocess.DEVNULL)
    gen.stdout.close()
    _, status, usage = os.wait4(pack.pid, 0)
    gen.wait()
    if status:
        raise RuntimeError("pack ended with %d" % status)
    facts = json.loads(run([program, "info", "--json", packed]))
    text, size, peak = facts["text_bytes"], os.path.getsize(packed), usage.ru_maxrss * 1024
    add("memory of packing a pipe", "%.0f MB" % (peak / 1e6), "text %.1f GB" % (text / 1e9),
        "%.1f B/sample" % (peak / facts["samples"]), "<= 34", peak / facts["samples"] <= 34 or quick,
        "14 a sample, 8 of weights, 12 of index, and the dictionary")
    first = [r["first_pixels_ms"] for r in windows(packed, 5, 2)]
    ms = statistics.median(first)
    add("pack of %.0f GB of text, opened to a heat map" % (text / 1e9), "%.0f ms" % ms, "pack %.0f MB" % (size / 1e6), "",
        "<= 200 ms", ms <= 200, "%.0f to %.0f" % (min(first), max(first)))
    os.remove(packed)


def print_table():
    if not markdown:
        print("%-58s %-22s %-24s %-9s %-11s %s" % ("what", "ours", "yardstick", "ratio", "bound", "verdict"))
    else:
        print("| what | ours | yardstick | ratio | bound | verdict |\n|---|---|---|---|---|---|")
    for what, ours, yardstick, ratio, bound, held, note in rows:
        verdict = "not judged" if held is None else "held" if held else "SHORT"
        verdict += " (%s)" % note if note else ""
        line = (what, ours, yardstick, ratio, bound, verdict)
        print("| " + " | ".join(line) + " |" if markdown else "%-58s %-22s %-24s %-9s %-11s %s" % line)


if "--json" in options:  # these rows alone
    json_family()
    binaries()
    perf_data()
    against_perf_script()
    print_table()
    sys.exit(0)
if "--idle" in options:
    idle(make("deep.txt", "--size", "64M", "--shape", "deep"))
    sys.exit(0)
texts = texts_made()
another_round(texts)
json_family()
binaries()
perf_data()
against_perf_script()
stackcollapse(texts["deep"])
compressed(texts["deep"])
another_round(texts)
frames(texts["deep"])
opening(texts["deep"])
another_round(texts)
memory(texts)
packs()
another_round(texts)
on_gpu(texts["deep"])
another_round(texts)
parsing()
queries()
drawing()
print_table()
if "--data" not in options:
    shutil.rmtree(data)
