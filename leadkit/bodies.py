"""The body of an answer, unpacked while it arrives and never beyond its cap."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Broken:
    """Why there is no whole answer: a code, our words for it, and whether asking again may help."""

    code: str
    text: str
    retry: bool


class Body:
    """Takes the chunks of one body as they came over the wire and gives the bytes that were meant.

    Args:
        encoding: the ``Content-Encoding`` of the answer.
        limit: the most bytes that the unpacked body may have.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        self.broken: Broken | None = None
        self._encoding = encoding
        self._limit = limit
        self._unpacked = io.BytesIO()  # gives its bytes away without a copy
        self._arrived = 0
        self._gunzip = zlib.decompressobj(_GZIP) if encoding in ("gzip", "x-gzip") else None

    def feed(self, chunk: bytes) -> bool:
        """Take one chunk; False when no more of them is wanted."""
        if self._gunzip is None and self._encoding not in ("", "identity"):
            text = f"the body is packed as {self._encoding[:20]!r}, asked for was gzip"
            self.broken = Broken("unknown_encoding", text, retry=False)
            return False
        self._arrived += len(chunk)
        try:
            self._unpacked.write(self._unpack(chunk))
        except zlib.error:
            self.broken = Broken("bad_encoding", "the body is not the gzip that its header promises", retry=False)
            return False
        if max(self._unpacked.tell(), self._arrived) > self._limit:
            text = f"the body is larger than {self._limit:,} bytes, the most that is read; ask for less at once"
            self.broken = Broken("body_too_large", text, retry=False)
            self._unpacked.truncate(self._limit)
        return self.broken is None

    def end(self) -> None:
        """Say that the peer has ended the body: gzip knows whether it is whole."""
        if self.broken is None and self._gunzip is not None and self._arrived and not self._gunzip.eof:
            self.broken = Broken("body_cut", "the gzip body ended too early", retry=True)

    def content(self) -> bytes:
        """What was unpacked so far."""
        return self._unpacked.getvalue()

    def _unpack(self, chunk: bytes) -> bytes:
        """The chunk unpacked, at most one byte beyond the limit: a small chunk can hold gigabytes."""
        if self._gunzip is None:
            return chunk
        room = self._limit + 1 - self._unpacked.tell()
        unpacked = self._gunzip.decompress(chunk, room)
        while self._gunzip.eof and self._gunzip.unused_data and len(unpacked) < room:
            rest, self._gunzip = self._gunzip.unused_data, zlib.decompressobj(_GZIP)
            unpacked += self._gunzip.decompress(rest, room - len(unpacked))
        return unpacked


_GZIP = 16 + zlib.MAX_WBITS
