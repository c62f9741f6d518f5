"""One lecture hall for all tests of it: nginx and three processes of the page."""

import os
from collections.abc import Iterator

import pytest

from ensure_nginx import find
from hall.process import Hall


@pytest.fixture(scope="session")
def nginx() -> str:
    """Return an nginx."""
    path = find()
    if not path and not os.environ.get("CI"):
        pytest.skip("no nginx: `make test` brings one where it may")
    assert path, "no nginx: `make test` brings one"
    return path


@pytest.fixture(scope="session")
def hall(nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Open a hall; it has to close in good order, and to have complained of nothing that the tests did not do."""
    hall = Hall(nginx, tmp_path_factory.mktemp("hall") / "log", "--backends", "3", "--grace", "1")
    try:
        yield hall
    finally:
        status = hall.stop()
    assert status == 0, hall.told
    assert [pid for pid, _port in hall.backends().values() if _runs(pid)] == []


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
