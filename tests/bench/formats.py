"""The table of tests/bench/run.sh --formats: every format, from the start of the program to all of its heat map
(or, without times, of its flame graph) on screen. Texts are generated, a perf.data is too, and what only other
programs can write is read from the reference files where they are."""
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

build, root = sys.argv[1:3]
markdown = "--markdown" in sys.argv
tests, program = build + "/tests/", build + "/flamescope"
reference = os.path.join(root, "..", "shared", "data")
scratch = tempfile.mkdtemp()
OF_TEXT = "FlameScope 24-32 MB/s, inferno 115-165"  # of perf's text; each on its own machine
rows = []


def generated(name, *args):
    path = os.path.join(scratch, name)
    with open(path, "wb") as out:
        subprocess.run([tests + args[0], *args[1:]], check=True, stdout=out)
    return path


def exported(name, path, kind):
    out = os.path.join(scratch, name)
    subprocess.run([program, "export", path, "--to", kind, "-o", out], check=True, capture_output=True)
    return out


def folded(path):
    """Many lines of few symbols, as a merge of many hosts has them."""
    with open(path, "w", encoding="ascii") as out:
        for i in range(1200000):
            depth = 6 + i % 9
            out.write(";".join("app_%x::step<%d>" % (i * 7 % 601 + k * 31, k) for k in range(depth)) + " %d\n" % (i % 13 + 1))
    return path


def opened(path):
    """What the window itself says, three times; on SDL's dummy display."""
    env = dict(os.environ, SDL_VIDEODRIVER="dummy", FLAMESCOPE_DUMMY_DISPLAY="1")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        env.pop(name, None)
    stats, shown = os.path.join(scratch, "stats.json"), []
    for _ in range(3):
        process = subprocess.Popen([program, "--software", "--no-cache", "--stats", stats, path], env=env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1.5 + os.path.getsize(path) / 60e6)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        with open(stats, encoding="utf-8") as file:
            shown.append(json.load(file).get("whole_pixels_ms"))
    return None if None in shown else statistics.median(shown) / 1000


def add(path, peer=""):
    info = json.loads(subprocess.run([program, "info", "--json", path], check=True, capture_output=True).stdout)
    size, seconds, whole = os.path.getsize(path), max(info["load_seconds"], 1e-4), opened(path)
    rows.append((info["format"], os.path.basename(path), "%.1f MB" % (size / 1e6),
                 "%.2f s" % whole if whole else "no times", "%.0f" % (size / seconds / 1e6),
                 "%.2f M" % (info["samples"] / seconds / 1e6), peer))
    print("%-24s %-34s %10s %9s %6s MB/s %8s samples/s  %s" % rows[-1], file=sys.stderr, flush=True)
    return path


def perf_script_alone(path):
    """Seconds that perf itself takes to print it."""
    began = time.monotonic()
    done = subprocess.run(["perf", "script", "--no-inline", "-i", path], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False)
    return "perf script %.2f s" % (time.monotonic() - began) if done.returncode == 0 else ""


def recorded(name, *how):
    path = os.path.join(scratch, name)
    busy = "import time; t = time.time() + 4; f = lambda n: n and f(n - 1)\nwhile time.time() < t: f(30)"
    done = subprocess.run(["perf", "record", "-q", *how, "-o", path, "--", sys.executable, "-c", busy],
                          capture_output=True, check=False)
    return path if done.returncode == 0 else None


COUNT = """
import java.nio.file.Path;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordingFile;

public class Count {
    public static void main(String[] args) throws Exception {
        TreeMap<String, Integer> counts = new TreeMap<>();
        try (RecordingFile file = new RecordingFile(Path.of(args[0]))) {
            while (file.hasMoreEvents()) {
                var event = file.readEvent();
                if (event.getStackTrace() != null)
                    counts.merge(event.getEventType().getName(), event.getStackTrace().getFrames().size(), Integer::sum);
            }
        }
        System.out.println(counts);
    }
}
"""


def read_by_the_jdk(path):
    """Seconds that the JDK's own reader takes to go through the events with stacks, its start and all."""
    source = os.path.join(scratch, "Count.java")
    with open(source, "w", encoding="ascii") as file:
        file.write(COUNT)
    if subprocess.run(["javac", "-d", scratch, source], check=False).returncode:
        return ""
    taken = []
    for _ in range(3):
        began = time.monotonic()
        subprocess.run(["java", "-cp", scratch, "Count", path], check=True, capture_output=True)
        taken.append(time.monotonic() - began)
    return "the JDK's reader, events counted: %.2f s" % statistics.median(taken)


def of_the_jdk():
    """Chunks are whole recordings, so one many times is a long one. (Its samples lie at the same times, again
    and again, as those of many hosts would.)"""
    once = os.path.join(reference, "jfr", "heavy.jfr")
    if not os.path.exists(once):
        return
    path = os.path.join(scratch, "heavy-180-times.jfr")
    with open(once, "rb") as file, open(path, "wb") as out:
        out.write(file.read() * 180)
    add(path, read_by_the_jdk(path) if shutil.which("javac") else "")


def generated_ones():
    text = add(generated("deep.txt", "bench_gen", "--size", "512M", "--shape", "deep"), OF_TEXT)
    add(generated("shallow.txt", "bench_gen", "--size", "512M", "--shape", "shallow"), OF_TEXT)
    subprocess.run(["gzip", "-k", "-6", text], check=True)
    add(text + ".gz", "of packed bytes; gzip -dc alone 255 MB/s of text")
    add(packed(text))
    for shape in ("cpuprofile", "trace", "chunks", "sampled", "evented", "firefox"):
        os.remove(add(generated(shape + ".json", "bench_gen_json", shape, "128M")))
    add(generated("generated.perf.data", "bench_gen_perf_data", "5M", "--file"))
    for own in (recorded("recorded.perf.data", "-F", "25000", "-g"),
                recorded("unwound.perf.data", "-F", "5000", "--call-graph", "dwarf")):
        if own:
            add(own, perf_script_alone(own))
    add(folded(os.path.join(scratch, "stacks.folded")), "no times: nobody draws a heat map of it")
    small = generated("some.txt", "bench_gen", "--size", "128M", "--shape", "deep")
    add(exported("some.pb.gz", small, "pprof"))


def packed(text):
    out = os.path.join(scratch, "deep.fscope")
    subprocess.run([program, "pack", text, "-o", out], check=True, capture_output=True)
    return out


def reference_ones():
    largest = {}
    for folder, _, names in os.walk(reference):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if "oracles" in path or "collapsed" in path:
                continue
            done = subprocess.run([program, "info", "--json", path], capture_output=True, check=False)
            if done.returncode == 0 and done.stdout:
                found = json.loads(done.stdout)["format"]
                if os.path.getsize(path) > os.path.getsize(largest.get(found, "/dev/null")):
                    largest[found] = path
    for path in largest.values():
        add(path)


def print_table():
    head = ("format", "file", "size", "to all on screen", "MB/s", "samples/s", "others")
    if markdown:
        print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |" if markdown else "  ".join(row))


try:
    generated_ones()
    of_the_jdk()
    reference_ones()
finally:
    shutil.rmtree(scratch)
print_table()
