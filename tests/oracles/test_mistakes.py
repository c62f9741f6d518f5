"""Run the mistaken code in the real libraries, with the wrong line and with the right one, and compare every rate."""

import contextlib
import importlib.metadata
import importlib.util
import os
import sys
import types
import warnings

import numpy as np
import pytest

from oracles.comparison import TALLIES, Tally
from schedules.mistakes import MISTAKES

os.environ.setdefault("KERAS_BACKEND", "torch")  # else Keras looks for TensorFlow
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is to be fetched
pytest.importorskip("torch", reason="PyTorch is not installed")

pytestmark = pytest.mark.frameworks

PACKAGES = {"PyTorch": "torch", "Hugging Face": "transformers", "timm": "timm", "Keras": "keras", "optax": "optax"}
DOUBLE, SINGLE = 1e-9, 3e-7  # of the peak
every_mistake = pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)


@contextlib.contextmanager
def scheduler_alone():
    """Let timm.scheduler be imported without the rest of timm, which wants torchvision, and leave no trace of it."""
    package = types.ModuleType("timm")
    package.__path__ = list(importlib.util.find_spec("timm").submodule_search_locations)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in sys.modules if name.partition(".")[0] == "timm"]:
            patch.delitem(sys.modules, name)
        patch.setitem(sys.modules, "timm", package)
        yield
        for name in [name for name in sys.modules if name.startswith("timm.")]:
            del sys.modules[name]


@contextlib.contextmanager
def library(name):
    """Have a library ready for code that is pasted: timm without its models, optax in float64."""
    if importlib.util.find_spec(PACKAGES[name]) is None:
        pytest.skip(f"{name} is not installed")
    if name == "timm":
        with scheduler_alone():
            yield
    elif name == "optax":
        import jax  # noqa: PLC0415 - is there only where optax is

        with jax.enable_x64(True):
            yield
    else:
        yield


def run(mistake, code):
    """Return the rates that code fills in, and what it was warned of."""
    names = {"__name__": "pasted"}
    with library(mistake.library), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        exec(compile(code, f"<{mistake.key}>", "exec"), names)
    rates = np.asarray(names["rates"], dtype=np.float64)
    return rates, [str(warning.message) for warning in warned]


def compare(mistake, rates, ours, apart=0.0):
    assert rates.shape == ours.shape
    differences = np.abs(rates - ours) / mistake.intended.max()
    worst = int(np.argmax(differences))  # a NaN, if there is one
    version = importlib.metadata.version(PACKAGES[mistake.library])
    if not apart:
        tally = TALLIES.setdefault(("mistakes", f"{mistake.library} {version}"), Tally())
        tally.sets += 1
        tally.steps += differences.size
        tally.error = max(tally.error, float(differences[worst]))
    tolerance = SINGLE if mistake.library == "Keras" else DOUBLE
    assert differences[worst] <= tolerance + apart, f"update {worst}: {rates[worst]}, not {ours[worst]}"
    return differences[worst]


@every_mistake
def test_the_code_uses_the_mistaken_rates(mistake):
    rates, _ = run(mistake, mistake.code)
    compare(mistake, rates, mistake.buggy)


@every_mistake
def test_the_mended_code_uses_the_intended_rates(mistake):
    rates, warned = run(mistake, mistake.fixed_code)
    worst = compare(mistake, rates, mistake.intended, mistake.apart)
    assert worst >= 0.9 * mistake.apart  # what is said of the nearest family is no excuse
    assert not any("before `optimizer.step()`" in words for words in warned)


def test_pytorch_warns_of_one_of_them():
    _, warned = run(MISTAKES["step-before"], MISTAKES["step-before"].code)
    assert any("before `optimizer.step()`" in words for words in warned)
