"""A page of a file, opened in a browser: what it asked for, what it complained of, what ran."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WIDTHS = (400, 1400)
THEMES = ("light", "dark")


@dataclass
class Visited:
    """An open page.

    Attributes:
        page: of Playwright.
        asked: the addresses that it asked for, but the file itself.
        complaints: errors of the console and of scripts, and what the policy refused.
    """

    page: Any
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def charts(self) -> int:
        """How many charts are drawn, each with an axis or a sentence."""
        return self.page.locator(".chart .main-svg:first-of-type").count()

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - innerWidth")

    def violations(self) -> list[str]:
        """What axe-core finds, of whatever weight: its rule and the first place."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("async () => (await axe.run()).violations")
        return [f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}" for one in found]


def visit(browser, path: Path, *, width: int = 1400, theme: str = "light", scripts: bool = True) -> Visited:
    """Open a file, and wait until its charts are drawn."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, java_script_enabled=scripts, offline=True
    )
    visited = Visited(context.new_page())
    visited.page.on("request", lambda asked: visited.asked.append(asked.url) if _is_asked(asked.url, path) else None)
    visited.page.on("console", lambda said: visited.complaints.append(said.text) if said.type == "error" else None)
    visited.page.on("pageerror", lambda error: visited.complaints.append(str(error)))
    visited.page.on("dialog", lambda dialog: dialog.dismiss())
    visited.page.goto(path.as_uri())
    return visited


def _is_asked(url: str, path: Path) -> bool:
    return url != path.as_uri() and not url.startswith("data:")
