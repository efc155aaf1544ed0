"""A seller's browser, as far as a consent needs one."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin
from urllib.request import urlopen

Decision = str


def answered(url: str, decision: Decision = "agree") -> str:
    """The address at which a seller ends up who opens the consent page and makes this decision."""
    with urlopen(url) as page:  # a refusal leads on at once, without a question
        if page.url != url:
            return page.url
        link = re.search(rf'<a id="{decision}" href="([^"]+)">', page.read().decode())
    with urlopen(urljoin(url, html.unescape(link[1]))) as page:
        return page.url


def page_in(text: str) -> str:
    """The address of the consent page in what a program printed."""
    return re.search(r"^https?://\S+$", text, re.MULTILINE)[0]
