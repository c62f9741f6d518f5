"""One server for all end-to-end tests; a page without a past for each."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from ensure_browser import find
from ui.lab_page import LAPTOP, LabPage, OpenLab
from ui.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the app until the last test is done; whatever its log complains of is a failure."""
    server = Server(tmp_path_factory.mktemp("server") / "log")
    try:
        yield server
        assert server.process.poll() is None, server.log.read_text()
    finally:
        server.stop()
    assert server.trouble() == []


@pytest.fixture(scope="session")
def usual(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Return a browser context for all who ask for nothing special; each visit leaves it empty, but for its cache.

    It is that of a browser with a profile on disk, which keeps scripts compiled, as a student's does: to compile them
    anew is a fifth of the work of a visit.
    """
    context = chromium.browser_type.launch_persistent_context(
        tmp_path_factory.mktemp("profile"), executable_path=find(), viewport=LAPTOP
    )
    yield context  # with its first page left open: without any, the browser would end
    context.close()


@pytest.fixture
def visit(server: Server, chromium: Browser, usual: BrowserContext) -> Iterator[OpenLab]:
    """Return a function that opens the page, and fails the test on what went wrong in any of its visits.

    Its arguments are a query, None to go nowhere yet, and options of a browser context.
    """
    visits: list[LabPage] = []

    def visit(query: str | None = "", **options: Any) -> LabPage:
        visits.append(LabPage(chromium, server.origin, usual=None if visits else usual, **options))
        return visits[-1] if query is None else visits[-1].open(query)

    yield visit
    for each in visits:
        each.close()
    assert [problem for each in visits for problem in each.problems] == []
    assert [text for each in visits for text in each.dialogs] == []


@pytest.fixture
def lab(visit: OpenLab) -> LabPage:
    """Open the page as a first visitor does, on a laptop."""
    return visit()
