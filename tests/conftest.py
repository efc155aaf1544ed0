"""What holds for every test: no real account, no user's cache or login, and properties without a stopwatch."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "leadkit",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=50,
    derandomize="CI" in os.environ,
    print_blob=True,
)
settings.load_profile("leadkit")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell starts so what it runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests press Ctrl-C


@pytest.fixture(autouse=True, scope="session")
def _no_account_of_the_developer(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("LEADKIT_EBAY_", "LEADKIT_LEADSQUARED_"))]:
            patch.delenv(name)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))  # where a login would be
        yield
