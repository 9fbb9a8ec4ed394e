"""What the tests of the API share: no proxy and no CA from outside, and a clock that does not wait."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from migrator.live.client import Client, Clock, Patience
from migrator.live.host import ApiToken, CircleciHost

if TYPE_CHECKING:
    from tests.live.fake import Fake

TOKEN = "personal-5f1c0ffee"
QUICK = Patience(connect=2, read=0.4, whole=5)


class FakeClock:
    """Time that goes by only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def time(self) -> float:
        return self.now

    @property
    def clock(self) -> Clock:
        return Clock(self.time, self.time, self.sleep)


@pytest.fixture(autouse=True)
def nobodys_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith("SSL_CERT")]:
        monkeypatch.delenv(name)


@pytest.fixture
def time() -> FakeClock:
    return FakeClock()


def client_of(server: Fake, time: FakeClock, patience: Patience = QUICK) -> Client:
    return Client(CircleciHost(server.origin), ApiToken(TOKEN, "CIRCLE_TOKEN"), time.clock, patience)
