"""Coefficients as MuTaR finds them, wherever it is right.

The numbers are from MuTaR 0.0.1 (Python 3.11, numpy 2.4, scikit-learn 1.9), fitted to
the data below with ``tol=1e-13, max_iter=1_000_000``.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mutar_cy import (
    DirtyModel,
    GroupLasso,
    IndLasso,
    IndRewLasso,
    MultiLevelLasso,
    solver_dirty,
    solver_lasso,
)

TASK, SAMPLE, FEATURE = np.indices((2, 6, 3))
X = np.sin(1.0 + 3 * SAMPLE + 5 * FEATURE + 7 * TASK + SAMPLE * FEATURE)
Y = (
    2 * X[:, :, 0]
    - np.array([[1.0], [-0.5]]) * X[:, :, 1]
    + 0.3 * np.cos(np.arange(12.0)).reshape(2, 6)
    + 1
)
TIGHT = {"tol": 1e-15, "max_iter": 100_000}
MUTAR = {
    "dirty": (
        DirtyModel(0.1, 0.08),
        [
            [1.7209716024599, 1.9486804613215],
            [-0.6984492130667, 0.4124848226048],
            [-0.1095047862651, -0.1164899028712],
        ],
        [0.9752195225401, 0.9824211495842],
    ),
    "dirty without a shared part": (
        DirtyModel(0.2, 0.08),
        [
            [1.6788880050132, 1.9481800427115],
            [-0.6813293746906, 0.3764443309983],
            [-0.0925014992366, -0.1065538492292],
        ],
        [0.980121985409, 0.9868548846337],
    ),
    "dirty without intercepts": (
        DirtyModel(0.1, 0.08, fit_intercept=False),
        [
            [1.8011646221877, 1.9665881236263],
            [-0.6737099120166, 0.5207200758836],
            [-0.3956633366692, -0.3806288302669],
        ],
        [0.0, 0.0],
    ),
    "group": (
        GroupLasso(0.2),
        [
            [1.4547201001974, 1.8625602945372],
            [-0.4075979229182, 0.3273886379606],
            [0.0, 0.0],
        ],
        [1.0014162460016, 1.0074594393419],
    ),
    "group, normalized": (
        GroupLasso(0.05, normalize=True),
        [
            [1.8261582355258, 1.9179731594116],
            [-0.7736165030191, 0.4406732395982],
            [-0.1122934515035, -0.1273718044204],
        ],
        [0.9710603716917, 0.9789487346711],
    ),
    "independent": (
        IndLasso([0.1, 0.2]),
        [
            [1.5924674701336, 1.8370736039629],
            [-0.5981710519176, 0.1948874432696],
            [-0.0637245291996, 0.0],
        ],
        [0.9877204223554, 1.0188492298595],
    ),
    "independent, positive": (
        IndLasso([0.1, 0.05], positive=True),
        [[1.3345606573671, 1.9632423218562], [0.0, 0.4403720228891], [0.0, 0.0]],
        [0.9964817878544, 0.9966249616186],
    ),
}


@pytest.mark.parametrize("case", MUTAR.values(), ids=MUTAR)
def test_coefficients(case):
    model, coef, intercept = case
    model.set_params(**TIGHT).fit(X, Y)
    assert_allclose(model.coef_, coef, atol=1e-9)
    assert_allclose(model.intercept_, intercept, atol=1e-9)
    assert np.array_equal(model.coef_ == 0, np.array(coef) == 0)


def test_parts():
    model = DirtyModel(0.1, 0.08, **TIGHT).fit(X, Y)
    shared = [
        [1.7209716024599, 1.9486804613215],
        [-0.5499797635078, 0.4124848226048],
        [-0.1095047862651, -0.1164899028712],
    ]
    specific = [[0.0, 0.0], [-0.1484694495588, 0.0], [0.0, 0.0]]
    assert_allclose(model.coef_shared_, shared, atol=1e-9)
    assert_allclose(model.coef_specific_, specific, atol=1e-9)


def objective(model, penalty):
    """Return the objective of a model without convexity, from its coefficients."""
    loss = ((Y - model.predict(X)) ** 2).sum() / 12
    return loss + penalty(np.abs(model.coef_))


def test_reweighted():
    # MuTaR's loss_, of which the last is the objective at these coefficients.
    loss = [0.7197532304385, 0.675108734978, 0.6367421671975, 0.6367402289505]
    lowest = 0.6367402071359122
    coef = [[1.8672060950363, 2.0114383493714], [-0.8150998867833, 0.0], [0.0, 0.0]]
    model = IndRewLasso([0.1, 0.2], tol=1e-12, tol_reweighting=1e-12).fit(X, Y)
    assert_allclose(model.coef_, coef, atol=1e-9)
    assert_allclose(model.intercept_, [0.990275010987, 1.032589817707], atol=1e-9)
    assert_allclose(model.loss_[0], loss[0], rtol=1e-9)  # the lasso, for both
    assert np.all(np.diff(model.loss_) <= 1e-14)
    reached = objective(model, lambda w: (np.sqrt(w) @ [0.1, 0.2]).sum())
    assert_allclose(model.loss_[-1], reached, rtol=1e-13)
    assert reached <= lowest * (1 + 1e-12)


def test_multi_level():
    # MuTaR ends at 0.6670265389802174 with tol=1e-9, and its coefficients are these.
    coef = [[1.7604085502, 1.9767739851], [-0.666181777, 0.344422473], [0.0, 0.0]]
    model = MultiLevelLasso(0.1, tol=1e-12, max_iter=10_000).fit(X, Y)
    assert_allclose(model.coef_, coef, atol=1e-4)
    reached = objective(model, lambda w: 0.2 * np.sqrt(w.sum(axis=1)).sum())
    assert_allclose(model.objective_, reached, rtol=1e-13)
    assert reached <= 0.6670265389802174
    factors = 0.1 * (model.coef_shared_.sum() + np.abs(model.coef_specific_).sum())
    assert_allclose(objective(model, lambda w: factors), reached, rtol=1e-12)


def test_functions():
    zeros = np.zeros((3, 2))
    x, y = X - X.mean(axis=1, keepdims=True), Y - Y.mean(axis=1, keepdims=True)
    shared, specific, residual, _ = solver_dirty(x, y, zeros, zeros, 0.1, 0.08, **TIGHT)
    assert_allclose(shared + specific, MUTAR["dirty"][1], atol=1e-9)
    expected = y - np.einsum("knj,jk->kn", x, shared + specific)
    assert_allclose(residual, expected, atol=1e-12)
    theta = solver_lasso(x, y, [0.1, 0.2], **TIGHT)
    assert_allclose(theta, MUTAR["independent"][1], atol=1e-9)
