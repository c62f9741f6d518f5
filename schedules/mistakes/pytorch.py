"""What goes wrong with PyTorch's schedulers."""

import numpy as np

from schedules.mistakes.mistake import Array, Mistake, at, cosine, in_lines, threads, warmed_up

PER_EPOCH = 100  # updates in an epoch of the code
HARD_CODED = 200  # its T_max
ENDLESS = 1e10  # its T_max


def _per_epoch(T: int, **values: float) -> Array:
    return at("one_cycle", np.arange(T) // PER_EPOCH, {"T": T, **values})


def _climbs_again(T: int, Tw: int, eta_max: float, eta_min: float) -> Array:
    return warmed_up(T, Tw, eta_max, lambda k: cosine(k / HARD_CODED, eta_max, eta_min))


def _endless(T: int, Tw: int, eta_max: float, eta_min: float) -> Array:
    return warmed_up(T, Tw, eta_max, lambda k: cosine(k / ENDLESS, eta_max, eta_min))


def _multiplied(T: int, Tw: int, eta_max: float, gamma: float) -> Array:
    t = np.arange(T)
    return np.asarray(eta_max * np.minimum(1, (t + 1) / max(1, Tw)) * gamma**t)


def _overwritten(T: int, **values: float) -> Array:
    return at("sgdr", np.arange(T), {"T": T, **values, "Tw": 0})


def _resumed(T: int, Tw: int, eta_max: float) -> Array:
    lr = at("constant", np.arange(T), {"T": T, "Tw": Tw, "eta_max": eta_max})
    lr[T // 2 :] /= max(1, Tw)
    return lr


def _one_early(T: int, **values: float) -> Array:
    return at("exponential", np.arange(1, T + 1), {"T": T, **values})


def _from_zero(T: int, Tw: int, eta_max: float) -> Array:
    return eta_max * np.minimum(1, np.arange(T) / Tw) if Tw else np.full(T, eta_max)


def _whole_lengths(T: int, Tw: int, eta_max: float, eta_min: float, cycle_length: int, restart_mult: float) -> Array:
    """Return cosines whose lengths lose what is behind their decimal point, each before it is multiplied again."""

    def cycles(k: Array) -> Array:
        starts, lengths = [0], [cycle_length]
        while starts[-1] + lengths[-1] < k.size and int(restart_mult * lengths[-1]) > lengths[-1]:
            starts.append(starts[-1] + lengths[-1])
            lengths.append(int(restart_mult * lengths[-1]))
        cycle = np.searchsorted(starts, k, side="right") - 1
        since, length = k - np.array(starts)[cycle], np.array(lengths)[cycle]
        return cosine(since % length / length, eta_max, eta_min)  # a length that grows no more comes again and again

    return warmed_up(T, Tw, eta_max, cycles)


MISTAKES = (
    Mistake(
        key="per-epoch",
        title="Planned in updates, stepped once per epoch",
        label="stepped per epoch",
        library="PyTorch",
        threads=threads(
            "pytorch/pytorch#65417 Lightning-AI/pytorch-lightning#5631 Lightning-AI/pytorch-lightning#6948 "
            "ageron/handson-mlp#28"
        ),
        story=(
            "OneCycleLR was given the number of updates of the whole run, 10 epochs of 100 batches. The scheduler is "
            "stepped once per epoch, so that the run uses 10 of the 1,000 planned rates and the rate stays near its "
            "start. Several people took it for an error of the scheduler or of Lightning, whose default is the epoch."
        ),
        cure="Step once after each update, or plan in epochs: the unit of the length is the unit of the step.",
        family="one_cycle",
        values={"T": 1_000, "eta_max": 0.1, "pct_start": 0.3, "div_factor": 25.0, "final_div_factor": 1e4},
        made=_per_epoch,
        code=in_lines("""
import torch
from torch.optim import lr_scheduler

weights = [torch.zeros(1, requires_grad=True)]
optimizer = torch.optim.SGD(weights, lr=0.1)
scheduler = lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=10 * 100)
rates = []
for epoch in range(10):
    for batch in range(100):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
    scheduler.step()
"""),
        wrong="    scheduler.step()",
        fixed_line="        scheduler.step()",
    ),
    Mistake(
        key="climbs-again",
        title="T_max is shorter than the run",
        label="climbing again after T_max",
        library="PyTorch",
        threads=threads(
            "deepcam-cn/FaceQuality#10 pytorch/pytorch#40971 tracel-ai/burn#5128 MenghaoGuo/PCT#26 "
            "huggingface/diffusers#1650"
        ),
        story=(
            "One fall over the whole run was wanted, but T_max was typed in and is half of the run. CosineAnnealingLR "
            "neither stops nor restarts there: its cosine goes on, and the rate climbs back to the peak. A reader of a "
            "published code met it with T_max at a tenth of the run; what T_max means is asked again and again."
        ),
        cure="Compute T_max from the run; with T − 1 the last of T updates uses the floor itself.",
        family="warmup_cosine",
        values={"T": 400, "Tw": 0, "eta_max": 0.1, "eta_min": 0.01},
        made=_climbs_again,
        code=in_lines("""
import torch
from torch.optim import lr_scheduler

weights = [torch.zeros(1, requires_grad=True)]
optimizer = torch.optim.SGD(weights, lr=0.1)
updates = 400
scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=200, eta_min=0.01)
rates = []
for t in range(updates):
    rates.append(scheduler.get_last_lr()[0])
    optimizer.step()
    scheduler.step()
"""),
        wrong="scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=200, eta_min=0.01)",
        fixed_line="scheduler = lr_scheduler.CosineAnnealingLR(optimizer, T_max=updates - 1, eta_min=0.01)",
    ),
    Mistake(
        key="endless-t-max",
        title="T_max is a number that no run reaches",
        label="with an endless fall",
        library="PyTorch",
        threads=threads("bigmb/Unet-Segmentation-Pytorch-Nest-of-Unets#14"),
        story=(
            "A cosine down to the floor was wanted. T_max stands at 10,000,000,000, as a limit that one need not think "
            "about, so that a run of some hundred updates sees the first, flat bit of the cosine: a constant rate. A "
            "reader of a published code asked why its rate hardly moves."
        ),
        cure="T_max is the length of the fall and not a limit: give it the length of the run.",
        family="warmup_cosine",
        values={"T": 400, "Tw": 0, "eta_max": 0.1, "eta_min": 0.01},
        made=_endless,
        code=in_lines("""
import torch
from torch.optim import lr_scheduler

weights = [torch.zeros(1, requires_grad=True)]
optimizer = torch.optim.SGD(weights, lr=0.1)
MAX_STEP = int(1e10)
scheduler = lr_scheduler.CosineAnnealingLR(optimizer, MAX_STEP, eta_min=0.01)
rates = []
for t in range(400):
    rates.append(scheduler.get_last_lr()[0])
    optimizer.step()
    scheduler.step()
"""),
        wrong="MAX_STEP = int(1e10)",
        fixed_line="MAX_STEP = 400 - 1",
    ),
    Mistake(
        key="chained-multiplies",
        title="ChainedScheduler is not one after the other",
        label="warmup and decay multiplied",
        library="PyTorch",
        threads=threads("Noble-Lab/casanovo!249 tracel-ai/burn#5124"),
        story=(
            "First the warmup, then the decay: that was wanted. ChainedScheduler runs both from update 0 on and "
            "multiplies what they do, so that the decay eats into the ramp and the peak is never reached. A project "
            "saw its warmup lose its shape when it was taken into a scheduler of its own and chained."
        ),
        cure="SequentialLR hands over from one scheduler to the next; ChainedScheduler multiplies them.",
        family="exponential",
        values={"T": 600, "Tw": 150, "eta_max": 0.1, "gamma": 0.994},
        made=_multiplied,
        code=in_lines("""
import torch
from torch.optim import lr_scheduler

weights = [torch.zeros(1, requires_grad=True)]
optimizer = torch.optim.SGD(weights, lr=0.1)
warmup = lr_scheduler.LinearLR(optimizer, start_factor=1 / 150, total_iters=149)
decay = lr_scheduler.ExponentialLR(optimizer, gamma=0.994)
scheduler = lr_scheduler.ChainedScheduler([warmup, decay])
rates = []
for t in range(600):
    rates.append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step()
"""),
        wrong="scheduler = lr_scheduler.ChainedScheduler([warmup, decay])",
        fixed_line="scheduler = lr_scheduler.SequentialLR(optimizer, [warmup, decay], milestones=[150])",
    ),
    Mistake(
        key="chained-overwrites",
        title="A chained scheduler that overwrites the other one",
        label="warmup overwritten",
        library="PyTorch",
        threads=threads("pytorch/pytorch#129565 Noble-Lab/casanovo!249"),
        story=(
            "A warmup and then warm restarts were wanted. In a chain each scheduler is to change the rate that it "
            "finds, but CosineAnnealingWarmRestarts computes its rate afresh and writes over what the warmup has done: "
            "nothing is left of the ramp. The thread met it with MultiStepLR, whose drops last one update at most."
        ),
        cure="Let SequentialLR hand over; chain only schedulers that multiply the rate they find.",
        family="sgdr",
        values={
            **{"T": 550, "Tw": 100, "eta_max": 0.1, "eta_min": 0.001},
            **{"cycle_length": 150, "restart_mult": 1.0},
        },
        made=_overwritten,
        code=in_lines("""
import torch
from torch.optim import lr_scheduler

weights = [torch.zeros(1, requires_grad=True)]
optimizer = torch.optim.SGD(weights, lr=0.1)
warmup = lr_scheduler.LinearLR(optimizer, start_factor=1 / 100, total_iters=99)
restarts = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=150, eta_min=0.001)
scheduler = lr_scheduler.ChainedScheduler([warmup, restarts])
rates = []
for t in range(550):
    rates.append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step()
"""),
        wrong="scheduler = lr_scheduler.ChainedScheduler([warmup, restarts])",
        fixed_line="scheduler = lr_scheduler.SequentialLR(optimizer, [warmup, restarts], milestones=[100])",
    ),
    Mistake(
        key="resumed",
        title="A new scheduler on a loaded optimizer",
        label="resumed with its warmup's first factor",
        library="PyTorch",
        threads=threads(
            "pytorch/pytorch#65342 pytorch/pytorch#60265 Lightning-AI/pytorch-lightning#5455 "
            "huggingface/transformers#27749"
        ),
        story=(
            "A stopped run was to go on where it was. Building LinearLR multiplies the rate that the optimizer has "
            "just loaded by the warmup's first factor, and loading the scheduler's own state does not put it back: "
            "here the rate stays ten times too low to the end, without a warning. With some others one update is off."
        ),
        cure="Build the scheduler before the optimizer's state is loaded, or tell it how far the run has come.",
        family="constant",
        values={"T": 400, "Tw": 10, "eta_max": 0.1},
        made=_resumed,
        code=in_lines("""
import torch
from torch.optim import lr_scheduler
weights, rates = [torch.zeros(1, requires_grad=True)], []
optimizer = torch.optim.SGD(weights, lr=0.1)
scheduler = lr_scheduler.LinearLR(optimizer, 0.1, total_iters=9)
for t in range(400):
    if t == 200:  # here the job was stopped, and is started again
        saved = optimizer.state_dict(), scheduler.state_dict()
        optimizer = torch.optim.SGD(weights, lr=0.1)
        optimizer.load_state_dict(saved[0])
        scheduler = lr_scheduler.LinearLR(optimizer, 0.1, total_iters=9)
        scheduler.load_state_dict(saved[1])
    rates.append(optimizer.param_groups[0]["lr"])
    optimizer.step(), scheduler.step()
"""),
        wrong="        scheduler = lr_scheduler.LinearLR(optimizer, 0.1, total_iters=9)",
        fixed_line="        scheduler = lr_scheduler.LinearLR(optimizer, 0.1, total_iters=9, last_epoch=t - 1)",
    ),
    Mistake(
        key="step-before",
        title="The scheduler steps before the optimizer",
        label="stepped before the update",
        library="PyTorch",
        threads=threads("pytorch/pytorch#20124 deepspeedai/DeepSpeed#1120 JDAI-CV/fast-reid#501"),
        story=(
            "The first update was to use the first rate. The scheduler is stepped first, as it had to be before "
            "PyTorch 1.1, so that each update uses the rate of the next one and the peak is never used. PyTorch warns; "
            "the warning is what most threads are about."
        ),
        cure="First optimizer.step(), then scheduler.step().",
        family="exponential",
        values={"T": 40, "Tw": 0, "eta_max": 0.1, "gamma": 0.85},
        made=_one_early,
        code=in_lines("""
import torch
from torch.optim import lr_scheduler

optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
scheduler = lr_scheduler.ExponentialLR(optimizer, gamma=0.85)
rates = []
optimizer.register_step_pre_hook(lambda *_: rates.append(scheduler.get_last_lr()[0]))
for t in range(40):
    scheduler.step(), optimizer.step()
"""),
        wrong="    scheduler.step(), optimizer.step()",
        fixed_line="    optimizer.step(), scheduler.step()",
    ),
    Mistake(
        key="warmup-from-zero",
        title="A warmup that begins at zero",
        label="warmed up from 0",
        library="PyTorch",
        threads=threads(
            "google-research/bert#1293 google-research/big_transfer#58 meta-pytorch/torchtune#2010 "
            "verl-project/verl#3674 pytorch/torchtitan!1261"
        ),
        story=(
            "Each update was to move the weights. With t/Tw the factor of update 0 is 0: its batch is read, its "
            "gradient computed, and nothing moves; every rate of the ramp is one update late. It is the convention of "
            "several libraries, and people have asked all of them whether it is meant."
        ),
        cure="Count the update that is being made: (t + 1)/Tw begins at one Tw-th of the peak.",
        family="constant",
        values={"T": 40, "Tw": 8, "eta_max": 0.1},
        made=_from_zero,
        code=in_lines("""
import torch
from torch.optim import lr_scheduler

weights = [torch.zeros(1, requires_grad=True)]
optimizer = torch.optim.SGD(weights, lr=0.1)
scheduler = lr_scheduler.LambdaLR(optimizer, lambda t: min(1, t / 8))
rates = []
for t in range(40):
    rates.append(scheduler.get_last_lr()[0])
    optimizer.step()
    scheduler.step()
"""),
        wrong="scheduler = lr_scheduler.LambdaLR(optimizer, lambda t: min(1, t / 8))",
        fixed_line="scheduler = lr_scheduler.LambdaLR(optimizer, lambda t: min(1, (t + 1) / 8))",
    ),
    Mistake(
        key="whole-lengths",
        title="Cycles that lose their decimals",
        label="with lengths cut to whole updates",
        library="PyTorch",
        threads=threads(
            "katsura-jp/pytorch-cosine-annealing-with-warmup#4 pytorch/pytorch#95122 pytorch/pytorch#22542"
        ),
        story=(
            "Each cycle was to be 1.5 times longer than the one before. PyTorch's own scheduler takes whole "
            "multipliers only, so people write theirs, and cut each length to a whole number before it is multiplied "
            "again: the fourth restart comes at update 80 instead of 82, the seventh at 311 instead of 322."
        ),
        cure="Multiply real lengths, and round only when a step is compared with their sum.",
        family="sgdr",
        values={
            **{"T": 340, "Tw": 0, "eta_max": 0.1, "eta_min": 0.0},
            **{"cycle_length": 10, "restart_mult": 1.5},
        },
        made=_whole_lengths,
        code=in_lines("""
import math, torch
from torch.optim import lr_scheduler

def factor(t, length=10):
    while t >= length:
        t, length = t - length, int(1.5 * length)
    return 0.5 * (1 + math.cos(math.pi * t / length))

optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
scheduler = lr_scheduler.LambdaLR(optimizer, factor)
rates = []
for t in range(340):
    rates.append(scheduler.get_last_lr()[0])
    optimizer.step(), scheduler.step()
"""),
        wrong="        t, length = t - length, int(1.5 * length)",
        fixed_line="        t, length = t - length, 1.5 * length",
    ),
)
