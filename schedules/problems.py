"""Toy problems to train on: a noisy quadratic, and logistic regression on two classes of points.

θ has its D coordinates on the last axis and any axes before it. Randomness comes as *draws*, made beforehand from
seeds, so that all schedules meet the same noise.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Classes = Literal["overlapping", "separable"]

POINTS = 40  # of the two classes together
BATCH = 8  # points in a minibatch
DATA_SEED = 7
DISTANCE = {"overlapping": 0.7, "separable": 2.6}  # of a class from the middle, in standard deviations of its cloud
NEWTON_STEPS = 50
CACHED = 4  # tables of draws


class Problem(Protocol):
    """What can be trained."""

    @property
    def sharpness(self) -> float:
        """Greatest eigenvalue of the Hessian at the start, and nowhere greater."""
        ...

    @property
    def origin(self) -> Array:
        """Where a run starts, shape (D,)."""
        ...

    @property
    def random(self) -> bool:
        """Whether gradients are noisy."""
        ...

    def draws(self, seeds: Sequence[int], T: int) -> NDArray[Any]:
        """Return what chance decides in T updates under each of R seeds, shape (T, R, …).

        The draws of an update depend on its seed and its number alone: neither on T nor on the other seeds.
        """
        ...

    def loss(self, theta: Array) -> Array:
        """Return the loss without noise at `theta` (…, D), shape (…)."""
        ...

    def gradient(self, theta: Array, draw: NDArray[Any] | None = None) -> Array:
        """Return the gradient at `theta` (…, D), or its noisy estimate for a `draw` (R, …) at `theta` (…, R, D)."""
        ...


@dataclass(frozen=True)
class Quadratic:
    """½ Σ λ_i θ_i² in two dimensions, with gradient noise; its minimum is at 0.

    Attributes:
        sharpness: λ_max, the curvature of the first coordinate.
        condition: κ = λ_max / λ_min; the second coordinate has the curvature λ_max / κ.
        noise: σ, standard deviation of the gradient's noise in each coordinate.
        start: θ_0.
    """

    sharpness: float
    condition: float = 1.0
    noise: float = 0.0
    start: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        _require("sharpness", self.sharpness, 0 < self.sharpness < np.inf, "a finite number above 0")
        _require("condition", self.condition, 1 <= self.condition < np.inf, "a finite number from 1")
        _require("noise", self.noise, 0 <= self.noise < np.inf, "a finite number from 0")
        _require("start", self.start, np.shape(self.start) == (2,) and np.isfinite(self.start).all(), "two numbers")

    @property
    def curvature(self) -> Array:
        """The Hessian's eigenvalues, the greatest first, shape (2,)."""
        return np.array([self.sharpness, self.sharpness / self.condition])

    @property
    def origin(self) -> Array:
        """See `Problem`."""
        return np.array(self.start, dtype=np.float64)

    @property
    def random(self) -> bool:
        """See `Problem`."""
        return self.noise > 0

    def draws(self, seeds: Sequence[int], T: int) -> Array:
        """Return standard normal numbers (T, R, 2); see `Problem`."""
        return np.moveaxis(_normal(tuple(seeds), _rounded(T), 2)[:T], -1, 1)

    def loss(self, theta: Array) -> Array:
        """See `Problem`."""
        sharp, flat = self.curvature
        return np.asarray(0.5 * (sharp * theta[..., 0] ** 2 + flat * theta[..., 1] ** 2))

    def gradient(self, theta: Array, draw: Array | None = None) -> Array:
        """See `Problem`."""
        exact = self.curvature * theta
        return exact if draw is None else exact + self.noise * draw


@dataclass(frozen=True)
class Logistic:
    """Logistic regression on two clouds of points: mean over points of log(1 + exp(−y θ·x)).

    A point is (z1, z2, 1), with z1 and z2 centred, uncorrelated and of variance 1; x scales these three by 2√λ_max,
    2√(λ_max/κ) and 2√(λ_max/κ). At θ = 0, where every point counts by ¼, the Hessian is thus diagonal with λ_max,
    λ_max/κ and λ_max/κ, and it is nowhere sharper, since p(1−p) ≤ ¼.

    Attributes:
        sharpness: λ_max.
        condition: κ.
        classes: Whether the clouds overlap, or a line parts them.
        batch: Points in a minibatch, drawn with replacement; 0 for all points in each update.
    """

    sharpness: float
    condition: float = 1.0
    classes: Classes = "overlapping"
    batch: int = 0

    def __post_init__(self) -> None:
        _require("sharpness", self.sharpness, 0 < self.sharpness < np.inf, "a finite number above 0")
        _require("condition", self.condition, 1 <= self.condition < np.inf, "a finite number from 1")
        _require("classes", self.classes, self.classes in DISTANCE, f"one of {', '.join(DISTANCE)}")
        _require("batch", self.batch, self.batch in range(POINTS + 1), f"a whole number from 0 to {POINTS}")

    @property
    def points(self) -> tuple[Array, Array]:
        """The points (n, 2) before scaling, and the class of each, −1 or 1."""
        return _points(self.classes)

    @property
    def scales(self) -> Array:
        """What z1, z2 and 1 are multiplied by, shape (3,)."""
        flat = self.sharpness / self.condition
        return np.asarray(2 * np.sqrt(np.array([self.sharpness, flat, flat])))

    @functools.cached_property
    def signed(self) -> Array:
        """The scaled points, each times its class, shape (n, 3): all that loss and gradient need."""
        places, classes = self.points
        table = np.asarray(classes[:, None] * np.column_stack([places, np.ones(len(places))]) * self.scales)
        table.flags.writeable = False
        return table

    @property
    def origin(self) -> Array:
        """See `Problem`."""
        return np.zeros(3)

    @property
    def random(self) -> bool:
        """See `Problem`."""
        return self.batch > 0

    def draws(self, seeds: Sequence[int], T: int) -> NDArray[np.int64]:
        """Return which points each minibatch holds, shape (T, R, batch); see `Problem`."""
        return _picks(tuple(seeds), _rounded(T), self.batch)[:T]

    def loss(self, theta: Array) -> Array:
        """See `Problem`."""
        return np.asarray(np.logaddexp(0.0, -self._margins(theta, self.signed)).mean(axis=-1))

    def gradient(self, theta: Array, draw: NDArray[np.int64] | None = None) -> Array:
        """See `Problem`."""
        with np.errstate(over="ignore", invalid="ignore"):
            return gradient_of(theta, self.signed if draw is None else self.signed[draw])

    def hessian(self, theta: Array) -> Array:
        """Return the Hessian at one `theta` (3,), shape (3, 3)."""
        with np.errstate(over="ignore"):
            p = _sigmoid(self._margins(theta, self.signed))
        return np.asarray(self.signed.T @ (self.signed * (p * (1 - p))[:, None]) / len(p))

    def minimum(self) -> Array:
        """Return where the loss is least, shape (3,), by Newton's method.

        Raises:
            ValueError: for separable classes, where the loss only approaches 0 as θ grows.
        """
        if self.classes == "separable":
            raise ValueError("classes='separable' has no minimum: the loss falls for ever as theta grows")
        theta = self.origin
        for _ in range(NEWTON_STEPS):
            theta = theta - np.linalg.solve(self.hessian(theta), self.gradient(theta))
        return theta

    @staticmethod
    def _margins(theta: Array, signed: Array) -> Array:
        margins = theta[..., 0, None] * signed[..., 0]
        margins += theta[..., 1, None] * signed[..., 1]
        margins += theta[..., 2, None] * signed[..., 2]
        return np.asarray(margins)


def gradient_of(theta: Array, signed: Array) -> Array:
    """Return the gradient of the logistic loss at `theta` (…, 3) over points times their classes, (…, n, 3).

    Sums run point by point rather than through BLAS, whose order of adding differs between machines.
    """
    weight = _sigmoid(-Logistic._margins(theta, signed))
    found = np.empty(np.broadcast_shapes(theta.shape, (*signed.shape[:-2], 3)))
    for d in range(3):
        np.add.reduce(weight * signed[..., d], axis=-1, out=found[..., d])
    found /= -signed.shape[-2]
    return found


def _sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(−x)); where that overflows it is 0, as it should be."""
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1
    return np.reciprocal(x, out=x)


@functools.cache
def _points(classes: Classes) -> tuple[Array, Array]:
    """Draw two clouds beside a slanted line; centre them and make their coordinates uncorrelated."""
    rng = np.random.Generator(np.random.PCG64(DATA_SEED))
    label = np.repeat([-1.0, 1.0], POINTS // 2)
    z = rng.standard_normal((POINTS, 2)) + DISTANCE[classes] * label[:, None] * np.array([0.8, 0.6])
    z -= z.mean(axis=0)
    z[:, 0] /= np.sqrt((z[:, 0] ** 2).mean())
    z[:, 1] -= (z[:, 0] * z[:, 1]).mean() * z[:, 0]
    z[:, 1] /= np.sqrt((z[:, 1] ** 2).mean())
    for table in (z, label):
        table.flags.writeable = False  # shared by everyone
    return z, label


def _rounded(T: int) -> int:
    """Return a length for a table of draws, the same for neighbouring T, so that a moving T draws nothing anew."""
    return int(max(256, 2 ** int(np.ceil(np.log2(max(1, T))))))


@functools.lru_cache(CACHED)
def _normal(seeds: tuple[int, ...], T: int, D: int) -> Array:
    """Draw standard normal numbers (T, D, R); seeds lie side by side in memory, for speed."""
    table = np.empty((T, D, len(seeds)))
    for r, seed in enumerate(seeds):
        table[:, :, r] = np.random.Generator(np.random.PCG64(seed)).standard_normal((T, D))
    table.flags.writeable = False
    return table


@functools.lru_cache(CACHED)
def _picks(seeds: tuple[int, ...], T: int, batch: int) -> NDArray[np.int64]:
    table = np.empty((T, len(seeds), batch), dtype=np.int64)
    for r, seed in enumerate(seeds):
        table[:, r] = np.random.Generator(np.random.PCG64(seed)).integers(0, POINTS, (T, batch))
    table.flags.writeable = False
    return table


def _require(name: str, value: object, holds: object, allowed: str) -> None:
    if not holds:
        raise ValueError(f"{name}={value!r} is not allowed; it must be {allowed}")
