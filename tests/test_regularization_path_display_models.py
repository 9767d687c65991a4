"""The plot along the path of an estimator, and what it was chosen by."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pictures import data, texts

from mutar_cy import (
    MTW,
    MTWCV,
    DirtyModel,
    DirtyModelCV,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    IndLasso,
    IndLassoCV,
    ReweightedGroupLasso,
    regularization_path,
)
from mutar_cy.linear_model import (
    ElasticNetCV,
    Lasso,
    LassoCV,
    MultiTaskElasticNetCV,
    MultiTaskLasso,
    MultiTaskLassoCV,
)
from mutar_cy.plotting import RegularizationPathDisplay

pytestmark = [
    pytest.mark.usefixtures("figures"),
    pytest.mark.uncertified("fits of others' tests"),
]
draw = RegularizationPathDisplay.from_estimator


@pytest.mark.parametrize(
    "model", [GroupLasso(0.1), DirtyModel(0.1, 0.07), ReweightedGroupLasso(0.1)]
)
def test_an_estimator_is_followed_along_its_path(model):
    X, y = data()
    shown = draw(model, X, y, alphas=7)
    path = regularization_path(model, X, y, alphas=7)
    assert_array_equal(shown.alphas, path.alphas)
    assert_array_equal(shown.coefs, path.coefs)
    assert shown.alpha_best == 0.1
    assert not hasattr(model, "coef_")
    assert shown.curve_ax_ is None
    for line in shown.lines_:
        feature = int(line.get_label().split()[1])
        assert_allclose(line.get_ydata(), path.row_norms[:, feature], atol=1e-15)


def test_what_is_given():
    X, y = data()
    task = np.repeat(["a", "b", "c"], 40)
    given = {"task": task, "sample_weight": np.linspace(0.5, 2, 120)}
    long = np.concatenate(X), y.ravel()
    alphas = [0.5, 0.1, 0.02]
    shown = draw(GroupLasso(9.0), *long, alphas=alphas, fit_params=given)
    path = regularization_path(GroupLasso(), *long, alphas=alphas, **given)
    assert_array_equal(shown.coefs, path.coefs)
    assert shown.alpha_best is None  # not on the path
    assert shown.task_names.tolist() == ["a", "b", "c"]


def test_strengths_of_tasks_are_shown_by_the_largest():
    X, y = data()
    shown = draw(IndLasso(), X, y, alphas=5)
    path = regularization_path(IndLasso(), X, y, alphas=5)
    assert path.alphas.shape == (5, 3)
    assert_array_equal(shown.alphas, path.alphas.max(axis=1))


def test_models_with_scikit_learns_names():
    X, y = data()
    shown = draw(Lasso(0.1), X[0], y[0], alphas=5)
    assert shown.coefs.shape == (8, 5)
    rows = draw(MultiTaskLasso(0.1), X[0], y.T, alphas=5)
    assert rows.coefs.shape == (8, 3, 5)
    assert rows.alpha_best == 0.1


def test_classes_are_like_responses():
    X, _ = data()
    labels = np.array(["a", "b", "c"])[np.argmax(X[0, :, :3], axis=1)]
    model = GroupLassoClassifier(groups=1, alpha=0.05)
    shown = draw(model, X[0], labels, alphas=5)
    assert shown.coefs.shape == (8, 1, 3, 5)
    model.set_params(alpha=float(shown.alphas[-1])).fit(X[0], labels)
    assert_allclose(shown.coefs[:, 0, :, -1], model.coef_.T, atol=0.05)
    two = draw(model, X[0], labels == "a", alphas=5)
    assert two.coefs.shape == (8, 5)
    task = np.repeat(["x", "y"], 20)
    own = draw(model, X[0], labels, alphas=5, fit_params={"task": task})
    assert own.coefs.shape == (8, 2, 3, 5)


def test_the_curve_is_what_was_chosen_by():
    X, y = data()
    model = GroupLassoCV(alphas=8, cv=3, rule="1se")
    shown = draw(model, X, y)
    assert not hasattr(model, "coef_")
    model.fit(X, y)
    again = draw(model, X, y)
    for each in (shown, again):
        assert_array_equal(each.alphas, model.alphas_)
        assert_array_equal(each.mse_path, model.mse_path_)
        assert each.alpha_best == model.alpha_
        assert_allclose(each.curve_line_.get_ydata(), model.mse_path_.mean(axis=1))
    at = int(np.argmax(model.alphas_ == model.alpha_))
    assert_allclose(shown.coefs[..., at], model.coef_, atol=0.01)
    assert shown.curve_ax_.get_ylabel() == "held-out squared error"


def test_a_criterion_may_have_chosen():
    X, y = data()
    model = GroupLassoCV(alphas=8, criterion="bic").fit(X, y)
    shown = draw(model, X, y)
    assert_array_equal(shown.criterion_path, model.criterion_path_)
    assert shown.curve_ax_.get_ylabel() == "BIC"
    assert shown.curve_band_ is None


def test_deviance_may_have_chosen():
    X, y = data()
    model = GroupLassoCV(groups=2, alphas=5, cv=3, loss="poisson")
    model.fit(X[0], np.abs(y[0]))
    shown = draw(model, X[0], np.abs(y[0]))
    assert_array_equal(shown.mse_path, model.deviance_path_)
    assert shown.curve_ax_.get_ylabel() == "held-out deviance"


@pytest.mark.parametrize("options", [{}, {"alphas": [0.5, 0.2, 0.1], "betas": [0.15]}])
def test_of_two_strengths_the_chosen_path_is_drawn(options):
    X, y = data()
    model = DirtyModelCV(**{"alphas": 5, "cv": 3, **options}).fit(X, y)
    shown = draw(model, X, y)
    on_it = (model.alphas_ == model.alpha_) & (model.betas_ == model.beta_)
    (row,), _ = np.nonzero(on_it)
    assert_array_equal(shown.alphas, model.alphas_[row])
    assert_array_equal(shown.mse_path, model.mse_path_[row])
    assert shown.alpha_best == model.alpha_
    column = int(np.argmax(model.alphas_[row] == model.alpha_))
    assert_allclose(shown.coefs[..., column], model.coef_, atol=0.01)


def test_transport_is_followed_over_the_other_strength():
    X, y = data()
    model = MTWCV(alphas=[0.1, 1.0], betas=[0.5, 0.2, 0.1], cv=3, tol=1e-3).fit(X, y)
    shown = draw(model, X, y)
    assert shown.strength == "beta"
    assert_array_equal(shown.alphas, [0.5, 0.2, 0.1])
    assert shown.alpha_best == model.beta_
    row = int(np.argmax(model.alphas_[:, 0] == model.alpha_))
    assert_array_equal(shown.mse_path, model.mse_path_[row])
    at = int(np.argmax(model.betas_[row] == model.beta_))
    assert_allclose(shown.coefs[..., at], model.coef_, atol=0.05)


def test_every_task_may_have_chosen_for_itself():
    X, y = data()
    model = IndLassoCV(alphas=5, cv=3).fit(X, y)
    shown = draw(model, X, y)
    assert_array_equal(shown.alphas, model.alphas_.max(axis=1))
    assert_array_equal(shown.mse_path, model.mse_path_)
    assert shown.alpha_best is None


def test_one_of_several_paths():
    X, y = data()
    path = regularization_path(DirtyModel(), X, y, alphas=4, betas=3)
    shown = RegularizationPathDisplay.from_path(path, number=1)
    assert_array_equal(shown.coefs, path.coefs[..., 1, :])
    assert_array_equal(shown.alphas, path.alphas[1])
    for wrong in (None, 3, -1, 0.5):
        with pytest.raises(ValueError, match=f"one of 3 paths, .* got {wrong}"):
            RegularizationPathDisplay.from_path(path, number=wrong)
    over_beta = regularization_path(MTW(), X, y, alphas=[0.1, 1.0], betas=[0.5, 0.1])
    shown = RegularizationPathDisplay.from_path(over_beta, number=0)
    assert_array_equal(shown.alphas, [0.5, 0.1])
    assert shown.ax_.get_xlabel() == "beta"


def test_names_come_with_the_path():
    pd = pytest.importorskip("pandas")
    X, y = data()
    table = pd.DataFrame(X[0], columns=[f"x{j}" for j in range(8)])
    shown = draw(GroupLasso(0.1), table, y[0], alphas=5, max_labels=2)
    assert sorted(texts(shown.labels_)) == ["x1", "x5"]


def test_estimators_without_a_path():
    with pytest.raises(TypeError, match="got object"):
        draw(object(), *data())


@pytest.mark.parametrize(
    "model",
    [
        LassoCV(alphas=6, cv=3),
        MultiTaskLassoCV(alphas=6, cv=3),
        ElasticNetCV(alphas=6, cv=3),
        ElasticNetCV(alphas=6, cv=3, l1_ratio=[0.2, 0.5, 1.0]),
        MultiTaskElasticNetCV(alphas=[0.5, 0.1, 0.02], cv=3, l1_ratio=[0.5, 0.9]),
    ],
    ids=lambda model: type(model).__name__,
)
def test_what_drop_ins_have_chosen(model):
    X, y = data()
    X, y = X[0], y.T if type(model).__name__.startswith("Multi") else y[0]
    shown = draw(model, X, y)
    model.fit(X, y)
    ratios = list(np.ravel(getattr(model, "l1_ratio", 1.0)))
    row = ratios.index(model.l1_ratio_) if len(ratios) > 1 else ()
    several = model.alphas_.ndim > 1
    assert_array_equal(shown.alphas, model.alphas_[row] if several else model.alphas_)
    assert_array_equal(shown.mse_path, model.mse_path_[row])
    assert shown.alpha_best == model.alpha_
    at = int(np.argmax(shown.alphas == model.alpha_))
    assert_allclose(shown.coefs[..., at], model.coef_.T, atol=0.01)
