"""What the benchmarks count by: a slip here would make a figure look good that is not."""

import itertools
import re
from pathlib import Path

import pytest

from app.training import KEPT
from benchmarks.crowd import PAGES, SLIDERS, _values
from benchmarks.goals import GOALS, summary
from benchmarks.light import PERIOD, PING, TEXT, Moves, decode, encode
from benchmarks.memory import _counts
from benchmarks.report import Table

SIZES = (0, 1, 125, 126, 65_535, 65_536)


def served(payload: bytes, opcode: int = TEXT) -> bytes:
    """Return a frame as a server sends it, without a mask."""
    size = len(payload)
    long = b"" if size < 126 else size.to_bytes(2 if size < 1 << 16 else 8, "big")
    return bytes([0x80 | opcode, {0: size, 2: 126, 8: 127}[len(long)]]) + long + payload


@pytest.mark.parametrize("size", SIZES)
def test_a_frame_of_any_length_is_read_whole_however_it_comes(size: int) -> None:
    sent = served(b"x" * size) + served(b"", PING) + served(b"end")
    received, frames = bytearray(), []
    for start in range(0, len(sent), 1_000):
        received += sent[start : start + 1_000]
        frames += decode(received)
    assert frames == [(TEXT, b"x" * size), (PING, b""), (TEXT, b"end")]
    assert received == b""


@pytest.mark.parametrize("size", SIZES)
def test_a_client_masks_with_nothing_and_says_that_it_masks(size: int) -> None:
    frame, plain = encode(b"x" * size), served(b"x" * size)
    head = len(plain) - size
    assert frame[1] == plain[1] | 0x80
    assert frame[2 : head + 4] == plain[2:head] + bytes(4)
    assert frame[head + 4 :] == b"x" * size


def test_one_move_is_on_its_way_and_the_newest_event_wins() -> None:
    moves = Moves()
    assert [moves.event(at) for at in (0.0, 0.2, 0.4)] == [1, None, None]
    assert moves.answered(1, 0.5) == 2
    assert (moves.events, moves.sent) == (3, 2)
    assert moves.answered(2, 0.9) is None
    assert moves.event(1.0) == 3


def test_an_event_that_was_overtaken_waits_for_the_answer_to_the_newer_one() -> None:
    moves = Moves()
    for at in (0.0, 0.2, 0.4):
        moves.event(at)
    moves.answered(1, 0.5)
    assert moves.curve == [0.5]
    moves.answered(2, 0.9)
    assert moves.curve == pytest.approx([0.5, 0.7, 0.5])


def test_everything_is_there_with_the_last_part_after_the_curve() -> None:
    moves = Moves()
    moves.event(0.0)
    moves.trained(0.1)  # of a move before
    assert moves.everything == []
    moves.answered(1, 0.2)
    moves.event(0.25)
    assert moves.waits
    moves.trained(0.3)
    assert moves.everything == [0.3]
    assert moves.waits
    moves.answered(2, 0.4)
    moves.trained(0.5)
    assert moves.everything == pytest.approx([0.3, 0.25])
    assert not moves.waits


def test_no_value_of_the_slider_is_remembered_from_before() -> None:
    values = list(itertools.islice(_values(), round(60 / PERIOD)))
    assert all(len(set(values[n : n + KEPT])) == KEPT for n in range(len(values) - KEPT))


def test_the_page_with_the_schedule_alone_keeps_the_slider_and_its_tab() -> None:
    hidden = PAGES["schedule alone"]
    assert {"loss", "path", "figures", "toy"} <= set(hidden)
    assert set(SLIDERS).isdisjoint(hidden)


def test_the_last_count_of_sessions_since_then_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("[pid 1]   /app has 7 sessions with 7 unused\n")
    begin = log.stat().st_size
    assert _counts(log, begin) == []
    with log.open("a") as lines:
        lines.write("[pid 1]   /app has 3 sessions with 3 unused\n[pid 1]   /app has 0 sessions with 0 unused\n")
    assert _counts(log, begin) == [3, 0]


def test_the_summary_has_every_goal_and_one_miss_counts_against_it() -> None:
    one, other = Table("one", []), Table("other", [])
    one.find("held", "30 pictures a second", True)
    one.find("bytes", "T = 10,000: 1.00", True)
    other.find("bytes", "T = 1,000,000: 1.30", False)
    rows = {row[0]: row[1:] for row in summary([one, other]).rows}
    assert len(rows) == len(GOALS)
    assert rows[GOALS["held"][0]] == ["30 pictures a second", GOALS["held"][1], "met"]
    assert rows[GOALS["bytes"][0]] == ["T = 10,000: 1.00; T = 1,000,000: 1.30", GOALS["bytes"][1], "MISSED"]
    assert rows[GOALS["memory"][0]] == ["not measured", GOALS["memory"][1], ""]


def test_a_table_in_markdown_keeps_its_columns() -> None:
    table = Table("a | b", ["what", "ms"], ["A note."])
    table.add("x | y", 3, goal="≤ 4", met=True)
    assert table.markdown().splitlines() == [
        "## a | b",
        "",
        "| what | ms | goal | verdict |",
        "| --- | --- | --- | --- |",
        "| x \\| y | 3 | ≤ 4 | met |",
        "",
        "A note.",
    ]


def test_every_finding_is_of_a_goal() -> None:
    sources = [file.read_text() for file in (Path(__file__).parent / "benchmarks").glob("*.py")]
    assert {key for source in sources for key in re.findall(r'\.find\(\s*"(\w+)"', source)} == set(GOALS)
