"""What stands where no widget can be shown: the same numbers as HTML, without scripts, styles and addresses."""

from __future__ import annotations

from collections.abc import Sequence

from leadkit import wording
from leadkit.charts import alt
from leadkit.explorer.cards import cards
from leadkit.explorer.choice import WORDS, Choice, active
from leadkit.explorer.counting import Counts
from leadkit.explorer.drawing import figure
from leadkit.reports import blocks


def still(counts: Counts, choice: Choice, heads: Sequence[str], rows: Sequence[Sequence[str]], of: int) -> str:
    """The key figures, what was chosen, what the charts show in words, and some rows of the table."""
    columns = [blocks.Column(head) for head in heads]
    parts = [
        blocks.note(chosen_in_words(counts, choice, of)),
        blocks.cards(cards(counts, of)),
        *(blocks.note(alt(figure(name, counts, "light"))) for name in _TOLD),
        blocks.table("Some of these leads", columns, rows, empty="none."),
    ]
    return f'<div class="lk tex2jax_ignore mathjax_ignore">{"".join(part.html for part in parts)}</div>'


def chosen_in_words(counts: Counts, choice: Choice, of: int) -> str:
    """How many leads are chosen, and by what."""
    by = wording.listed([f"{WORDS[name]} {value}" for name, value in active(choice).items()])
    if not of:
        return "No leads: the frame is empty."
    if not counts.chosen:
        return f"No lead of {of:,} has all of this: {by}. Take a filter away."
    if not by:
        return f"All {of:,} leads." if of > 1 else "One lead."
    return f"{counts.chosen:,} of {wording.count(of, 'lead')}: {by}."


_TOLD = ("flow", "week", "buckets", "makes")  # of listings there are too many
