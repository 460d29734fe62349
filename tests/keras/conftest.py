"""Networks that are built once for all tests that only look at them."""

from collections.abc import Callable
from functools import cache

import pytest

from fer.evaluation.figures import latency

SEED = 7
ROUNDS = 3
"""A conversion measures its forms as often as this here: no test judges milliseconds."""


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """For each test."""
    monkeypatch.setattr(latency, "ROUNDS", ROUNDS)


@pytest.fixture(scope="session")
def built() -> Callable:
    """Gives the network of an architecture with the weights of `SEED`. No test changes or trains it."""
    keras = pytest.importorskip("keras", reason="networks need Keras, which a small container may leave out")
    from fer.training import networks

    @cache
    def build(arch: str) -> keras.Model:
        keras.utils.set_random_seed(SEED)
        return networks.build(arch)

    return build
