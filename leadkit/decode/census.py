"""What the bytes hold, counted against what arrived in the frame: equal means that nothing was dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leadkit.decode.shape import Node

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Places = NDArray[np.intp]

_SPACED_KEY = re.compile(rb'"\s+:')
_NULL_KEY = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"\s*:\s*null')
_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_HALF = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


@dataclass(slots=True)
class Census:
    """How many strings, other scalars, objects and lists a frame got under a key; and nulls as elements of a list."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("string", "scalar", "object", "list"), 0))
    null_elements: int = 0

    def add(self, node: Node, count: int) -> None:
        """Count the non-null values of a node."""
        kind = node.kind if node.kind != "leaf" else "string" if node.json == "string" else "scalar"
        self.counts[kind] += count

    def agrees_with(self, *found: Mapping[str, int] | None) -> bool:
        """Whether the pieces, each `counted`, hold just these together, and no null among the elements of a list."""
        if self.null_elements or None in found:
            return False
        return self.counts == {kind: sum(one[kind] for one in found if one) for kind in self.counts}


def counted(piece: bytes, shape: Node) -> dict[str, int] | None:
    """What a piece holds; None where only a walk can tell: half of a surrogate pair, a null under an unknown key."""
    import numpy as np  # noqa: PLC0415 - numpy is loaded when a body is decoded, not by `import leadkit`

    raw = np.frombuffer(piece, np.uint8)
    if (ends := key_ends(raw, piece)) is None:
        return None
    at = ends + 1
    first = _first_bytes(raw, at)
    found, nulls = _count(first)
    if has_half_pair(piece):
        return None
    if _has_money_as_number(piece, first, at, shape):
        return None
    return found if not nulls or set(_NULL_KEY.findall(piece)) <= shape.names() else None


def has_half_pair(piece: bytes) -> bool:
    """Whether half of a surrogate pair stands anywhere, escaped."""
    return _has_surrogates(piece) and _HALF.search(_PAIR.sub(b"", piece)) is not None


def _has_surrogates(piece: bytes) -> bool:
    """Whether an escaped surrogate stands anywhere: an emoji, or the half of one."""
    import numpy as np  # noqa: PLC0415 - likewise

    raw = np.frombuffer(piece, np.uint8)
    at = np.flatnonzero(raw[:-2] == ord("\\"))
    return bool(((raw[at + 1] == ord("u")) & ((raw[at + 2] | 0x20) == ord("d"))).any())


def key_ends(raw: Bytes, piece: bytes) -> Places | None:
    """Where the colon stands behind each key, and behind what fakes one in a text; None where a blank hides a key."""
    import numpy as np  # noqa: PLC0415 - likewise

    colons = np.flatnonzero(raw[:-1] == ord(":"))
    before = raw[colons - 1]
    if (before <= ord(" ")).any() and _SPACED_KEY.search(piece):
        return None
    ends: Places = colons[np.flatnonzero(before == ord('"'))]  # places, since a mask takes twice as long
    return ends


def _first_bytes(raw: Bytes, at: Places) -> Bytes:
    """The first byte of each value; of those after a space, the one behind it."""
    import numpy as np  # noqa: PLC0415 - likewise

    first = raw[at]
    if (first == ord(" ")).any():
        first = np.where(first == ord(" "), raw[np.minimum(at + 1, len(raw) - 1)], first)
    return first


def _count(first: Bytes) -> tuple[dict[str, int], int]:
    """Values by their first bytes. A string may fake a key, never hide one: then it is walked."""
    import numpy as np  # noqa: PLC0415 - likewise

    by_byte = np.bincount(first, minlength=256)
    strings, objects, lists, nulls = (int(by_byte[ord(char)]) for char in '"{[n')
    scalars = len(first) - strings - objects - lists - nulls
    return {"string": strings, "scalar": scalars, "object": objects, "list": lists}, nulls


def _has_money_as_number(piece: bytes, first: Bytes, at: Places, shape: Node) -> bool:
    """Whether an amount came as a number: its digits pass through a float, and the counts may be right by chance."""
    import numpy as np  # noqa: PLC0415 - likewise

    numbers = at[(first >= ord("-")) & (first <= ord("9"))]
    last = np.frombuffer(piece, np.uint8)[numbers - 3]  # the last letter of the key tells nearly all others apart
    keys = shape.money_keys()
    near = numbers[np.isin(last, [key[-1] for key in keys])]
    return any(piece.endswith(keys, 0, end - 2) for end in near.tolist())
