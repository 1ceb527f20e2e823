#!/usr/bin/env python3
"""Reads an animated PNG by the specification, not by the program's code.
apng.py check FILE FRAMES [FOLDER]  every chunk, every picture; those of FOLDER are the same
apng.py frame FILE N OUT            writes picture N (from 1) as a PNG"""
import pathlib
import struct
import sys
import zlib


def chunks(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG"
    at = 8
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + n]
        assert len(body) == n, f"{kind} is cut off"
        crc, = struct.unpack(">I", data[at + 8 + n:at + 12 + n])
        assert crc == zlib.crc32(kind + body), f"checksum of {kind}"
        yield kind, body
        at += 12 + n
    assert kind == b"IEND", "bytes behind the end"


def rows(packed, w, h, channels):
    """Pixels of a picture; of the filters those that the program may use."""
    raw = zlib.decompress(packed)
    step = w * channels + 1
    assert len(raw) == step * h, f"{len(raw)} bytes for {w} x {h}"
    assert all(raw[y * step] == 0 for y in range(h)), "a filter this reader does not know"
    return [raw[y * step + 1:(y + 1) * step] for y in range(h)]


def still(path):
    """A PNG as rows of RGB."""
    head, packed = None, b""
    for kind, body in chunks(pathlib.Path(path).read_bytes()):
        if kind == b"IHDR":
            head = struct.unpack(">IIBBBBB", body)
        if kind == b"IDAT":
            packed += body
    w, h, _, color = head[:4]
    lines = rows(packed, w, h, 4 if color == 6 else 3)
    if color == 6:
        lines = [b"".join(line[i:i + 3] for i in range(0, len(line), 4)) for line in lines]
    return w, h, lines


class Animation:
    def __init__(self, path):
        self.delays, self.images, self.sequence = [], [], 0
        self.canvas, self.box, self.packed = None, None, b""
        for kind, body in chunks(pathlib.Path(path).read_bytes()):
            self.take(kind, body)
        self.draw()
        assert len(self.images) == self.frames, f"{len(self.images)} pictures, acTL says {self.frames}"

    def number(self, body):
        assert struct.unpack(">I", body[:4])[0] == self.sequence, "a gap in the sequence"
        self.sequence += 1

    def take(self, kind, body):
        if kind == b"IHDR":
            self.w, self.h, depth, color, *rest = struct.unpack(">IIBBBBB", body)
            assert (depth, color, rest) == (8, 2, [0, 0, 0])
        elif kind == b"acTL":
            assert self.box is None, "acTL behind the image"
            self.frames, self.plays = struct.unpack(">II", body)
        elif kind == b"fcTL":
            self.draw()
            self.number(body)
            w, h, x, y, a, b, dispose, blend = struct.unpack(">IIIIHHBB", body[4:])
            assert w and h and x + w <= self.w and y + h <= self.h and (dispose, blend) == (0, 0)
            assert self.images or (w, h) == (self.w, self.h), "the first is not whole"
            self.box = (x, y, w, h)
            self.delays.append((a, b))
        elif kind == b"fdAT":
            self.number(body)
            self.packed += body[4:]
        elif kind == b"IDAT":
            assert not self.images, "IDAT behind the first picture"
            self.packed += body

    def draw(self):
        if self.box is None:
            return
        x, y, w, h = self.box
        lines = rows(self.packed, w, h, 3)
        if self.canvas is None:
            self.canvas = [bytes(self.w * 3)] * self.h
        for i, line in enumerate(lines):
            old = self.canvas[y + i]
            self.canvas[y + i] = old[:x * 3] + line + old[(x + w) * 3:]
        self.images.append(list(self.canvas))
        self.packed = b""


def write(path, w, h, lines):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    raw = b"".join(b"\0" + line for line in lines)
    pathlib.Path(path).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0)) +
                                   chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


a = Animation(sys.argv[2])
if sys.argv[1] == "frame":
    write(sys.argv[4], a.w, a.h, a.images[int(sys.argv[3]) - 1])
else:
    assert a.frames == int(sys.argv[3]), f"{a.frames} pictures"
    different = sum(x != y for x, y in zip(a.images, a.images[1:]))
    assert different >= (a.frames - 1) * 3 // 4, f"only {different} pictures differ from the one before"
    if len(sys.argv) > 4:
        files = sorted(pathlib.Path(sys.argv[4]).glob("*.png"))
        assert len(files) == a.frames, f"{len(files)} files"
        for i, file in enumerate(files):
            assert still(file) == (a.w, a.h, a.images[i]), f"{file.name} is another picture"
