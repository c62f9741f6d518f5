"""Schedules as code to paste: for PyTorch, optax, Keras, Hugging Face and timm.

A stock constructor is written where it gives the engine's rate at every update of the run, else the family's own rule
as a short function. Conventions differ by one step between libraries (`schedules.families` has ours), so each target
says by conditions on the values where its constructors agree; the tests run what is written in the real libraries.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from schedules.export.huggingface import write as write_huggingface
from schedules.export.keras import write as write_keras
from schedules.export.optax import write as write_optax
from schedules.export.pytorch import write as write_pytorch
from schedules.export.timm import write as write_timm
from schedules.spec import SHOWN, Family, get_family

TARGETS: Mapping[str, str] = MappingProxyType(
    {"pytorch": "PyTorch", "optax": "optax", "keras": "Keras", "huggingface": "Hugging Face", "timm": "timm"}
)
_WRITERS: dict[str, Callable[[Family, dict[str, Any]], str]] = {
    "pytorch": write_pytorch,
    "optax": write_optax,
    "keras": write_keras,
    "huggingface": write_huggingface,
    "timm": write_timm,
}


def export_code(target: str, family: str, **params: Any) -> str:
    """Return Python code for a library that uses the rates of `schedules.curve` at every update of the run.

    The code needs the library alone. It defines `make_scheduler(optimizer)` for PyTorch, Hugging Face and timm, and
    `schedule`, a function of the update's index, for optax and Keras; its first comment says when to step it.

    Args:
        target: A key of `TARGETS`.
        family: A key of `FAMILIES`.
        params: The family's parameters; those left out have their defaults.

    Raises:
        ValueError: for an unknown target, family or parameter, or a value that is not legal.
    """
    if not isinstance(target, str) or target not in TARGETS:
        raise ValueError(f"target={repr(target)[:SHOWN]} is not known; it must be one of {', '.join(TARGETS)}")
    chosen = get_family(family)
    return _WRITERS[target](chosen, chosen.validate(params))
