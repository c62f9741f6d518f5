import pytest

from oracles.comparison import TALLIES

HEAD = ("family", "framework", "parameter sets", "steps compared", "largest error / peak")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not TALLIES:
        return
    rows = [HEAD]
    for (family, framework), tally in sorted(TALLIES.items()):
        rows.append((family, framework, f"{tally.sets:,}", f"{tally.steps:,}", f"{tally.error:.1e}"))
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    terminalreporter.section("the engine against other people's schedules")
    for row in rows:
        words = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
        figures = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        terminalreporter.write_line(" | ".join([*words, *figures]))
