"""Zip archives whose every byte is decided here."""

from __future__ import annotations

import functools
import lzma
import struct
import time
import zlib


@functools.lru_cache(maxsize=None)
def deflate(data: bytes, dictionary: bytes = b"") -> bytes:
    """Return data as a raw deflate stream, which is what a zip archive holds.

    With a dictionary it is one that needs it again: data that both sides know, of up to 32 KiB.
    """
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    return compressor.compress(data) + compressor.flush()


@functools.lru_cache(maxsize=None)
def pack(data: bytes) -> bytes:
    """Return data in the .lzma format, a fifth smaller and three times as slow to read as deflated, with its size
    in the header: that is all that unlzma.py knows."""
    filters = [{"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME, "pb": 0, "dict_size": 1 << 20}]
    compressed = lzma.compress(data, lzma.FORMAT_ALONE, filters=filters)
    return compressed[:5] + struct.pack("<Q", len(data)) + compressed[13:]


class ZipWriter:
    """Writes a zip archive: names, times, modes, order and compression are fixed, or given."""

    def __init__(self, start: int, timestamp: int) -> None:
        """Begin an archive that stands `start` bytes into its file; the timestamp is in seconds since 1970."""
        moment = time.gmtime(max(timestamp, 315532800))  # the format begins in 1980
        self._date = (moment.tm_year - 1980) << 9 | moment.tm_mon << 5 | moment.tm_mday
        self._time = moment.tm_hour << 11 | moment.tm_min << 5 | moment.tm_sec // 2
        self._start = start
        self._body = bytearray()
        self._directory = bytearray()
        self._count = 0

    def add(self, name: str, data: bytes, stored: bool = False) -> tuple[int, int]:
        """Add a file and return where in the whole file its bytes stand: offset and size."""
        content = data if stored else deflate(data)
        encoded = name.encode("ascii")
        offset = self._start + len(self._body)
        common = struct.pack(
            "<HHHHHLLLHH",
            20, 0, 0 if stored else 8, self._time, self._date,
            zlib.crc32(data), len(content), len(data), len(encoded), 0,
        )  # fmt: skip
        self._body += b"PK\3\4" + common + encoded + content
        made_by_unix, regular_file_0644 = 3 << 8 | 20, 0o100644 << 16
        self._directory += b"PK\1\2" + struct.pack("<H", made_by_unix) + common
        self._directory += struct.pack("<HHHLL", 0, 0, 0, regular_file_0644, offset) + encoded
        self._count += 1
        return offset + 30 + len(encoded), len(content)

    def finish(self) -> bytes:
        """Return the archive."""
        start = self._start + len(self._body)
        end = struct.pack("<HHHHLLH", 0, 0, self._count, self._count, len(self._directory), start, 0)
        return bytes(self._body + self._directory + b"PK\5\6" + end)
