"""The bodies that decoding CRM leads is measured on: pages of an invented dealership, as the API would send them.

``python -m benchmarks.crm_body LEADS SIZE FOLDER`` makes them in a process of its own, as `body` does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.timing import python

KNOWN = [
    "ProspectID",
    "ProspectAutoId",
    "CreatedOn",
    "ModifiedOn",
    "ProspectStage",
    "FirstName",
    "LastName",
    "EmailAddress",
    "Phone",
    "OwnerIdEmailAddress",
    "CompanyType",
]
OTHERS = ["mx_Store", "mx_Item_ID", "mx_Notes"]


def made(leads: int, size: int, folder: Path) -> list[bytes]:
    """So many leads in pages of this size."""
    python("-m", "benchmarks.crm_body", str(leads), str(size), str(folder))
    return [file.read_bytes() for file in sorted(folder.glob("crm-*.json"))]


def main() -> None:
    from leadkit.sandbox import Dealership, crm_body  # noqa: PLC0415 - for the child only: whoever asks stays small

    leads, size, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    dealership = Dealership(seed=7, leads=leads + leads // 6)  # one lead in ten never reached the CRM
    ids = list(dealership.crm.leads)[:leads]
    for page in range(1, -(-leads // size) + 1):
        (folder / f"crm-{page:04d}.json").write_bytes(crm_body(dealership, ids, [*KNOWN, *OTHERS], page, size))


if __name__ == "__main__":
    main()
