"""Searches and curves of scikit-learn over a long table are plain loops of fits."""

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose
from scipy import stats
from sklearn import config_context
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    ParameterSampler,
    RandomizedSearchCV,
    cross_validate,
    learning_curve,
    permutation_test_score,
    validation_curve,
)

from mutar_cy import GroupLasso, GroupLassoClassifier, GroupLassoRegressor
from mutar_cy.model_selection import TaskKFold

ALPHAS = [0.01, 0.1, 2.0]
MODELS = [GroupLasso(), GroupLassoRegressor(), GroupLassoClassifier(alpha=0.05)]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)
each_way = pytest.mark.parametrize("way", ["column", "routing"])


class Long:
    """A long table, told to the tools by a column or by routed labels."""

    def __init__(self, way, model):
        (X, self.y, _), task = simulated.long(labels=(0, 1, 2), sizes=(30, 24, 36))
        if isinstance(model, GroupLassoClassifier):
            self.y = self.y > np.median(self.y)
        self.table = np.column_stack([task, X])
        self.routed = way == "routing"
        if self.routed:
            self.X, self.given, self.cv = X, {"task": task}, TaskKFold(3)
            with self.context():
                self.model = clone(model).set_fit_request(task=True)
                self.model.set_score_request(task=True)
        else:
            self.X, self.given = self.table, {}
            self.model, self.cv = self.plain(model), TaskKFold(3, task_column=0)

    def context(self):
        return config_context(enable_metadata_routing=self.routed)

    def plain(self, model):
        return clone(model).set_params(task_column=0)

    def scores(self, model, part=1.0):
        """Return the scores of a plain loop of fits to a part of every training set."""
        found = []
        for train, test in TaskKFold(3, task_column=0).split(self.table):
            train = train[: int(part * len(train))]
            fitted = self.plain(model).fit(self.table[train], self.y[train])
            found.append(
                [fitted.score(self.table[own], self.y[own]) for own in (train, test)]
            )
        return np.array(found).T


def with_alpha(model, alpha):
    return clone(model).set_params(alpha=alpha)


def assert_searched(search, data, model, alphas):
    with data.context():
        search.fit(data.X, data.y, **data.given)
    means = [data.scores(with_alpha(model, alpha))[1].mean() for alpha in alphas]
    assert_allclose(search.cv_results_["mean_test_score"], means, rtol=1e-8)
    assert search.best_params_["alpha"] == alphas[np.argmax(means)]
    direct = with_alpha(data.plain(model), search.best_params_["alpha"])
    direct.fit(data.table, data.y)
    assert np.array_equal(search.best_estimator_.coef_, direct.coef_)


@each_way
@each_model
def test_grid_search(way, model):
    data = Long(way, model)
    search = GridSearchCV(data.model, {"alpha": ALPHAS}, cv=data.cv)
    assert_searched(search, data, model, ALPHAS)


@each_way
@each_model
def test_randomized_search(way, model):
    data = Long(way, model)
    drawn = {"alpha": stats.loguniform(1e-2, 1)}
    search = RandomizedSearchCV(data.model, drawn, n_iter=4, cv=data.cv, random_state=0)
    sampler = ParameterSampler(drawn, 4, random_state=0)
    assert_searched(search, data, model, [each["alpha"] for each in sampler])


@each_way
def test_halving_search_over_iterations(way):
    model = GroupLasso(tol=1e-12)
    data = Long(way, model)
    search = HalvingGridSearchCV(
        data.model,
        {"alpha": ALPHAS},
        cv=data.cv,
        resource="max_iter",
        min_resources=300,
        max_resources=900,
    )
    with data.context():
        search.fit(data.X, data.y, **data.given)
    first = search.cv_results_["iter"] == 0
    means = [data.scores(with_alpha(model, alpha))[1].mean() for alpha in ALPHAS]
    assert_allclose(search.cv_results_["mean_test_score"][first], means, rtol=1e-6)


@each_way
@pytest.mark.parametrize("halving", [HalvingGridSearchCV, HalvingRandomSearchCV])
def test_halving_search_over_samples(way, halving):
    model = GroupLasso(tol=1e-12)
    data = Long(way, model)
    search = halving(
        data.model, {"alpha": ALPHAS}, cv=data.cv, min_resources=30, random_state=0
    )
    with data.context():
        search.fit(data.X, data.y, **data.given)
    assert search.n_resources_ == [30, 90]
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    last = search.cv_results_["iter"] == 1  # all samples, in another order
    alpha = search.cv_results_["param_alpha"][last][0]
    expected = data.scores(with_alpha(model, alpha))[1].mean()
    assert search.cv_results_["mean_test_score"][last][0] == pytest.approx(
        expected, rel=1e-6
    )


@each_way
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_halving_search_that_leaves_a_task_without_samples_says_so(way):
    data = Long(way, GroupLasso())
    search = HalvingGridSearchCV(
        data.model, {"alpha": ALPHAS}, cv=data.cv, min_resources=3, random_state=0
    )
    with data.context(), pytest.warns(UserWarning, match="not seen in fit"):
        search.fit(data.X, data.y, **data.given)
    search.set_params(error_score="raise")
    with data.context(), pytest.raises(ValueError, match="not seen in fit"):
        search.fit(data.X, data.y, **data.given)


@each_way
@each_model
def test_cross_validate(way, model):
    data = Long(way, model)
    with data.context():
        result = cross_validate(
            data.model,
            data.X,
            data.y,
            cv=data.cv,
            params=data.given,
            return_train_score=True,
        )
    train, test = data.scores(model)
    assert_allclose(result["train_score"], train, rtol=1e-10)
    assert_allclose(result["test_score"], test, rtol=1e-10)


@each_way
def test_learning_curve(way):
    data = Long(way, GroupLasso(0.1))
    with data.context():
        _, train, test = learning_curve(
            data.model,
            data.X,
            data.y,
            cv=data.cv,
            params=data.given,
            train_sizes=[0.5, 1.0],
        )
    for k, part in enumerate((0.5, 1.0)):
        expected = data.scores(GroupLasso(0.1), part)
        assert_allclose(train[k], expected[0], rtol=1e-10)
        assert_allclose(test[k], expected[1], rtol=1e-10)


@each_way
def test_validation_curve(way):
    data = Long(way, GroupLasso())
    with data.context():
        train, test = validation_curve(
            data.model,
            data.X,
            data.y,
            cv=data.cv,
            params=data.given,
            param_name="alpha",
            param_range=ALPHAS,
        )
    for k, alpha in enumerate(ALPHAS):
        expected = data.scores(GroupLasso(alpha))
        assert_allclose(train[k], expected[0], rtol=1e-10)
        assert_allclose(test[k], expected[1], rtol=1e-10)


@each_way
def test_permutation_test_score(way):
    data = Long(way, GroupLasso(0.1))
    with data.context():
        score, permuted, p_value = permutation_test_score(
            data.model,
            data.X,
            data.y,
            cv=data.cv,
            params=data.given,
            n_permutations=5,
            random_state=0,
        )
    assert score == pytest.approx(data.scores(GroupLasso(0.1))[1].mean())
    assert p_value == pytest.approx(1 / 6)
    assert permuted.max() < score
