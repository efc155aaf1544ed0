"""Recorded or hand-saved bodies in the place of an account."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from leadkit.accounts import EbayTables, Opened
from leadkit.recorder import ACCOUNT, FetchRecord
from leadkit.recording import RecordedFetch, Replay, bodies, recorded_fetches


class Saved(EbayTables):
    """The tables of a recorded account, offline; the same calls give the same frames."""
