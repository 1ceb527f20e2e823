"""detect.py TRUTH FINDINGS: holds `info --json --findings` against what bench_gen planted.
Each planted pattern must be one finding with its kind, its ranges and its period; at most two
findings may be something else. Prints what is wrong and exits 1."""
import json
import sys

MOST_OTHERS = 2
SLACK = 60_000_000  # ns; low rates have a sample each 30 ms and thread
KINDS = {"pause": {"pause", "burst", "periodic"}}  # pauses may happen to come regularly


def covered(ranges, by):
    """How much of the ranges (which do not overlap) lies in those of `by`."""
    return sum(max(0, min(b, d) - max(a, c)) for a, b in ranges for c, d in by)


def length(ranges):
    return sum(b - a for a, b in ranges)


def explains(finding, planted):
    have, want = finding["ranges"], planted["ranges"]
    common = covered(want, have)
    return common >= 0.75 * length(want) and common >= 0.6 * (length(have) - SLACK * len(have))


def faults(finding, planted):
    if finding["kind"] not in KINDS.get(planted["kind"], {planted["kind"]}):
        yield f"is {finding['kind']}, not {planted['kind']}"
    if planted["name"] != "gap" and finding["frame"] != planted["name"]:
        yield f"names {finding['frame']!r}"
    want = planted["period_ns"]
    if want and len(planted["ranges"]) >= 3 and abs(finding["period_ns"] - want) > want / 200:
        yield f"period {finding['period_ns']}, not {want}"
    lost = len(planted["ranges"]) - finding["count"]
    if not 0 <= lost <= len(planted["ranges"]) // 4:
        yield f"{finding['count']} ranges, not {len(planted['ranges'])}"


def main(truth_file, findings_file):
    with open(truth_file, encoding="utf-8") as f:
        # what the end of the recording cut short is not asked for
        planted = [p for p in json.load(f).get("planted", []) if length(p["ranges"]) > SLACK]
    with open(findings_file, encoding="utf-8") as f:
        findings = json.load(f)["findings"]
    wrong, used = [], set()
    for p in planted:
        which = [i for i, f in enumerate(findings) if explains(f, p)]
        if not which:
            wrong.append(f"{p['name']}: not found")
            continue
        used.add(which[0])
        wrong += [f"{p['name']}: {fault}" for fault in faults(findings[which[0]], p)]
    others = [f["text"] for i, f in enumerate(findings) if i not in used]
    print(f"{len(planted)} planted, {len(findings)} found, {len(others)} of them others")
    for text in others:
        print("  other:", text[:150])
    if len(others) > MOST_OTHERS:
        wrong.append(f"{len(others)} findings that were not planted")
    for text in wrong:
        print("  WRONG:", text)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
