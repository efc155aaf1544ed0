"""The picture of the README shows what the demo prints."""

import html
import importlib.util
import re

import pytest
from house.project import ROOT


def words(svg: str) -> list[str]:
    """The texts of a picture, without how long the fetch took."""
    texts = [html.unescape(text).replace("\xa0", " ").strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]
    return [text for text in texts if not re.fullmatch(r"\d+\.\d", text)]


@pytest.mark.slow
def test_the_picture_of_the_readme_shows_what_the_demo_prints():
    spec = importlib.util.spec_from_file_location("draw_demo", ROOT / ".ci" / "draw_demo.py")
    draw_demo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(draw_demo)
    kept = draw_demo.PICTURE.read_text(encoding="utf-8")

    assert "RESPONDED" in kept
    assert words(kept) == words(draw_demo.drawn(draw_demo.recorded()))
    assert not re.search(r"url\(['\"]?http|@font-face|<script|href=", kept)
