"""What is known of a shop, kept beside the bodies that were recorded of it."""

from __future__ import annotations

import os
from pathlib import Path

from leadkit.folder_path import folder_path
from leadkit.recorded_files import ShopFile, read_recorded
from leadkit.recorder import write_json

SHOP = "shop.json"


def keep_shop(folder: str | os.PathLike[str], *, zone: str, hours: str | None) -> None:
    """Write down the time zone of a shop and its weekly hours, such as ``Mo-Sa 09:00-19:00``."""
    write_json(Path(folder) / SHOP, {"zone": zone, "hours": hours})


def kept_shop(folder: str | os.PathLike[str]) -> ShopFile:
    """What was written down of the shop; where nothing was, UTC and no hours.

    Raises:
        BadResponse: the file is damaged.
    """
    path = folder_path("path", folder) / SHOP
    return read_recorded(path, ShopFile) if path.is_file() else ShopFile()
