"""The fuzzer: its first problems are right, and its judge sees what is wrong."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from mutar_cy import GroupLasso, IndLasso

SOURCE = Path(__file__).parents[1] / "tools" / "fuzz.py"
spec = importlib.util.spec_from_file_location("fuzz", SOURCE)
fuzz = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fuzz)


@pytest.mark.uncertified("the judge is the fuzzer's own")
@pytest.mark.parametrize("start", range(0, 200, 50))
def test_first_problems(start, monkeypatch):
    monkeypatch.setattr(fuzz.signal, "alarm", lambda seconds: None)
    wrong = {seed: fuzz.run(seed) for seed in range(start, start + 50)}
    assert not {seed: reason for seed, reason in wrong.items() if reason}


@pytest.mark.parametrize("cls", [GroupLasso, IndLasso])
def test_a_wrong_coefficient_is_seen(cls, monkeypatch):
    fit = cls.fit

    def moved(self, X, y, **options):
        fit(self, X, y, **options)
        self.coef_ = self.coef_ + 0.05 * np.abs(self.coef_).max() + 1e-3 * np.ptp(y[0])
        return self

    monkeypatch.setattr(cls, "fit", moved)
    found = [fuzz.fit_and_judge(fuzz.Problem(seed)) for seed in range(60)]
    found = [reason for reason in found if reason and cls.__name__ in reason]
    assert len(found) > 15, found
