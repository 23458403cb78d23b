"""A fitted model as bytes and words, and back, so that any figure can be computed again from what was kept."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.drivers import Driver
from readiness.core.risk.evidence import Weighed, undriven, without_drivers
from readiness.core.risk.fit import Fit, Form, Initiatives
from readiness.core.risk.laplace import Posterior

Array = NDArray[np.float64]
ENGINE = "2026.1"  # another way of computing the same inputs has another name


class OtherEngine(ValueError):
    """The version was fitted by an engine that this code does not have: replay it with the release that wrote it."""


@dataclass(frozen=True, slots=True)
class Codes:
    """What the form's columns stand for: ids of root units, ids of the units below them, keys and names of stages."""

    organisations: tuple[int, ...]
    units: tuple[int, ...]
    stage_keys: tuple[str, ...]
    stages: tuple[str, ...]


def digest(*parts: Any) -> str:
    """SHA-256 over arrays (their shape, type and bytes) and anything else (as repr)."""
    whole = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            whole.update(f"{part.shape}{part.dtype.str}".encode())
            whole.update(np.ascontiguousarray(part).reshape(-1).view(np.uint8).data)
        else:
            whole.update(repr(part).encode())
    return whole.hexdigest()


def form_of(form: Form, codes: Codes, published: dict[str, float]) -> dict[str, Any]:
    """The form as JSON; `published` are the shares that its reference class comes from."""
    return {
        "drivers": [[one.key, one.mean, one.sd, one.validated] for one in form.drivers],
        "eta": list(form.eta), "organisation_sd": form.organisation_sd, "unit_sd": form.unit_sd, "stage_sd": form.stage_sd,
        "organisations": list(codes.organisations), "units": list(codes.units), "stage_keys": list(codes.stage_keys),
        "stages": list(codes.stages), "published": published,
    }  # fmt: skip


def codes_of(form: dict[str, Any]) -> Codes:
    return Codes(
        tuple(form["organisations"]), tuple(form["units"]), tuple(form["stage_keys"]), tuple(form["stages"]),
    )  # fmt: skip


def packed(weighed: Weighed) -> bytes:
    """Both fits' arrays, compressed."""
    arrays: dict[str, Any] = {"mix": weighed.with_drivers.form.mix, "log_factor": weighed.log_factor}
    for name, fit in (("driven", weighed.with_drivers), ("plain", weighed.without)):
        arrays |= {
            f"{name}_mode": fit.posterior.mode, f"{name}_cholesky": fit.posterior.cholesky, f"{name}_mean": fit.prior_mean,
            f"{name}_variance": fit.prior_variance, f"{name}_counts": [fit.factor, fit.months, fit.abandoned, fit.produced],
        }  # fmt: skip
    kept = io.BytesIO()
    np.savez_compressed(kept, **arrays)
    return kept.getvalue()


def unpacked(form: dict[str, Any], arrays: bytes, engine: str = ENGINE) -> Weighed:
    """The inverse of `packed` and `form_of`; raises OtherEngine."""
    if engine != ENGINE:
        raise OtherEngine(f"fitted by engine {engine}, this is {ENGINE}")
    with np.load(io.BytesIO(arrays), allow_pickle=False) as kept:
        read = {name: kept[name] for name in kept.files}
    drivers = tuple(Driver(key, mean, sd, validated) for key, mean, sd, validated in form["drivers"])
    whole = Form(
        drivers, read["mix"], len(form["organisations"]), len(form["units"]), len(form["stage_keys"]), tuple(form["eta"]),
        form["organisation_sd"], form["unit_sd"], form["stage_sd"],
    )  # fmt: skip
    return Weighed(_fit(read, "driven", whole), _fit(read, "plain", without_drivers(whole)), float(read["log_factor"]))


def _fit(read: dict[str, Array], name: str, form: Form) -> Fit:
    factor, months, abandoned, produced = read[f"{name}_counts"]
    posterior = Posterior(read[f"{name}_mode"], read[f"{name}_cholesky"])
    mean, variance = read[f"{name}_mean"], read[f"{name}_variance"]
    return Fit(form, posterior, mean, variance, float(factor), int(months), int(abandoned), int(produced))


def inputs_digest(rows: Initiatives, row: int, version: str) -> str:
    """Of one initiative's inputs under a version (its digest): what a citation of the figure carries."""
    return digest(rows.answers[row], int(rows.organisation[row]), int(rows.unit[row]), int(rows.stage[row]), version)


__all__ = ["ENGINE", "Codes", "OtherEngine", "codes_of", "digest", "form_of", "inputs_digest", "packed", "undriven", "unpacked"]
