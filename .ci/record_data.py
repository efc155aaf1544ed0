"""Records data/dealership anew: the invented dealership with 40 leads, each body as the sandbox sends it."""

import shutil
from pathlib import Path

import leadkit as lk
from leadkit.sandbox import Sandbox
from leadkit.shop_file import keep_shop

FOLDER = Path(__file__).parent.parent / "data" / "dealership"
PORT = 8350  # a fixed one, since the sidecars hold the addresses


def record(folder: Path, port: int) -> None:
    """Fetch every table once and keep the bodies."""
    with Sandbox(seed=7, leads=40, port=port) as sandbox:
        dealership = sandbox.dealership
        ebay = lk.Ebay(
            sandbox.token,
            base_url=sandbox.url,
            account="demo",
            sellers=dealership.sellers,
            max_parallel=1,
            record=folder,
            clock=dealership.now,
        )
        crm = lk.LeadSquared(
            sandbox.access_key,
            sandbox.secret_key,
            base_url=sandbox.url,
            account="demo",
            record=folder,
            clock=dealership.now,
        )
        with ebay, crm:
            ebay.leads(start="2026-08-01", end="2026-11-01", include_messages=True)
            ebay.messages(ebay.conversations("ALL", start="2026-08-01"))
            ebay.mail(folder=(0, 1), bodies=True)
            ebay.folders()
            crm.leads(dealership.crm_ids)
        keep_shop(folder, zone=dealership.zone, hours=dealership.hours)


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    record(FOLDER, PORT)
