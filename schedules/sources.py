"""The sources that families and claims refer to, by key."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Source:
    """A paper, a library or a page: enough to find it and to cite it."""

    title: str
    authors: str
    year: int
    identifier: str
    url: str


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "smith-2015-cyclical-learning-rates": Source(
            "Cyclical Learning Rates for Training Neural Networks",
            "Leslie N. Smith",
            2015,
            "arXiv:1506.01186",
            "https://arxiv.org/abs/1506.01186",
        ),
        "loshchilov-2016-sgdr": Source(
            "SGDR: Stochastic Gradient Descent with Warm Restarts",
            "Ilya Loshchilov, Frank Hutter",
            2016,
            "arXiv:1608.03983",
            "https://arxiv.org/abs/1608.03983",
        ),
        "continuous-function-schedules": Source(
            "Learning Rate Schedules: Warmup, Decay & Cycling",
            "Continuous Function",
            2026,
            "concept:optimization/learning-rate-schedules",
            "https://continuousfunction.ai",
        ),
        "smith-topin-2017-super-convergence": Source(
            "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates",
            "Leslie N. Smith, Nicholay Topin",
            2017,
            "arXiv:1708.07120",
            "https://arxiv.org/abs/1708.07120",
        ),
        "vaswani-2017-attention": Source(
            "Attention Is All You Need",
            "Ashish Vaswani and others",
            2017,
            "arXiv:1706.03762",
            "https://arxiv.org/abs/1706.03762",
        ),
        "hu-2024-minicpm": Source(
            "MiniCPM: Unveiling the Potential of Small Language Models with Scalable Training Strategies",
            "Shengding Hu and others",
            2024,
            "arXiv:2404.06395",
            "https://arxiv.org/abs/2404.06395",
        ),
        "hagele-2024-cooldown": Source(
            "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations",
            "Alexander Hägele and others",
            2024,
            "arXiv:2405.18392",
            "https://arxiv.org/abs/2405.18392",
        ),
        "bergsma-2025-linear-to-zero": Source(
            "Straight to Zero: Why Linearly Decaying the Learning Rate to Zero Works Best for LLMs",
            "Shane Bergsma and others",
            2025,
            "arXiv:2502.15938",
            "https://arxiv.org/abs/2502.15938",
        ),
        "pytorch-lr-scheduler": Source(
            "torch.optim.lr_scheduler", "The PyTorch authors", 2026, "PyTorch 2.13", "https://pytorch.org/docs"
        ),
        "optax-schedules": Source(
            "optax.schedules", "The optax authors", 2026, "optax 0.2.8", "https://optax.readthedocs.io"
        ),
    }
)
