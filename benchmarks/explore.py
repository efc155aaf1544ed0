"""A filter of a million leads changed in JupyterLab in Chromium, against the bare Polars filter and aggregation.

The clock runs in the page, from the change of the input until cards, table and all charts that are seen show it, and
two frames later; the window is so high that all five are. The bare work fills the same dashboard: one filter, and of
what it keeps the count, the answered, a plain median (not Kaplan and Meier's), and sums by currency, listing, day,
hour of the week, make and bucket. It runs in this process, in turn with the page, while the kernel has nothing to do.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
from playwright.sync_api import Page, sync_playwright

import leadkit as lk
from benchmarks.figures import Figure, Report, finish
from benchmarks.lab import chromium, lab, notebook, run_all, visit
from benchmarks.many import leads
from benchmarks.timing import Times, options, seconds, sizes_of

ZONE = "America/Chicago"
BARE, SEEN, KEYS, ALL = "bare", "on the screen", "key figures alone, bare", "all leads again"
MOST_BYTES = 200.0
ALLOWED = 0.15  # seconds, above five times the bare work
EXPLORE = f"""
import polars as pl, leadkit as lk
explorer = lk.explore(pl.read_parquet("leads.parquet"), times=pl.read_parquet("times.parquet"), zone="{ZONE}")
explorer"""
CHANGED = """async ([label, value]) => {
  const root = document.querySelector(".lk-explorer");
  const field = [...root.querySelectorAll("label")].find((one) => one.textContent === label);
  const input = document.getElementById(field.htmlFor);
  const version = Number(root.dataset.version) + 1;
  const frame = () => new Promise(requestAnimationFrame);
  const behind = () => Number(root.dataset.version) < version ||
    [...root.querySelectorAll("[data-seen=true]")].some((one) => Number(one.dataset.version) < version);
  const began = performance.now();
  input.value = value;
  input.dispatchEvent(new Event("change"));
  while (behind()) {
    await frame();
    if (performance.now() - began > 30000) throw Error("the explorer does not react");
  }
  await frame();
  await frame();
  return (performance.now() - began) / 1000;
}"""


def main() -> int:
    parser = options(__doc__, leads=1_000_000)
    given = parser.parse_args()
    of = rows(given.leads)
    waits = times(of)
    with tempfile.TemporaryDirectory() as folder:
        of.write_parquet(Path(folder) / "leads.parquet")
        waits.write_parquet(Path(folder) / "times.parquet")
        both = of.join(waits.drop("item_id", "user_id", "submitted_at"), on=["account", "lead_id"])
        found, sent = timed(Path(folder), both, given.runs)
    sizes, judged = sizes_of(parser, given)
    return finish(Report("explore", sizes, judged, figures(found, sent), found), given.json)


def rows(count: int) -> pl.DataFrame:
    """Leads with all that an explorer shows."""
    number = pl.int_range(pl.len())
    return leads(count).with_columns(
        item_title=pl.format("2016 Honda Civic EX, stock no. {}", "item_id"),
        first_name=pl.format("Amy {}", number % 997),
        last_name=pl.format("Abbott {}", number % 1_009),
        message=pl.format("Is the car of {} still there?", "item_id"),
    )


def times(of: pl.DataFrame) -> pl.DataFrame:
    """The waits of the leads: of nine in ten answered ones exact, from seconds to weeks, of the others an interval."""
    found = lk.response_times(of)
    dice = np.random.default_rng(7)
    drawn = pl.Series(np.exp(dice.normal(9, 2, len(found))) * 1e6).cast(pl.Int64).cast(pl.Duration("us"))
    wait = pl.min_horizontal(drawn, "wait_upper")
    exact = (pl.col("state") == "answered_interval") & pl.Series(dice.random(len(found)) < 0.9)  # noqa: PLR2004 - a share
    return found.with_columns(
        state=pl.when(exact).then(pl.lit("answered_exact", found.schema["state"])).otherwise("state"),
        wait_lower=pl.when(exact).then(wait).otherwise("wait_lower"),
        wait_upper=pl.when(exact).then(wait).otherwise("wait_upper"),
    )


def timed(folder: Path, both: pl.DataFrame, runs: int) -> tuple[Times, list[int]]:
    """The seconds of the page and of the bare work in turn, and the bytes of each change."""
    notebook(folder / "explore.ipynb", EXPLORE)
    found: Times = {name: [] for name in (SEEN, ALL, BARE, KEYS)}
    sent = []
    with (
        lab(folder, folder / "jupyter") as address,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
        visit(browser, address, "lab/tree/explore.ipynb?reset", height=2600) as there,
    ):
        run_all(there.page)
        ready(there.page)
        for _ in range(runs + 1):
            before = there.received
            found[SEEN].append(change(there.page, "RESPONDED"))
            sent.append(there.received - before)
            found[ALL].append(change(there.page, ""))
            found[BARE].append(seconds(lambda: bare(both)))
            found[KEYS].append(seconds(lambda: key_figures(both)))
    return {name: values[1:] for name, values in found.items()}, sent  # whatever is made once, was made in the first


def ready(page: Page) -> None:
    """The explorer stands at the top of the page, with its charts."""
    page.wait_for_selector(".lk-chart-flow .point", state="attached")
    page.evaluate("document.querySelector('.lk-explorer').scrollIntoView()")
    page.wait_for_selector(".lk-chart-week .main-svg >> nth=0", state="attached")


def change(page: Page, status: str) -> float:
    """The seconds until the leads of this status are seen; then the page rests, so that all it was sent is counted."""
    took: float = page.evaluate(CHANGED, ["Status at eBay", status])
    page.wait_for_timeout(300)
    return took


def bare(both: pl.DataFrame) -> list[pl.DataFrame]:
    """The numbers of the dashboard by plain Polars."""
    kept = both.lazy().filter(pl.col("status") == "RESPONDED")
    wall, fees = pl.col("submitted_at").dt.convert_time_zone(ZONE), [pl.len().alias("leads"), pl.col("fee").sum()]
    hour, wait = wall.dt.weekday() * 24 + wall.dt.hour(), pl.col("wait_upper")
    bucket = sum((wait > limit).cast(pl.Int8) for limit in LIMITS)
    groups = {"day": wall.dt.date(), "hour": hour, "make": pl.col("trade_in_make"), "bucket": bucket}
    return pl.collect_all(
        [
            kept.select(pl.len(), ANSWERED.sum().alias("answered"), wait.median()),
            kept.group_by("fee_currency").agg(fees),
            kept.group_by("item_id").agg(fees),
            *(kept.group_by(group.alias(name)).len() for name, group in groups.items()),
        ]
    )


def key_figures(both: pl.DataFrame) -> pl.DataFrame:
    """The count, the answered, the plain median and the sum of fees alone."""
    kept = both.lazy().filter(pl.col("status") == "RESPONDED")
    return kept.select(
        pl.len(), ANSWERED.sum().alias("answered"), pl.col("wait_upper").median(), pl.col("fee").sum()
    ).collect()


def figures(found: Times, sent: list[int]) -> list[Figure]:
    """The bound is in bare works, the 0.15 s taken off; for whoever counts but the key figures, that is told too."""
    seen, again, bare_work, keys = (median(found[name]) for name in (SEEN, ALL, BARE, KEYS))
    return [
        Figure("a filter changed", (seen - ALLOWED) / bare_work, f"bare works, after {ALLOWED} s", bound=5),
        Figure("what it sent", max(sent) / 1000, "kB at the most", bound=MOST_BYTES),
        Figure("against the key figures alone", (seen - ALLOWED) / keys, f"bare key figures, after {ALLOWED} s"),
        Figure(ALL, (again - ALLOWED) / bare_work, f"bare works of seven in ten, after {ALLOWED} s"),
    ]


ANSWERED = pl.col("state").is_in(["answered_exact", "answered_interval"])
LIMITS = [timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=24)]

if __name__ == "__main__":
    sys.exit(main())
