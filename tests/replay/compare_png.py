"""Compares two 8-bit RGB(A) PNGs: at most 0.2 % of the pixels may differ by more than 24."""
import struct
import sys
import zlib


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, packed, head = 8, b"", None
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            head = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    width, height, depth, color = head[:4]
    assert depth == 8 and color in (2, 6), (depth, color)
    pixel = 4 if color == 6 else 3
    raw, stride = zlib.decompress(packed), width * pixel
    rows, before = [], bytearray(stride)
    for y in range(height):
        start = y * (stride + 1)
        row = unfilter(raw[start], bytearray(raw[start + 1:start + 1 + stride]), before, pixel)
        rows.append(row)
        before = row
    return width, height, pixel, rows


def unfilter(kind, row, up, pixel):
    if kind == 2:
        return bytearray((a + b) & 255 for a, b in zip(row, up))
    for i in range(len(row) if kind else 0):
        left = row[i - pixel] if i >= pixel else 0
        corner = up[i - pixel] if i >= pixel else 0
        if kind == 1:
            row[i] = (row[i] + left) & 255
        elif kind == 3:
            row[i] = (row[i] + (left + up[i]) // 2) & 255
        elif kind == 4:
            p = left + up[i] - corner
            a, b, c = abs(p - left), abs(p - up[i]), abs(p - corner)
            row[i] = (row[i] + (left if a <= b and a <= c else up[i] if b <= c else corner)) & 255
    return row


want, got = read(sys.argv[1]), read(sys.argv[2])
if want[:2] != got[:2]:
    sys.exit("size %s instead of %s" % (got[:2], want[:2]))
bad = 0
for a, b in zip(want[3], got[3]):
    if a == b:
        continue
    for x in range(want[0]):
        p, q = a[x * want[2]:x * want[2] + 3], b[x * got[2]:x * got[2] + 3]
        if any(abs(m - n) > 24 for m, n in zip(p, q)):
            bad += 1
if bad > want[0] * want[1] * 0.002:
    sys.exit("%d of %d pixels differ" % (bad, want[0] * want[1]))
