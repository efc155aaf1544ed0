"""Rows that all look alike: the same keys in the same order, texts and nulls, written without blanks.

Then nothing can have been dropped, and nobody has to count what the bytes hold.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from leadkit.decode.shape import Node

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Places = NDArray[np.intp]

_SPACED_KEY = re.compile(rb'"\s+:')
_ENOUGH = 1 << 14
"""So many bytes hold the first row; a longer one is looked at the slow way."""


def first_keys(rows: bytes, at: int = 0) -> list[str]:
    """The keys of the first object from here on, in their order; none where that takes more than a look."""
    start = rows.find(b"{", at)
    try:
        pairs, _ = _PAIRS.raw_decode(rows[start : start + _ENOUGH].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return []
    return [name for name, _ in pairs] if start >= 0 else []


def counted_alike(piece: bytes, shape: Node) -> dict[str, int] | None:
    """What the rows hold; None where they are not alike, or a null stands under a key that is not of this shape.

    A text under another key need not be looked for: it is missing in the frame, and the counts tell.
    """
    import numpy as np  # noqa: PLC0415 - numpy is loaded when a body is decoded, not by `import leadkit`

    names = first_keys(piece) if _all_texts(shape) else []
    if not names or not shape.children.keys() >= set(names):
        return None
    raw = np.frombuffer(piece, np.uint8)
    if (ends := key_ends(raw, piece)) is None:
        return None
    is_text, is_null = (raw[ends + 1] == ord(first) for first in '"n')
    if len(ends) % len(names) or not (is_text | is_null).all() or has_surrogates(raw):
        return None
    nulls = ((ends[n :: len(names)][is_null[n :: len(names)]], token) for n, token in enumerate(_tokens(names)))
    if not all(_stands_before(at, token, raw) for at, token in nulls if len(at)):
        return None
    return {"string": int(is_text.sum()), "scalar": 0, "object": 0, "list": 0}


def key_ends(raw: Bytes, piece: bytes) -> Places | None:
    """Where the colon stands behind each key, and behind what fakes one in a text; None where a blank hides a key."""
    import numpy as np  # noqa: PLC0415 - likewise

    colons = np.flatnonzero(raw[:-1] == ord(":"))
    before = raw[colons - 1]
    if (before <= ord(" ")).any() and _SPACED_KEY.search(piece):
        return None
    ends: Places = colons[before == ord('"')]
    return ends


def _all_texts(shape: Node) -> bool:
    return all(node.kind == "leaf" and node.json == "string" and not node.money for node in shape.children.values())


def _tokens(names: list[str]) -> list[bytes]:
    """What stands before the colons of a row."""
    tokens = [json.dumps(name, ensure_ascii=False).encode() for name in names]
    return [b"{" + tokens[0], *(b"," + token for token in tokens[1:])]


def _stands_before(ends: Places, token: bytes, raw: Bytes) -> bool:
    """Whether the token ends at each of these places."""
    import numpy as np  # noqa: PLC0415 - likewise

    wanted = np.frombuffer(token, np.uint8)
    places = ends[:, None] + np.arange(-len(token), 0)
    return bool(ends[0] >= len(token) and (raw.take(places) == wanted).all())


def has_surrogates(raw: Bytes) -> bool:
    """Whether an escaped surrogate stands anywhere: an emoji, or the half of one."""
    import numpy as np  # noqa: PLC0415 - likewise

    at = np.flatnonzero(raw[:-2] == ord("\\"))
    return bool(((raw[at + 1] == ord("u")) & ((raw[at + 2] | 0x20) == ord("d"))).any())


_PAIRS = json.JSONDecoder(object_pairs_hook=list)
