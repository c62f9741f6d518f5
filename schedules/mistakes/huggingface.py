"""What goes wrong with the schedules of Hugging Face's libraries, which are PyTorch's LambdaLR with a rule each."""

import numpy as np

from schedules.mistakes.mistake import Array, Mistake, at, in_lines, last_step, one_fall, threads, warmed_up

ACCUMULATED = 4  # batches to an update in the code


def _accumulated(T: int, Tw: int, **values: float) -> Array:
    planned = ACCUMULATED * np.arange(T) + ACCUMULATED - 1  # an update is made with the last of its batches
    return at("polynomial", np.minimum(planned, last_step(T, Tw)), {"T": T, "Tw": Tw, **values})


def _clock_from_zero(T: int, Tw: int, eta_max: float, eta_min: float) -> Array:
    def late(k: Array) -> Array:
        u = (k + Tw) / max(1, T - 1)
        return (1 - u) * eta_max + u * eta_min

    return warmed_up(T, Tw, eta_max, late)


MISTAKES = (
    Mistake(
        key="accumulation",
        title="Stepped per batch, updated every fourth",
        label="stepped per batch",
        library="Hugging Face",
        threads=threads(
            "huggingface/accelerate#963 huggingface/accelerate#1382 huggingface/accelerate#2926 "
            "huggingface/diffusers#3954 Lightning-AI/pytorch-lightning#12894"
        ),
        story=(
            "A straight fall over 500 updates was wanted, each with the gradients of 4 batches. The scheduler is "
            "stepped after each batch, so that its clock goes four times too fast: the rate is 0 after a quarter of "
            "the run, and three quarters of the updates do nothing. Several processes, each with a step, do the same."
        ),
        cure="Step the scheduler where the optimizer steps, or count its length in what it is stepped by.",
        family="polynomial",
        values={"T": 500, "Tw": 0, "eta_max": 0.1, "eta_min": 0.0, "power": 1.0},
        made=_accumulated,
        code=in_lines("""
import torch
from transformers import get_linear_schedule_with_warmup

optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
scheduler = get_linear_schedule_with_warmup(optimizer, 0, num_training_steps=500)
rates = []
for batch in range(4 * 500):
    if batch % 4 == 3:  # the gradients of four batches make one update
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
    scheduler.step()
"""),
        wrong="    scheduler.step()",
        fixed_line="        scheduler.step()",
    ),
    Mistake(
        key="no-restarts",
        title="With restarts, but one cycle",
        label="without its restarts",
        library="Hugging Face",
        threads=threads(
            "huggingface/transformers#20552 huggingface/transformers#29852 huggingface/diffusers#1232 "
            "huggingface/diffusers#3195"
        ),
        story=(
            "Four cosines with restarts between them were wanted, and the schedule was chosen by that name. Its "
            "num_cycles is 1 unless told otherwise: one fall and no restart, as the plain cosine. For long neither the "
            "Trainer nor the example scripts had a way to tell it."
        ),
        cure="Give num_cycles: N cycles have N − 1 restarts.",
        family="sgdr",
        values={
            **{"T": 800, "Tw": 0, "eta_max": 0.1, "eta_min": 0.0},
            **{"cycle_length": 200, "restart_mult": 1.0},
        },
        made=one_fall,
        code=in_lines("""
import torch
from transformers import get_cosine_with_hard_restarts_schedule_with_warmup

optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
scheduler = get_cosine_with_hard_restarts_schedule_with_warmup(
    optimizer, num_warmup_steps=0, num_training_steps=800
)
rates = []
for t in range(800):
    rates.append(scheduler.get_last_lr()[0])
    optimizer.step()
    scheduler.step()
"""),
        wrong="    optimizer, num_warmup_steps=0, num_training_steps=800",
        fixed_line="    optimizer, num_warmup_steps=0, num_training_steps=800, num_cycles=4",
    ),
    Mistake(
        key="clock-from-zero",
        title="The decay's clock starts with the warmup",
        label="with the decay's clock from update 0",
        library="Hugging Face",
        threads=threads("huggingface/transformers!4940"),
        story=(
            "The decay was to begin at the peak, where the warmup ends. Its clock runs from update 0 on, so that three "
            "tenths of it are over by then and the rate falls off a cliff. A schedule of transformers did this "
            "until somebody drew it."
        ),
        cure="What follows a warmup counts from the warmup's end: (t − Tw)/(T − 1 − Tw).",
        family="warmup_linear",
        values={"T": 500, "Tw": 150, "eta_max": 0.1, "eta_min": 0.0},
        made=_clock_from_zero,
        code=in_lines("""
import torch

def factor(t):
    if t < 150:
        return (t + 1) / 150
    return 1 - t / 499

optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
rates = []
for t in range(500):
    rates.append(scheduler.get_last_lr()[0])
    optimizer.step()
    scheduler.step()
"""),
        wrong="    return 1 - t / 499",
        fixed_line="    return 1 - (t - 150) / (499 - 150)",
    ),
)
