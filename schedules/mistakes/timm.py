"""What goes wrong with timm's schedulers."""

import numpy as np

from schedules.cycles import cycle_starts
from schedules.mistakes.mistake import Array, Mistake, cosine, in_lines, one_fall, threads, warmed_up

SINKING = 0.1  # what timm's factory multiplies the peak by at each restart
ONE_PEAK = "timm's ramp and cosine share their peak, and the family uses it twice: they differ by 0.2 % of it."


def _climb(T: int, Tw: int, eta_max: float, after: Array) -> Array:
    """Return T rates: our ramp up to the update before the peak, then `after` of the same steps."""
    t = np.arange(T)
    return np.where(t < Tw - 1, eta_max * (t + 1) / max(1, Tw), after)


def _cliff(T: int, Tw: int, eta_max: float, eta_min: float) -> Array:
    u = np.minimum(1, np.arange(T) / max(1, T - Tw))
    return _climb(T, Tw, eta_max, cosine(u, eta_max, eta_min))


def _cut_short(T: int, Tw: int, eta_max: float, eta_min: float) -> Array:
    u = (np.arange(T) - max(0, Tw - 1)) / T
    return _climb(T, Tw, eta_max, cosine(u, eta_max, eta_min))


def _early_drops(T: int, Tw: int, eta_max: float, gamma: float, drop_every: int) -> Array:
    return warmed_up(T, Tw, eta_max, lambda k: eta_max * gamma ** ((k + 1) // drop_every))


def _sinking(T: int, Tw: int, eta_max: float, eta_min: float, cycle_length: int, restart_mult: float) -> Array:
    """Return cosines between a floor that stays and a peak that is multiplied at each restart, by nothing held."""

    def cycles(k: Array) -> Array:
        starts = cycle_starts(cycle_length, restart_mult, k.size)
        number = np.searchsorted(starts, k, side="right") - 1
        u = (k - starts[number]) / (cycle_length * restart_mult**number)
        return cosine(u, np.asarray(eta_max * SINKING**number), eta_min)

    return warmed_up(T, Tw, eta_max, cycles)


MISTAKES = (
    Mistake(
        key="warmup-prefix",
        title="A warmup that hides the start of the decay",
        label="with a cliff after its warmup",
        library="timm",
        threads=threads("huggingface/pytorch-image-models#1242 microsoft/Swin-Transformer#277"),
        story=(
            "A warmup of 200 updates before a cosine of 400 was wanted. Unless warmup_prefix is set, timm lays the "
            "warmup over the cosine, which has come half its way by the end of the ramp: the rate falls off a cliff "
            "there, and is at its floor 200 updates too early. Swin Transformer was trained with a smaller such cliff."
        ),
        cure="Set warmup_prefix, so that the cosine begins where the warmup ends.",
        family="warmup_cosine",
        values={"T": 600, "Tw": 200, "eta_max": 0.1, "eta_min": 0.001},
        made=_cliff,
        code=in_lines("""
import torch
from timm.scheduler import CosineLRScheduler

optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
scheduler = CosineLRScheduler(
    optimizer, t_initial=400, lr_min=0.001, t_in_epochs=False,
    warmup_t=199, warmup_lr_init=0.1 / 200,
)
rates = []
for t in range(600):
    rates.append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step_update(t + 1)
"""),
        wrong="    warmup_t=199, warmup_lr_init=0.1 / 200,",
        fixed_line="    warmup_t=199, warmup_lr_init=0.1 / 200, warmup_prefix=True,",
        nearest=ONE_PEAK,
        apart=0.0023,
    ),
    Mistake(
        key="cut-short",
        title="The warmup comes on top of the length",
        label="cut short of its floor",
        library="timm",
        threads=threads("huggingface/pytorch-image-models!2312 huggingface/pytorch-image-models#1242"),
        story=(
            "The rate was to reach its floor with the last of 600 updates. With warmup_prefix the length t_initial "
            "does not include the warmup, so that the cosine needs 600 updates after it: the run ends at a quarter of "
            "the peak. A pull request wanted to change timm; in the thread it was found to work as it is, if one knows."
        ),
        cure="With warmup_prefix, t_initial is what is left of the run after the warmup.",
        family="warmup_cosine",
        values={"T": 600, "Tw": 200, "eta_max": 0.1, "eta_min": 0.001},
        made=_cut_short,
        code=in_lines("""
import torch
from timm.scheduler import CosineLRScheduler

optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
scheduler = CosineLRScheduler(
    optimizer, t_initial=600, lr_min=0.001, t_in_epochs=False,
    warmup_t=199, warmup_lr_init=0.1 / 200, warmup_prefix=True,
)
rates = []
for t in range(600):
    rates.append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step_update(t + 1)
"""),
        wrong="    optimizer, t_initial=600, lr_min=0.001, t_in_epochs=False,",
        fixed_line="    optimizer, t_initial=400, lr_min=0.001, t_in_epochs=False,",
        nearest=ONE_PEAK,
        apart=0.0023,
    ),
    Mistake(
        key="early-milestones",
        title="A milestone is not where the drop is",
        label="dropped one early",
        library="timm",
        threads=threads(
            "huggingface/pytorch-image-models!2745 huggingface/pytorch-image-models!2753 "
            "huggingface/pytorch-image-models!1251"
        ),
        story=(
            "The rate was to drop at epochs 10 and 20, as with PyTorch's MultiStepLR or with timm's own "
            "StepLRScheduler. timm's MultiStepLRScheduler looks one epoch ahead and drops at 9 and 19. Two pull "
            "requests wanted to change it; timm keeps it, so that old recipes give what they gave."
        ),
        cure="Give timm's milestones one more than PyTorch's; Keras's boundaries are one less.",
        family="step",
        values={"T": 25, "Tw": 0, "eta_max": 0.1, "gamma": 0.3, "drop_every": 10},
        made=_early_drops,
        code=in_lines("""
import torch
from timm.scheduler import MultiStepLRScheduler

optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
scheduler = MultiStepLRScheduler(optimizer, decay_t=[10, 20], decay_rate=0.3)
rates = []
for epoch in range(25):
    rates.append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step(epoch + 1)
"""),
        wrong="scheduler = MultiStepLRScheduler(optimizer, decay_t=[10, 20], decay_rate=0.3)",
        fixed_line="scheduler = MultiStepLRScheduler(optimizer, decay_t=[11, 21], decay_rate=0.3)",
    ),
    Mistake(
        key="sinking-peaks",
        title="Peaks that sink below the floor",
        label="with peaks that sink below the floor",
        library="timm",
        threads=threads("pytorch/pytorch#62640 pytorch/pytorch#80308"),
        story=(
            "Three equal cycles were wanted. timm's factory multiplies the peak by 0.1 at each restart unless told "
            "otherwise, while the floor stays: here the second peak is already below it, and the cosine stands on its "
            "head. Peaks that sink are a wish that PyTorch has open threads about; timm grants it unasked."
        ),
        cure="Set cycle_decay, and keep the last peak above lr_min.",
        family="sgdr",
        values={
            **{"T": 600, "Tw": 0, "eta_max": 0.1, "eta_min": 0.03},
            **{"cycle_length": 200, "restart_mult": 1.0},
        },
        made=_sinking,
        code=in_lines("""
import torch
from timm.scheduler import create_scheduler_v2

optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
scheduler, epochs = create_scheduler_v2(
    optimizer, "cosine", num_epochs=200, min_lr=0.03,
    cycle_limit=3,
)
rates = []
for epoch in range(epochs):
    rates.append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step(epoch + 1)
"""),
        wrong="    cycle_limit=3,",
        fixed_line="    cycle_limit=3, cycle_decay=1.0,",
    ),
    Mistake(
        key="one-long-cycle",
        title="The first cycle is the whole run",
        label="with one cycle as long as the run",
        library="timm",
        threads=threads("huggingface/pytorch-image-models#353"),
        story=(
            "Cycles that double, 100, 200 and 400 updates, were wanted. t_initial was given the whole run, as timm's "
            "factory does, so that the first cycle never ends and the multiplier has nothing to multiply. The thread "
            "took the multiplier for broken until its writer saw what t_initial is."
        ),
        cure="t_initial is the length of the first cycle.",
        family="sgdr",
        values={
            **{"T": 700, "Tw": 0, "eta_max": 0.1, "eta_min": 0.0},
            **{"cycle_length": 100, "restart_mult": 2.0},
        },
        made=one_fall,
        code=in_lines("""
import torch
from timm.scheduler import CosineLRScheduler

optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
scheduler = CosineLRScheduler(
    optimizer,
    t_initial=700,
    cycle_mul=2.0, cycle_limit=3, t_in_epochs=False,
)
rates = []
for t in range(700):
    rates.append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step_update(t + 1)
"""),
        wrong="    t_initial=700,",
        fixed_line="    t_initial=100,",
    ),
)
