"""What is wrong with what cross-validated estimators are given."""

import pickle

import numpy as np
import pytest
import simulated
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import LeaveOneOut

from mutar_cy import (
    DirtyModelCV,
    GroupLasso,
    GroupLassoClassifierCV,
    GroupLassoCV,
    alpha_max,
)


def test_a_fit_that_fails_leaves_what_was():
    X, y, _ = simulated.stacked()
    model = GroupLassoCV(alphas=5).fit(X, y)
    before = pickle.dumps(vars(model))
    with pytest.raises(ValueError, match="at least 0 and finite, got -1"):
        model.set_params(alphas=[1.0, -1.0]).fit(X, y)
    model.set_params(alphas=5)
    assert pickle.dumps(vars(model)) == before
    fresh = GroupLassoCV(cv=50)
    with pytest.raises(ValueError, match="n_splits=50"):
        fresh.fit(X, y)
    with pytest.raises(NotFittedError):
        fresh.predict(X)


@pytest.mark.uncertified("it has not converged")
def test_one_warning_for_all_folds():
    X, y, _ = simulated.stacked(n_features=40)
    model = GroupLassoCV(alphas=5, eps=1e-5, max_iter=1, tol=1e-12)
    with pytest.warns(ConvergenceWarning) as seen:
        model.fit(X, y)
    assert sum("of the fits" in str(w.message) for w in seen) == 1
    assert not any("mutar_cy/" in w.filename for w in seen)  # the caller of fit
    assert len({(w.filename, w.lineno) for w in seen}) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"alphas": 0}, "alphas"),
        ({"alphas": []}, "1-D and not empty"),
        ({"alphas": [[1.0]]}, "1-D and not empty"),
        ({"alphas": [np.nan]}, "finite, got nan"),
        ({"eps": 0.0}, "eps"),
        ({"selection": "2se"}, "selection"),
        ({"criterion": "cp"}, "criterion"),
        ({"cv": "five"}, "cv"),
        ({"cv": []}, "gives no fold"),
        ({"cv": [([0, 1], [])]}, "holds out no sample"),
        ({"cv": [([0, 1], [2])]}, "leaves task 1 without a sample"),
        ({"n_jobs": 1.5}, "n_jobs"),
    ],
)
def test_faults(given, message):
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match=message):
        GroupLassoCV(**given).fit(X, y)


def test_faults_of_missing_targets_and_classes():
    X, y, _ = simulated.shared()
    y = y.copy()
    y[:25, 1] = np.nan
    with pytest.raises(ValueError, match="Fold 4 of cv leaves no target of task 1"):
        GroupLassoCV(missing_targets="ignore").fit(X, y)
    labels = np.r_[np.zeros(20), np.ones(10)]
    with pytest.raises(ValueError, match=r"no sample of class 1\.0 to fit to"):
        GroupLassoClassifierCV(cv=[(np.arange(20), np.arange(20, 30))]).fit(X, labels)


@pytest.mark.parametrize("ratios", [0, [-1.0], [np.inf], [[0.5]], []])
def test_faults_of_ratios(ratios):
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match="ratios"):
        DirtyModelCV(ratios=ratios).fit(X, y)


def test_strengths_of_both_parts():
    X, y, _ = simulated.stacked()
    model = DirtyModelCV(alphas=[1.0, 0.1], betas=[0.5, 0.08, 2.0]).fit(X, y)
    assert model.betas_[:, 0].tolist() == [2.0, 0.5, 0.08]
    assert model.alphas_[0].tolist() == [1.0, 0.1]
    assert model.mse_path_.shape == (3, 2, 5)
    with pytest.raises(ValueError, match="betas are strengths beside given alphas"):
        DirtyModelCV(betas=[1.0]).fit(X, y)


def test_one_sample_held_out_at_a_time():
    X, y, _ = simulated.shared()
    model = GroupLassoCV(alphas=4, cv=LeaveOneOut(), selection="1se").fit(X, y)
    assert model.mse_path_.shape == (4, 30)


def test_choosing_no_penalty():
    X, y, _ = simulated.stacked()
    with pytest.warns(UserWarning, match="alpha=0 nothing is penalised") as seen:
        GroupLassoCV(alphas=[0.0]).fit(X, y)
    assert len(seen) == 1
    assert "mutar_cy/" not in seen[0].filename


def test_alpha_max_of_a_model_that_chooses():
    X, y, _ = simulated.stacked()
    assert alpha_max(GroupLassoCV(), X, y) == alpha_max(GroupLasso(), X, y)
    assert GroupLassoCV(alphas=3).fit(X, y).alphas_[0] == pytest.approx(
        alpha_max(GroupLasso(), X, y), rel=1e-12
    )
