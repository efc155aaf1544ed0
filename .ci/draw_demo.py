"""Draws docs/demo.svg: what `leadkit demo` prints, with no outside font."""

import io
import re
import time
import warnings
from pathlib import Path

from rich.console import Console

import leadkit as lk
from leadkit import summary
from leadkit.cli import all_tables

FONTS = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
PICTURE = Path(__file__).parent.parent / "docs" / "demo.svg"


def recorded() -> Console:
    """A console that has printed the demo's summary."""
    began = time.monotonic()
    with lk.demo() as shop:
        with warnings.catch_warnings(action="ignore", category=lk.LeadkitWarning):
            frames = all_tables(shop)
        console = Console(record=True, width=84, force_terminal=True, file=io.StringIO())
        summary.say_what_came(console, frames, seconds=time.monotonic() - began, of=len(shop.truth))
        summary.show(console, frames, zone=shop.zone, files="leadkit-demo/<table>.parquet")
    return console


def drawn(console: Console) -> str:
    """The picture, drawn with the reader's own monospaced font."""
    svg = console.export_svg(title="leadkit demo", unique_id="demo")
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return re.sub(
        r"font-family: [^;]+;", "font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace;", svg
    )


if __name__ == "__main__":
    PICTURE.write_text(drawn(recorded()), encoding="utf-8")
