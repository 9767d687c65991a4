"""Any model along a path is what it is fit by fit."""

import numpy as np
import pytest
import simulated
import simulated_glm
from folds import PROBLEMS
from numpy.testing import assert_allclose
from simulated_glm import LOSSES
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mutar_cy import (
    MTW,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    IndLasso,
    IndRewLasso,
    MultiLevelLasso,
    RegularizationPath,
    ReweightedGroupLasso,
    alpha_max,
    regularization_path,
)
from mutar_cy import linear_model as ours

ALPHAS = [0.02, 1.0, 0.2, 0.05, 0.5]
DESCENDING = sorted(ALPHAS, reverse=True)
MODELS = [
    GroupLasso(tol=1e-10),
    IndLasso(tol=1e-10),
    ReweightedGroupLasso(tol=1e-10),
    IndRewLasso(tol=1e-14),  # near the value at which an entry vanishes
    MultiLevelLasso(tol=1e-10),
    GroupLasso(groups=2, tol=1e-10, alpha=1.0),
    GroupLasso(tol=1e-10, positive=True, normalize=True, groups=[[0, 1], range(2, 10)]),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)


@pytest.mark.drawn(least=14)
@each_model
@pytest.mark.parametrize("name", ["stacked", "list, weights", "shared", "long"])
def test_every_point_is_a_fit(model, name):
    X, y, more = PROBLEMS[name]
    if model.get_params().get("normalize") and more:
        more = {k: v for k, v in more.items() if k != "sample_weight"}
    before = repr(model.get_params())
    path = regularization_path(model, X, y, alphas=ALPHAS, **more)
    assert path.alphas.tolist() == DESCENDING
    assert repr(model.get_params()) == before
    for at, alpha in enumerate(DESCENDING):
        fit = type(model)(**{**model.get_params(), "alpha": alpha}).fit(X, y, **more)
        assert_allclose(path.coefs[..., at], fit.coef_, atol=2e-5)
        assert_allclose(path.intercepts[..., at], fit.intercept_, atol=2e-5)
        assert_allclose(path.objectives[at], fit.objective_, rtol=1e-8)
    assert np.all(path.dual_gaps <= 5e-9)  # null objectives are 16 to 50
    assert path.n_iters.shape == (5,)


@pytest.mark.parametrize(
    "model",
    [
        ours.Lasso(tol=1e-11),
        ours.ElasticNet(tol=1e-13, l1_ratio=0.4),
        ours.MultiTaskLasso(tol=1e-11),
        ours.MultiTaskElasticNet(tol=1e-13, l1_ratio=0.4),
    ],
    ids=lambda m: type(m).__name__,
)
def test_drop_ins(model):
    X, Y, _ = simulated.shared()
    y = Y if "Multi" in type(model).__name__ else Y[:, 0]
    path = regularization_path(model, X, y, alphas=ALPHAS)
    for at, alpha in enumerate(DESCENDING):
        fit = type(model)(**{**model.get_params(), "alpha": alpha}).fit(X, y)
        assert_allclose(path.coefs[..., at], fit.coef_.T, atol=1e-6)
        assert_allclose(path.intercepts[..., at], fit.intercept_, atol=1e-6)
    assert path.row_norms.shape == (5, 10)


def test_classes():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 6))
    y = np.argmax(X[:, :3] + rng.gumbel(size=(90, 3)), axis=1)
    model = GroupLassoClassifier(groups=2, tol=1e-10)
    path = regularization_path(model, X, y, alphas=4, eps=0.05)
    assert path.coefs.shape == (6, 1, 3, 4)  # features, a task, classes
    assert path.row_norms.shape == (4, 6)
    assert path.to_dataframe().shape == (4, 18)
    for at, alpha in enumerate(path.alphas):
        fit = GroupLassoClassifier(groups=2, alpha=alpha, tol=1e-10).fit(X, y)
        assert_allclose(path.coefs[:, 0, :, at], fit.coef_.T, atol=1e-5)
        assert_allclose(path.intercepts[0, :, at], fit.intercept_, atol=1e-5)


def test_classes_of_several_tasks():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 6))
    y = np.argmax(X[:, :3] + rng.gumbel(size=(90, 3)), axis=1)
    task = np.repeat(["a", "b"], 45)
    model = GroupLassoClassifier(groups=2, tol=1e-10)
    path = regularization_path(model, X, y, alphas=3, eps=0.1, task=task)
    model.set_params(alpha=path.alphas[-1]).fit(X, y, task=task)
    assert_allclose(path.coefs[..., -1], np.moveaxis(model.coef_, 0, -1), atol=1e-5)
    assert_allclose(path.intercepts[..., -1], model.intercept_.T, atol=1e-5)
    two = regularization_path(model, X, y == 1, alphas=3, eps=0.1, task=task)
    model.set_params(alpha=two.alphas[-1]).fit(X, y == 1, task=task)
    assert_allclose(two.coefs[..., -1], model.coef_[0], atol=1e-5)
    assert two.row_norms.shape == (3, 6)


def test_automatic_strengths():
    X, y, _ = simulated.ragged()
    path = regularization_path(GroupLasso(), X, y, alphas=7, eps=0.01)
    assert_allclose(
        path.alphas, np.geomspace(1, 0.01, 7) * alpha_max(GroupLasso(), X, y)
    )
    assert not path.coefs[..., 0].any()
    single = regularization_path(IndLasso(), X, y, alphas=7)
    assert_allclose(single.alphas[0], alpha_max(IndLasso(), X, y))
    assert single.alphas.shape == (7, 3)
    tied = regularization_path(DirtyModel(1.0, 0.7, tol=1e-9), X, y, alphas=4)
    fit = DirtyModel(tied.alphas[2], 0.7 * tied.alphas[2], tol=1e-9).fit(X, y)
    assert_allclose(tied.coefs[..., 2], fit.coef_, atol=1e-4)


def test_enough_features():
    X, y, _ = simulated.stacked()
    whole = regularization_path(GroupLasso(), X, y, alphas=30)
    counts = (whole.row_norms > 0).sum(axis=1)
    path = regularization_path(GroupLasso(), X, y, alphas=30, max_features=4)
    stop = int(np.argmax(counts > 4))
    assert len(path.alphas) == stop + 1
    assert np.array_equal(path.coefs, whole.coefs[..., : stop + 1])


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_enough_explained(loss):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 6))
    y = rng.poisson(np.exp(0.6 * X[:, 0] - 0.4 * X[:, 3]))
    model = GroupLasso(groups=1, loss=loss, tol=1e-8, alpha=1.0)
    path = regularization_path(model, X, y, max_explained=0.3)
    assert len(path.alphas) < 100
    for at, alpha in enumerate(path.alphas[-2:]):
        explained = GroupLasso(groups=1, alpha=alpha, loss=loss, tol=1e-8)
        explained = explained.fit(X, y).score(X, y)
        assert explained >= 0.3 or at == 0
    assert len(regularization_path(model, X, y, max_explained=1.0).alphas) == 100


def test_tables():
    pytest.importorskip("pandas")
    X, y, _ = simulated.stacked()
    path = regularization_path(GroupLasso(), X, y, alphas=[1.0, 0.5])
    table = path.to_dataframe()
    kept = np.flatnonzero(path.coefs.any(axis=(1, 2)))
    assert table.index.tolist() == [1.0, 0.5]
    assert table.columns.names == ["feature", "task"]
    assert_allclose(table.loc[0.5, (kept[0], 2)], path.coefs[kept[0], 2, 1])
    assert table.shape == (2, 3 * len(kept))
    assert "2 alphas, 10 features" in repr(path)
    two = regularization_path(DirtyModel(), X, y, alphas=[1.0, 0.5], betas=[0.4])
    two = two.to_dataframe()
    assert two.index.names == ["alpha", "beta"]
    assert_allclose(two.index.get_level_values("beta"), [0.4, 0.4])
    single = regularization_path(GroupLasso(), X[0], y[0], alphas=3).to_dataframe()
    assert single.columns.name == "feature"


@pytest.mark.parametrize("name", ["stacked", "list, weights", "shared"])
def test_two_strengths(name):
    X, y, more = PROBLEMS[name]
    model, shape = DirtyModel(tol=1e-10), (3, 5)
    path = regularization_path(model, X, y, alphas=ALPHAS, betas=3, **more)
    assert isinstance(path, RegularizationPath)
    assert path.alphas.shape == path.betas.shape == path.dual_gaps.shape == shape
    assert_allclose(path.betas, path.alphas * np.geomspace(3**-0.5, 1, 3)[:, None])
    for at in np.ndindex(shape):
        fit = DirtyModel(path.alphas[at], path.betas[at], tol=1e-10).fit(X, y, **more)
        assert_allclose(path.coefs[..., *at], fit.coef_, atol=2e-5)
    assert path.row_norms.shape == (3, 5, 10)


def test_both_ends_of_the_ratios():
    X, y, _ = simulated.stacked()
    path = regularization_path(DirtyModel(tol=1e-11), X, y, alphas=6, betas=3)
    assert_allclose(path.betas[:, 0] / path.alphas[:, 0], [3**-0.5, 3**-0.25, 1.0])
    group = GroupLasso(path.alphas[2, 3], tol=1e-11).fit(X, y)
    assert_allclose(path.coefs[..., 2, 3], group.coef_, atol=1e-6)
    lasso = IndLasso(path.betas[0, 3], tol=1e-11).fit(X, y)
    assert_allclose(path.coefs[..., 0, 3], lasso.coef_, atol=1e-5)
    assert not path.coefs[..., 0].any()
    assert path.coefs[..., 1].any()


@pytest.mark.parametrize("betas", [[0.3, 0.1], [0.1, 2.0]])
def test_pairs_of_strengths(betas):
    X, y, _ = simulated.stacked()
    model = DirtyModel(tol=1e-10)
    path = regularization_path(model, X, y, alphas=[1.0, 0.2, 0.05], betas=betas)
    for at in np.ndindex(2, 3):
        fit = DirtyModel(path.alphas[at], path.betas[at], tol=1e-10).fit(X, y)
        assert_allclose(path.coefs[..., *at], fit.coef_, atol=1e-5)


@pytest.mark.uncertified("MTW's problem is another one")
@pytest.mark.parametrize("given", [{}, {"positive": True}, {"concomitant": True}])
def test_transport(given):
    X, y, _ = simulated.stacked()
    model = MTW(tol=1e-9, **given)
    path = regularization_path(model, X, y, alphas=[0.1, 1.0], betas=[0.05, 0.5])
    assert path.betas[0].tolist() == [0.5, 0.05]
    for at in np.ndindex(2, 2):
        fit = MTW(path.alphas[at], path.betas[at], tol=1e-9, **given).fit(X, y)
        assert_allclose(path.coefs[..., *at], fit.coef_, atol=1e-4)
        assert_allclose(path.objectives[at], fit.objective_, rtol=1e-7)


@pytest.mark.uncertified("MTW's problem is another one")
def test_transport_has_a_path_of_its_own_alpha():
    X, y, _ = simulated.stacked()
    path = regularization_path(MTW(alpha=0.3), X, y, betas=3)
    assert path.alphas.tolist() == [[0.3] * 3]
    lasso = regularization_path(IndLasso(), X, y, alphas=3, eps=1e-3)
    assert_allclose(path.betas[0], lasso.alphas.max(axis=1))


@pytest.mark.parametrize("inner", [GroupLasso(groups=2), GroupLassoCV(groups=2)])
def test_pipelines_and_searches(inner):
    X, Y, _ = simulated.shared()
    scaler = StandardScaler()
    pipeline = make_pipeline(scaler, inner)
    plain = regularization_path(
        GroupLasso(groups=2), scaler.fit_transform(X), Y, alphas=5
    )
    path = regularization_path(pipeline, X, Y, alphas=5)
    assert np.array_equal(path.coefs, plain.coefs)
    grid = {f"{type(inner).__name__.lower()}__fit_intercept": [True]}
    search = GridSearchCV(pipeline, grid, cv=2)
    assert np.array_equal(regularization_path(search, X, Y, alphas=5).coefs, path.coefs)


@pytest.mark.parametrize("loss", LOSSES)
def test_groups_of_a_path(loss):
    X, y = simulated_glm.own(loss)
    model = GroupLasso(groups=[[0, 1, 2], [3, 4], [5, 6, 7]], loss=loss, tol=1e-9)
    path = regularization_path(model, X, y, alphas=5, eps=0.05)
    assert path.group_names == [0, 1, 2]
    table = path.to_dataframe(by="groups")
    for at, alpha in enumerate(path.alphas):
        fit = clone(model).set_params(alpha=alpha).fit(X, y)
        assert_allclose(path.coefs[..., at], fit.coef_, atol=1e-4)
        assert_allclose(path.group_norms[at], fit.group_norms_, atol=1e-4)
        assert_allclose(table.iloc[at], path.group_norms[at])
    with pytest.raises(ValueError, match=r"no groups: .*leave by='features'"):
        regularization_path(GroupLasso(), X, y, alphas=2).to_dataframe(by="groups")


def test_faults_of_paths():
    X, y, _ = simulated.stacked()
    with pytest.raises(TypeError, match=r"estimator of mutar_cy.*got Ridge"):
        regularization_path(Ridge(), X, y)
    with pytest.raises(ValueError, match="GroupLasso has one strength, alpha"):
        regularization_path(GroupLasso(), X, y, betas=[0.1])
    with pytest.raises(ValueError, match="at least 0 and finite, got -1"):
        regularization_path(GroupLasso(), X, y, alphas=[-1.0])
    with pytest.raises(ValueError, match="max_explained"):
        regularization_path(GroupLasso(), X, y, max_explained=2.0)
    with pytest.raises(ValueError, match="betas are strengths beside given alphas"):
        regularization_path(DirtyModel(), X, y, betas=[0.1])
    with pytest.warns(UserWarning, match="alpha=0"):
        regularization_path(GroupLasso(), X, y, alphas=[0.0, 1.0])
    with pytest.warns(ConvergenceWarning, match="Duality gap") as seen:
        regularization_path(GroupLasso(max_iter=1, tol=1e-14), X, y, alphas=[0.01])
    assert seen[0].filename == __file__
