"""What goes wrong with Keras's schedules."""

import numpy as np

from schedules.mistakes.mistake import Array, Mistake, cosine, in_lines, threads, warmed_up

BATCH = 32  # images in a batch of the code


def _low_floor(T: int, Tw: int, eta_max: float, eta_min: float) -> Array:
    length = max(1, T - Tw - 1)
    return warmed_up(T, Tw, eta_max, lambda k: cosine(k / length, eta_max, eta_min * eta_max))


def _in_images(T: int, Tw: int, eta_max: float, gamma: float, drop_every: int) -> Array:
    def drops(k: Array) -> Array:  # Keras drops after the boundary, not at it
        return np.asarray(eta_max * gamma ** (np.maximum(0, k - 1) // (BATCH * drop_every)))

    return warmed_up(T, Tw, eta_max, drops)


MISTAKES = (
    Mistake(
        key="alpha-is-a-share",
        title="alpha is a share of the peak, not a rate",
        label="with its floor multiplied by the peak",
        library="Keras",
        threads=threads("keras-team/keras#21772"),
        story=(
            "A floor of 0.02 was wanted and given as alpha. Keras multiplies it by the peak, 0.1, and the rate falls "
            "to a tenth of what was meant. The documentation long said that the rate goes down to alpha, until "
            "a reader asked; optax's cosine means a share too, PyTorch's eta_min and timm's lr_min are rates."
        ),
        cure="alpha is the floor divided by the peak: 0.02 / 0.1.",
        family="warmup_cosine",
        values={"T": 500, "Tw": 0, "eta_max": 0.1, "eta_min": 0.02},
        made=_low_floor,
        code=in_lines("""
import keras

schedule = keras.optimizers.schedules.CosineDecay(
    initial_learning_rate=0.1,
    decay_steps=500 - 1,
    alpha=0.02,
)
rates = [float(schedule(t)) for t in range(500)]
"""),
        wrong="    alpha=0.02,",
        fixed_line="    alpha=0.02 / 0.1,",
    ),
    Mistake(
        key="boundaries-beyond",
        title="Boundaries that the run never reaches",
        label="with its drops beyond the run",
        library="Keras",
        threads=threads("ageron/handson-ml3!206 tensorflow/tensorflow#52529 OpenNMT/OpenNMT-tf#378"),
        story=(
            "The rate was to drop after 6,400 and 12,800 images. A schedule of Keras counts batches, 32 images each, "
            "and the run has 600 of them: no boundary is ever reached, and the rate stays at its peak. A well-known "
            "book's notebook had boundaries at 50,000 and 80,000 for a run of some 17,000 updates."
        ),
        cure="Count in updates: divide images by the batch; and one less, since Keras drops after the boundary.",
        family="step",
        values={"T": 600, "Tw": 0, "eta_max": 0.1, "gamma": 0.3, "drop_every": 200},
        made=_in_images,
        code=in_lines("""
import keras

batch = 32
schedule = keras.optimizers.schedules.PiecewiseConstantDecay(
    boundaries=[6_400, 12_800],
    values=[0.1, 0.03, 0.009],
)
rates = [float(schedule(t)) for t in range(19_200 // batch)]
"""),
        wrong="    boundaries=[6_400, 12_800],",
        fixed_line="    boundaries=[6_400 // batch - 1, 12_800 // batch - 1],",
    ),
)
