"""Paste the exported code into the real libraries, train with it, and compare each rate that is used."""

import functools
import importlib.metadata
import importlib.util
import io
import json
import os
import random
import subprocess
import sys
import types

import numpy as np
import pytest

import schedules
from oracles.comparison import TALLIES, Tally
from schedules.spec import FAMILIES, variants

os.environ.setdefault("KERAS_BACKEND", "torch")  # else Keras looks for TensorFlow
os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is to be fetched
torch = pytest.importorskip("torch", reason="PyTorch is not installed")

pytestmark = pytest.mark.frameworks

DOUBLE, SINGLE = 1e-12, 1e-6  # of the peak
LONGEST = 300
RUNS = (  # T and Tw
    *((1, 0), (1, 1), (1, 4), (2, 0), (2, 1), (2, 2), (3, 1), (10, 0), (10, 1), (10, 8), (10, 9), (10, 10), (10, 15)),
    *((37, 7), (100, 0), (100, 10), (250, 249), (300, 0), (300, 1), (300, 100)),
)
USUAL = {  # values of parameters that meet edges
    "eta_max": (1.0, 0.1, 3e-4, 1e-12, 1000.0),
    "cycle_length": (1, 2, 3, 7, 10, 49, 50, 100, 5000),
    "restart_mult": (1.0, 1.0, 2.0, 3.0, 1.1, 1.25, 1.5, 100.0),
    "gamma": (0.0, 0.1, 0.5, 0.9, 0.97, 0.9997, 1.0),
    "drop_every": (1, 3, 49, 100, 5000),
    "power": (0.0, 0.5, 1.0, 2.0, 3.7),
    "pct_start": (0.0, 0.01, 0.1, 0.25, 0.3, 0.99),
    "cooldown": (0.0, 0.1, 0.2, 0.5, 1.0),
    "div_factor": (1.0, 25.0),
    "final_div_factor": (1.0, 1e4),
}
MORE = {  # what few lots would hit
    "sgdr": [
        {"T": T, "Tw": 0, "eta_max": 0.3, "eta_min": eta_min, "cycle_length": 30, "restart_mult": restart_mult}
        for T in (30, 120, 210)
        for eta_min in (0.0, 0.01)
        for restart_mult in (1.0, 2.0)
    ],
    "warmup_linear": [{"T": T, "Tw": 0, "eta_max": 0.3, "eta_min": 0.0} for T in (1, 2, 100)],
    "step": [{"T": 200, "Tw": 0, "gamma": gamma, "drop_every": s} for gamma in (0.0, 0.3, 0.97) for s in (25, 49, 199)],
}
DRAWN = 25
AFTER = 5  # updates after the run


@functools.cache
def sets_of(key):
    """Return checked parameter sets: every run with values by lot, sets drawn by lot, all in each choice."""
    lot, family = random.Random(key), FAMILIES[key]
    runs = [*RUNS, *((T, lot.randint(0, T + 3)) for T in (lot.randint(1, LONGEST) for _ in range(DRAWN)))]
    found = []
    for number, (T, Tw) in enumerate(runs):
        values = {"T": T, "Tw": Tw}
        for param in family.params:
            values.setdefault(param.name, drawn(param, lot, usual=number < len(RUNS)))
        if "eta_min" in values:
            share = lot.choice((0.0, 0.0, 0.1, lot.uniform(0, 1), 1.0, 20.0))
            values["eta_min"] = min(1000.0, values["eta_max"] * share)
        for variant in variants(family):
            every = {p.name: {**values, **variant}[p.name] for p in family.params}
            if not family.conflict(**every):
                found.append(family.validate(every))
    found += [family.validate(values) for values in MORE.get(key, [])]
    return list({tuple(values.items()): values for values in found}.values())


def drawn(param, lot, usual):
    if param.kind == "choice":
        return param.default
    if usual and param.name in USUAL:
        return lot.choice(USUAL[param.name])
    low, high = param.reach or param.bounds
    if param.kind == "steps":
        return lot.randint(1, LONGEST)
    if param.scale == "near_one":
        return 1 - 10 ** lot.uniform(-5, -1)
    return 10 ** lot.uniform(np.log10(low), np.log10(high)) if param.scale == "log" else lot.uniform(low, high)


every_family = pytest.mark.parametrize("key", FAMILIES)


def pasted(target, key, values):
    """Return the names that the code defines, and as `held` for how many updates after the run the last rate holds."""
    code = schedules.export_code(target, key, **values)
    names = {"__name__": "pasted", "held": 0 if "the last rate does not hold" in code else AFTER}
    exec(compile(code, f"<{target} {key} {values}>", "exec"), names)
    return names


def compare(name, key, values, rates, tolerance, held=0):
    """Fail if the rates of a run, and of `held` updates after it, differ from the engine's."""
    ours = schedules.curve(key, **values)
    ours = np.append(ours, np.full(held, ours[-1]))
    assert rates.shape == ours.shape
    peak = max(values["eta_max"], values.get("eta_min", 0.0))
    differences = np.abs(rates - ours) / peak
    worst = int(np.argmax(differences))  # a NaN, if there is one
    tally = TALLIES.setdefault((f"{key}, as code", name), Tally())
    tally.sets += 1
    tally.steps += differences.size
    tally.error = max(tally.error, float(differences[worst]))
    assert differences[worst] <= tolerance, f"{key}({values}), update {worst}: {rates[worst]}, not {ours[worst]}"


# PyTorch and what steps like it


def optimizer():
    """Return one with two groups, built with rates that the code must not care about."""
    one, other = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
    return torch.optim.SGD([{"params": [one]}, {"params": [other], "lr": 123.0}], lr=0.0456)


def used(stepped, advance, steps, start=0):
    """Return the rates of the updates that follow, stepping after each as the code's comment says."""
    rates = np.empty(steps)
    for t in range(start, start + steps):
        first, second = (group["lr"] for group in stepped.param_groups)
        assert first == second
        rates[t - start] = first
        stepped.step()
        advance(t)
    return rates


PYTORCH = f"PyTorch {torch.__version__}"


@every_family
def test_pytorch_uses_the_engines_rates(key):
    for values in sets_of(key):
        stepped, code = optimizer(), pasted("pytorch", key, values)
        scheduler, held = code["make_scheduler"](stepped), code["held"]
        rates = used(stepped, lambda _, s=scheduler: s.step(), values["T"] + held)
        compare(PYTORCH, key, values, rates, DOUBLE, held)


@every_family
def test_hugging_face_uses_the_engines_rates(key):
    transformers = pytest.importorskip("transformers", reason="Hugging Face transformers is not installed")
    for values in sets_of(key):
        stepped, code = optimizer(), pasted("huggingface", key, values)
        scheduler, held = code["make_scheduler"](stepped), code["held"]
        rates = used(stepped, lambda _, s=scheduler: s.step(), values["T"] + held)
        compare(f"Hugging Face {transformers.__version__}", key, values, rates, DOUBLE, held)


RESUMED = {"T": 120, "Tw": 20, "cycle_length": 30, "drop_every": 25, "eta_max": 0.5, "eta_min": 0.02}
WITHOUT_WARMUP = RESUMED | {"Tw": 0, "restart_mult": 1.0}


@every_family
@pytest.mark.parametrize("target", ["pytorch", "huggingface"])
@pytest.mark.parametrize("given", [RESUMED, RESUMED | {"restart_mult": 1.5}, WITHOUT_WARMUP], ids=str)
@pytest.mark.parametrize("saved_at", [20, 61])
def test_a_run_resumes_where_it_was_saved(key, target, given, saved_at):
    if target == "huggingface":
        pytest.importorskip("transformers", reason="Hugging Face transformers is not installed")
    values = FAMILIES[key].validate({name: value for name, value in given.items() if FAMILIES[key].has(name)})
    make_scheduler = pasted(target, key, values)["make_scheduler"]
    first = optimizer()
    scheduler = make_scheduler(first)
    before = used(first, lambda _: scheduler.step(), saved_at)
    file = io.BytesIO()
    torch.save([first.state_dict(), scheduler.state_dict()], file)
    file.seek(0)
    states = torch.load(file)
    second = optimizer()
    again = make_scheduler(second)
    second.load_state_dict(states[0])
    again.load_state_dict(states[1])
    after = used(second, lambda _: again.step(), values["T"] - saved_at)
    ours = schedules.curve(key, **values)
    assert np.append(before, after) == pytest.approx(ours, rel=0, abs=DOUBLE)


@pytest.mark.parametrize("key", ["warmup_cosine", "inverse_sqrt", "triangular", "one_cycle"])
def test_an_optimizer_that_had_a_scheduler_before_takes_a_new_one(key):
    values = FAMILIES[key].validate({"T": 50})
    stepped = optimizer()
    torch.optim.lr_scheduler.StepLR(stepped, 1, 0.5)
    scheduler = pasted("pytorch", key, values)["make_scheduler"](stepped)
    rates = used(stepped, lambda _: scheduler.step(), 50)
    assert rates == pytest.approx(schedules.curve(key, **values), rel=0, abs=DOUBLE * values["eta_max"])


@pytest.mark.parametrize("key", ["warmup_linear", "range_test"])
def test_rates_made_one_from_another_do_not_drift_in_long_runs(key):
    T = 100_000  # the longest run for which these are stock schedulers
    given = {"T": T, "Tw": T // 20, "eta_max": 0.3, "eta_min": 1e-4}
    values = FAMILIES[key].validate({name: value for name, value in given.items() if FAMILIES[key].has(name)})
    stepped = optimizer()
    scheduler = pasted("pytorch", key, values)["make_scheduler"](stepped)
    assert not isinstance(scheduler, torch.optim.lr_scheduler.LambdaLR)
    compare(PYTORCH, key, values, used(stepped, lambda _: scheduler.step(), T), DOUBLE)


# timm


@pytest.fixture(scope="module")
def timm():
    """Let the pasted code import timm.scheduler without the rest of timm, which wants torchvision."""
    spec = importlib.util.find_spec("timm")
    if spec is None:
        pytest.skip("timm is not installed")
    package = types.ModuleType("timm")
    package.__path__ = list(spec.submodule_search_locations)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in sys.modules if name.partition(".")[0] == "timm"]:
            patch.delitem(sys.modules, name)
        patch.setitem(sys.modules, "timm", package)
        yield f"timm {importlib.metadata.version('timm')}"
        for name in [name for name in sys.modules if name.startswith("timm.")]:
            del sys.modules[name]


@every_family
def test_timm_uses_the_engines_rates(key, timm):
    for values in sets_of(key):
        stepped, code = optimizer(), pasted("timm", key, values)
        scheduler, held = code["make_scheduler"](stepped), code["held"]
        rates = used(stepped, lambda t, s=scheduler: s.step_update(num_updates=t + 1), values["T"] + held)
        compare(timm, key, values, rates, DOUBLE, held)


@pytest.mark.usefixtures("timm")
@pytest.mark.parametrize("key", ["warmup_cosine", "constant"])
def test_timm_keeps_the_scale_of_a_layer_and_does_not_step_per_epoch(key):
    values = FAMILIES[key].validate({"T": 50, "Tw": 5, "eta_max": 1.0})
    stepped = optimizer()
    stepped.param_groups[1]["lr_scale"] = 0.25
    scheduler = pasted("timm", key, values)["make_scheduler"](stepped)
    scheduler.step_update(3)
    scheduler.step(1)
    assert [group["lr"] for group in stepped.param_groups] == pytest.approx([0.8, 0.2])


# optax


def optax_compare(name, key, values, tolerance, compiled):
    jax = sys.modules["jax"]
    code = pasted("optax", key, values)
    size = LONGEST + AFTER  # jax compiles for each number of steps
    schedule = jax.jit(code["schedule"]) if compiled else code["schedule"]
    rates = np.broadcast_to(np.asarray(schedule(jax.numpy.arange(size)), dtype=np.float64), size)
    name = f"{name}, compiled" if compiled else name
    compare(name, key, values, rates[: values["T"] + code["held"]], tolerance, code["held"])


@pytest.fixture(scope="module")
def optax():
    pytest.importorskip("jax", reason="jax is not installed")
    return pytest.importorskip("optax", reason="optax is not installed")


@every_family
def test_optax_uses_the_engines_rates(key, optax):
    jax = sys.modules["jax"]
    name = f"optax {optax.__version__}"
    for number, values in enumerate(sets_of(key)):
        with jax.enable_x64(True):
            optax_compare(f"{name} (float64)", key, values, DOUBLE, number % 8 == 0)
        if number % 3 == 0:
            optax_compare(name, key, values, SINGLE, number % 4 == 0)


@every_family
def test_an_optax_optimizer_takes_the_schedule(key, optax):
    jax = sys.modules["jax"]
    values = FAMILIES[key].validate({"T": 20, "eta_max": 0.5} | ({"Tw": 5} if FAMILIES[key].has("Tw") else {}))
    optimizer = optax.sgd(learning_rate=pasted("optax", key, values)["schedule"])
    weight = jax.numpy.zeros(())
    state = optimizer.init(weight)
    update = jax.jit(optimizer.update)
    rates = []
    for _ in range(20):
        change, state = update(jax.numpy.ones(()), state)
        rates.append(-float(change))
    compare(f"optax {optax.__version__}, trained", key, values, np.array(rates), SINGLE)


# Keras


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras", reason="Keras is not installed")


def keras_read(schedule, steps):
    if isinstance(schedule, sys.modules["keras"].optimizers.schedules.PiecewiseConstantDecay):
        return np.array([float(schedule(t)) for t in steps.tolist()])  # this one takes a single step at a time
    return np.asarray(schedule(steps).cpu().numpy(), dtype=np.float64)


@every_family
def test_keras_uses_the_engines_rates(key, keras):
    for values in sets_of(key):
        code = pasted("keras", key, values)
        held = code["held"]
        rates = keras_read(code["schedule"], np.arange(values["T"] + held))
        compare(f"Keras {keras.__version__} (float32)", key, values, rates, SINGLE, held)


@every_family
@pytest.mark.parametrize("Tw", [0, 5])
def test_a_keras_optimizer_takes_the_schedule_and_saves_it(key, Tw, keras):
    given = {"T": 20, "Tw": Tw, "eta_max": 0.5, "drop_every": 7, "gamma": 0.9}
    values = FAMILIES[key].validate({name: value for name, value in given.items() if FAMILIES[key].has(name)})
    schedule = pasted("keras", key, values)["schedule"]
    optimizer = keras.optimizers.SGD(learning_rate=schedule)
    optimizer = keras.optimizers.SGD.from_config(optimizer.get_config())
    weight = keras.Variable(0.0)
    optimizer.build([weight])
    rates = []
    for _ in range(20):
        before = float(weight.value.detach())
        optimizer.apply([keras.ops.convert_to_tensor(1.0)])
        rates.append(before - float(weight.value.detach()))
    compare(f"Keras {keras.__version__}, trained", key, values, np.array(rates), 2e-5)


COMPILED_KERAS = """
import json, sys, warnings
warnings.simplefilter("error")
import jax, numpy as np
answers = []
for code in json.load(sys.stdin):
    names = {"__name__": "pasted"}
    exec(code, names)
    read = jax.jit(names["schedule"])
    answers.append([float(read(t)) for t in range(60)])
json.dump(answers, sys.stdout)
"""


def test_keras_on_jax_compiles_the_same_rates(keras):
    pytest.importorskip("jax", reason="jax is not installed")
    given = {"T": 60, "Tw": 7, "cycle_length": 13, "restart_mult": 1.5, "drop_every": 11, "eta_max": 0.5}
    cases = [
        (key, FAMILIES[key].validate({name: value for name, value in values.items() if FAMILIES[key].has(name)}))
        for key in FAMILIES
        for values in (given, given | {"Tw": 0, "restart_mult": 1.0})
    ]
    codes = [schedules.export_code("keras", key, **values) for key, values in cases]
    done = subprocess.run(
        [sys.executable, "-c", COMPILED_KERAS],
        input=json.dumps(codes),
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    for (key, values), rates in zip(cases, json.loads(done.stdout), strict=True):
        compare(f"Keras {keras.__version__} on jax", key, values, np.array(rates), SINGLE)


# Single precision in long runs

LONG = {"T": 1_000_000, "eta_max": 0.3, "eta_min": 0.01}
LONG_RUNS = [
    LONG | {"Tw": 0, "cycle_length": 49, "restart_mult": 1.0, "gamma": 1 - 1e-6, "drop_every": 49, "power": 0.3},
    LONG | {"Tw": 50_000, "cycle_length": 1, "restart_mult": 1.1, "gamma": 0.99999, "drop_every": 999, "power": 4.7},
    LONG
    | {"Tw": 1001, "cycle_length": 12_345, "restart_mult": 1.5, "gamma": 0.97, "drop_every": 199_999, "power": 0.7},
]


def long_runs(key):
    """Yield parameters with the steps to look at: near both ends, near what matters, and some between."""
    for given in LONG_RUNS:
        values = FAMILIES[key].validate({name: value for name, value in given.items() if FAMILIES[key].has(name)})
        marks = np.concatenate([np.zeros(1, dtype=int), *FAMILIES[key].marks(**values).values()])
        marks = np.append(marks[:: max(1, len(marks) // 1000)], values.get("Tw", 0))
        between = [np.arange(2000), np.arange(0, 1_000_000, 997), np.arange(998_000, 1_000_000)]
        steps = np.concatenate([*between, marks - 1, marks, marks + 1])
        yield values, np.unique(np.clip(steps, 0, 999_999))


def compare_steps(name, key, values, steps, rates):
    ours = schedules.curve(key, **values)[steps]
    assert np.max(np.abs(rates - ours)) <= SINGLE * values["eta_max"], (name, key, values)


@every_family
@pytest.mark.usefixtures("optax", "keras")
def test_single_precision_is_enough_for_the_longest_runs(key):
    jax = sys.modules["jax"]
    for values, steps in long_runs(key):
        schedule = jax.jit(pasted("optax", key, values)["schedule"])
        compare_steps("optax", key, values, steps, np.asarray(schedule(jax.numpy.asarray(steps, dtype="int32"))))
        compare_steps("Keras", key, values, steps, keras_read(pasted("keras", key, values)["schedule"], steps))


# Where the code is a stock constructor


STOCK = {
    "pytorch": "constant warmup_cosine warmup_linear step exponential polynomial sgdr triangular triangular2 exp_range "
    "one_cycle wsd range_test",
    "optax": "constant warmup_cosine warmup_linear step exponential polynomial sgdr wsd range_test",
    "keras": "constant warmup_cosine warmup_linear step exponential polynomial range_test",
    "huggingface": "constant warmup_cosine warmup_linear inverse_sqrt sgdr wsd",
    "timm": "constant warmup_cosine warmup_linear inverse_sqrt step exponential polynomial sgdr wsd",
}


@pytest.mark.parametrize("target", STOCK)
def test_both_kinds_of_code_are_run(target):
    own = ("def rate(", "def schedule(", "class Rate")
    stock, general = set(), set()
    for key in FAMILIES:
        for values in sets_of(key):
            code = schedules.export_code(target, key, **values)
            (general if any(text in code for text in own) else stock).add(key)
    assert stock == set(STOCK[target].split())
    assert len(general) > len(FAMILIES) / 2
