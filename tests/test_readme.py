"""What README.md shows is true."""

import doctest
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import schedules
from schedules import spec

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def added(tmp_path: Path) -> Iterator[str]:
    """Declare the README's example family as if it stood at the end of `families.py`; take it out again."""
    families = Path(schedules.families.__file__)
    block = next(block for block in BLOCKS if block.startswith("@family"))
    head = families.read_text(encoding="utf-8").partition("\n@family(")[0]  # the imports and the shared parameters
    module = tmp_path / "with_one_more.py"
    module.write_text(f"{head}\n\n{block}", encoding="utf-8")
    loaded = importlib.util.spec_from_file_location("with_one_more", module)
    assert loaded
    assert loaded.loader
    sys.modules["with_one_more"] = importlib.util.module_from_spec(loaded)
    before = set(schedules.FAMILIES)
    loaded.loader.exec_module(sys.modules["with_one_more"])
    (key,) = set(schedules.FAMILIES) - before
    yield key
    del spec._REGISTRY[key], sys.modules["with_one_more"]


def test_the_block_that_adds_a_schedule_adds_one(added: str) -> None:
    lr = schedules.curve(added, T=1000, Tw=100, eta_max=0.1)
    assert lr[99] == lr[100] == 0.1
    assert np.all(np.diff(lr[100:]) < 0)
    assert r"\gamma" in schedules.FAMILIES[added].formula
    assert schedules.describe(added).startswith("Rises for 500 updates to 3e-4, then falls along half a bell curve")
    assert [event.kind for event in schedules.events(added, T=1000, Tw=100)] == ["peak", "warmup_end", "end"]


def test_the_lines_on_the_engine_do_what_they_say() -> None:
    block = next(block for block in BLOCKS if "import schedules" in block)
    names: dict[str, object] = {}
    exec(block, names)
    assert np.array_equal(names["lr"], schedules.curve("warmup_cosine"))  # type: ignore[arg-type]
    assert eval("schedules.warmup_cosine(499)", names) == 0.0003
    assert eval('schedules.restarts("sgdr", T=1000, Tw=0, cycle_length=100, restart_mult=2)', names).tolist() == [
        100,
        300,
        700,
    ]


def test_the_lines_on_training_do_what_they_say() -> None:
    block = next(block for block in BLOCKS if "schedules.expect(" in block)
    names: dict[str, object] = {"schedules": schedules, "lr": schedules.curve("warmup_cosine")}
    exec(block, names)


def test_the_package_does_what_its_own_words_show() -> None:
    assert doctest.testmod(schedules) == (0, 6)


def test_every_file_that_is_named_is_there() -> None:
    root = Path(__file__).parents[1]
    for name in re.findall(r"`((?:[\w.]+/)+[\w.]*)`", README) + re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (root / name).exists(), name
