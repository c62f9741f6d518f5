"""Mistakes: what each gives by a plain loop, where it parts from the intended curve, and in which thread it was met."""

import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schedules
from schedules import FAMILIES
from schedules.mistakes import MISTAKES, Mistake, Thread, first_difference
from schedules.mistakes.mistake import collect, threads
from schedules.remakes import REMAKES, remade, remakes_of, title_of
from strategies import params_of, rounding

every_mistake = pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
LIBRARIES = ["PyTorch", "Hugging Face", "timm", "Keras", "optax"]

# The threads of the fact sheet's fourth section, with whole names, and behind the bar those that were read besides.
READ = """
pytorch/pytorch#65417 Lightning-AI/pytorch-lightning#5631 Lightning-AI/pytorch-lightning#6948 ageron/handson-mlp#28
pytorch/pytorch#91765 pytorch/pytorch#91853 pytorch/pytorch#38170 huggingface/diffusers#1650 MenghaoGuo/PCT#26
bigmb/Unet-Segmentation-Pytorch-Nest-of-Unets#14 deepcam-cn/FaceQuality#10 pytorch/pytorch#40971 tracel-ai/burn#5128
pytorch/pytorch#47560 pytorch/pytorch#95122 pytorch/pytorch#22542 katsura-jp/pytorch-cosine-annealing-with-warmup#4
pytorch/pytorch#62640 pytorch/pytorch#80308 pytorch/pytorch#67586 pytorch/pytorch#129565 Noble-Lab/casanovo#249
pytorch/pytorch#65342 pytorch/pytorch#60265 Lightning-AI/pytorch-lightning#5455 huggingface/transformers#27749
pytorch/pytorch#20124 deepspeedai/DeepSpeed#1120 JDAI-CV/fast-reid#501 google-research/bert#1293
google-research/big_transfer#58 meta-pytorch/torchtune#2010 verl-project/verl#3674 pytorch/torchtitan#1261
huggingface/pytorch-image-models#1242 huggingface/pytorch-image-models#2312 huggingface/pytorch-image-models#353
huggingface/pytorch-image-models#2745 huggingface/pytorch-image-models#2753 huggingface/pytorch-image-models#1251
huggingface/transformers#20552 huggingface/transformers#29852 huggingface/diffusers#1232 huggingface/diffusers#3195
huggingface/transformers#4940 huggingface/accelerate#963 huggingface/accelerate#1382 huggingface/accelerate#2926
huggingface/diffusers#3954 Lightning-AI/pytorch-lightning#12894 google-deepmind/optax#415 google-deepmind/optax#1744
google-deepmind/optax#835 google-deepmind/optax#1032 keras-team/keras#21772 keras-team/keras#15288
ageron/handson-ml3#206 tensorflow/tensorflow#52529 OpenNMT/OpenNMT-tf#378
| tracel-ai/burn#5124 microsoft/Swin-Transformer#277 marin-community/levanter#124
"""
PULLS = [
    *("Noble-Lab/casanovo#249", "pytorch/torchtitan#1261", "huggingface/transformers#4940", "ageron/handson-ml3#206"),
    *(f"huggingface/pytorch-image-models#{number}" for number in (1251, 2312, 2745, 2753)),
    *("google-deepmind/optax#1032", "google-deepmind/optax#1744", "marin-community/levanter#124"),
]


# What is said of each.


def test_there_are_enough_of_them_from_every_library() -> None:
    assert len(MISTAKES) >= 14
    assert {mistake.library for mistake in MISTAKES.values()} == set(LIBRARIES)
    assert list(dict.fromkeys(mistake.library for mistake in MISTAKES.values())) == LIBRARIES
    for what in ("title", "label", "story", "cure", "code"):
        assert len({getattr(mistake, what) for mistake in MISTAKES.values()}) == len(MISTAKES)


@every_mistake
def test_a_mistake_is_told_in_full(mistake: Mistake) -> None:
    assert MISTAKES[mistake.key] is mistake
    assert mistake.key == mistake.key.lower().replace("_", "-")
    assert mistake.key.replace("-", "").isalpha()
    assert mistake.key not in REMAKES
    assert not mistake.title.endswith(".")
    assert mistake.label[0].islower()
    sentences = mistake.story.count(". ") + mistake.story.count(": ") + 1
    assert mistake.story.endswith(".")
    assert 2 <= sentences <= 6
    assert mistake.cure.endswith(".")
    assert bool(mistake.nearest) == bool(mistake.apart)


@every_mistake
def test_every_thread_is_one_that_was_read(mistake: Mistake) -> None:
    assert mistake.threads
    for thread in mistake.threads:
        assert thread.name in READ.split()
        kind = "pull" if thread.name in PULLS else "issues"
        assert thread.url == f"https://github.com/{thread.repository}/{kind}/{thread.number}"


def test_references_are_read_or_refused() -> None:
    assert threads("a/b#1 c-d/e.f!22") == (Thread("a/b", 1), Thread("c-d/e.f", 22, pull=True))
    for text in ("a#1", "a/b", "a/b#", "a/b#x", "https://github.com/a/b/issues/1"):
        with pytest.raises(ValueError, match="is no reference"):
            threads(text)


@every_mistake
def test_the_code_is_short_has_one_wrong_line_and_compiles_either_way(mistake: Mistake) -> None:
    assert 6 <= len(mistake.lines) <= 14
    assert max(len(line) for line in (*mistake.lines, mistake.fixed_line)) <= 92
    assert mistake.lines[mistake.wrong_line] == mistake.wrong
    assert mistake.fixed_line != mistake.wrong
    fixed = mistake.fixed_code.splitlines()
    assert [n for n, line in enumerate(mistake.lines) if line != fixed[n]] == [mistake.wrong_line]
    for code in (mistake.code, mistake.fixed_code):
        names = compile(code, mistake.key, "exec").co_names
        assert "rates" in names


def test_what_contradicts_itself_is_refused() -> None:
    good = MISTAKES["per-epoch"]
    for changes, reason in (
        ({}, "exists already"),
        ({"key": "other", "wrong": "nowhere"}, "not one line"),
        ({"key": "other", "values": {"T": 5}}, "not those of one_cycle"),
        ({"key": "other", "values": {**good.values, "eta_max": -1.0}}, "not allowed"),
    ):
        fields = {name: getattr(good, name) for name in good.__dataclass_fields__} | changes
        with pytest.raises(ValueError, match=reason):
            collect((good, Mistake(**fields)))


# The curves.


@every_mistake
def test_the_curves_part_and_the_first_difference_is_found_by_looking(mistake: Mistake) -> None:
    intended, buggy = mistake.intended, mistake.buggy
    assert (buggy.shape, buggy.dtype) == (intended.shape, intended.dtype)
    far = [t for t in range(intended.size) if abs(buggy[t] - intended[t]) > 1e-9 * max(intended)]
    assert first_difference(mistake) == far[0]
    assert mistake.differing.tolist() == far
    assert mistake.largest_difference == max(abs(b - i) for b, i in zip(buggy, intended, strict=True)) / max(intended)
    assert mistake.largest_difference >= 0.05  # enough to be seen
    assert mistake.largest_difference > 20 * mistake.apart
    assert buggy.max() <= intended.max() * (1 + 1e-12)  # what bears the one bears the other
    np.testing.assert_array_equal(intended, schedules.curve(mistake.family, **mistake.values))
    for lr in (intended, buggy):
        with pytest.raises(ValueError, match="read-only"):
            lr[0] = 1.0


def test_a_mistake_without_a_difference_has_no_first_one() -> None:
    fields = {name: getattr(MISTAKES["resumed"], name) for name in Mistake.__dataclass_fields__}
    harmless = Mistake(**{**fields, "values": {"T": 400, "Tw": 0, "eta_max": 0.1}})
    assert first_difference(harmless) is None
    assert harmless.largest_difference == 0


def cosine(u: float, low: float = 0.0) -> float:
    return low + (0.1 - low) * (1 + math.cos(math.pi * u)) / 2


def test_each_curve_is_that_of_a_plain_loop() -> None:
    """Figures and loops written here from what the code says, not from what the engine does."""
    lr = {key: mistake.buggy.tolist() for key, mistake in MISTAKES.items()}
    assert lr["per-epoch"] == [MISTAKES["per-epoch"].intended[t // 100] for t in range(1000)]
    assert lr["climbs-again"] == pytest.approx([cosine(t / 200, 0.01) for t in range(400)])
    assert lr["climbs-again"][200] == 0.01
    assert lr["endless-t-max"] == pytest.approx([0.1] * 400)
    assert lr["chained-multiplies"] == pytest.approx([0.1 * min(1, (t + 1) / 150) * 0.994**t for t in range(600)])
    assert max(lr["chained-multiplies"]) == pytest.approx(0.0408, abs=1e-4)
    assert lr["chained-overwrites"] == pytest.approx([cosine(t % 150 / 150, 0.001) for t in range(550)])
    assert lr["resumed"] == pytest.approx([0.1 * min(1, (t + 1) / 10) / (10 if t >= 200 else 1) for t in range(400)])
    assert lr["step-before"] == pytest.approx([0.1 * 0.85 ** (t + 1) for t in range(40)])
    assert lr["warmup-from-zero"] == pytest.approx([0.1 * min(1, t / 8) for t in range(40)])
    assert lr["accumulation"] == pytest.approx([0.1 * max(0, 1 - (4 * t + 3) / 500) for t in range(500)])
    assert lr["no-restarts"] == pytest.approx([cosine(t / 800) for t in range(800)])
    ramp = [0.1 * (t + 1) / 150 for t in range(150)]
    assert lr["clock-from-zero"] == pytest.approx([*ramp, *(0.1 * (1 - t / 499) for t in range(150, 500))])
    ramp = [0.1 * (t + 1) / 200 for t in range(199)]
    prefix = [cosine(min(1, t / 400), 0.001) for t in range(199, 600)]
    assert lr["warmup-prefix"] == pytest.approx([*ramp, *prefix])
    assert lr["warmup-prefix"][198:200] == pytest.approx([0.0995, 0.0509], abs=1e-4)
    assert lr["cut-short"] == pytest.approx([*ramp, *(cosine((t - 199) / 600, 0.001) for t in range(199, 600))])
    assert lr["early-milestones"] == pytest.approx([0.1] * 9 + [0.03] * 10 + [0.009] * 6)
    peaks = [0.1 * 0.1 ** (t // 200) for t in range(600)]
    sinking = [0.03 + (peak - 0.03) * (1 + math.cos(math.pi * (t % 200) / 200)) / 2 for t, peak in enumerate(peaks)]
    assert lr["sinking-peaks"] == pytest.approx(sinking)
    assert lr["one-long-cycle"] == pytest.approx([cosine(t / 700) for t in range(700)])
    assert lr["alpha-is-a-share"] == pytest.approx([cosine(t / 499, 0.002) for t in range(500)])
    assert lr["boundaries-beyond"] == [0.1] * 600
    ramp.append(0.1)
    assert lr["warmup-twice"] == pytest.approx([*ramp, *(cosine(min(1, k / 200), 0.005) for k in range(400))])
    assert lr["count-from-one"] == pytest.approx([0.1 * (1 - (t + 1) / 20) for t in range(20)])
    whole, length, k = [], 10, 0
    for _ in range(340):
        whole.append(cosine(k / length))
        k += 1
        if k == length:
            k, length = 0, int(1.5 * length)
    assert lr["whole-lengths"] == pytest.approx(whole)
    assert np.flatnonzero(np.array(lr["whole-lengths"]) == 0.1).tolist() == [0, 10, 25, 47, 80, 129, 202, 311]
    assert len(lr) == 21  # none is left out above


@every_mistake
@given(data=st.data())
def test_any_legal_values_give_a_curve(mistake: Mistake, data: st.DataObject) -> None:
    values = data.draw(params_of(FAMILIES[mistake.family], longest=1_200))
    lr = mistake.rates(values)
    assert (lr.shape, lr.dtype) == ((values["T"],), np.float64)
    assert np.isfinite(lr).all()
    highest = max(values["eta_max"], values.get("eta_min", 0.0), values.get("eta_min", 0.0) * values["eta_max"])
    assert lr.min() >= -rounding(values)
    assert lr.max() <= highest + rounding(values)
    np.testing.assert_array_equal(lr, mistake.rates(values))


@every_mistake
@pytest.mark.parametrize(
    "extreme", [{"cycle_length": 1, "restart_mult": 1.0}, {"cycle_length": 1, "restart_mult": 2.0}, {"Tw": 500_000}, {}]
)
def test_the_longest_run_is_made_at_once(mistake: Mistake, extreme: dict[str, Any]) -> None:
    family = FAMILIES[mistake.family]
    values = family.validate({"T": 1_000_000} | {name: value for name, value in extreme.items() if family.has(name)})
    start = time.process_time()
    lr = mistake.rates(values)
    assert np.isfinite(lr).all()
    assert time.process_time() - start < 5  # some hundredths, on a machine at ease


@every_mistake
def test_values_that_are_not_legal_are_refused(mistake: Mistake) -> None:
    for values in ({"T": 0}, {"nonsense": 1}):
        with pytest.raises(ValueError, match=r"not allowed|no such parameter"):
            mistake.rates(values)


# As something that is made of a curve.


@pytest.mark.parametrize("family", FAMILIES)
def test_a_mistake_can_be_made_of_its_family_alone(family: str) -> None:
    values = FAMILIES[family].validate({"T": 60})
    lr = schedules.curve(family, **values)
    own = {key for key, mistake in MISTAKES.items() if mistake.family == family}
    assert list(remakes_of(family)) == [*REMAKES, *(key for key in MISTAKES if key in own)]
    for key, title in remakes_of(family).items():
        assert title == title_of(key)
        expected = MISTAKES[key].rates(values) if key in own else REMAKES[key](lr)
        np.testing.assert_array_equal(remade(key, family, values, lr), expected)
    for key in [*(MISTAKES.keys() - own), "", "nonsense"]:
        with pytest.raises(ValueError, match="cannot be made of"):
            remade(key, family, values, lr)
