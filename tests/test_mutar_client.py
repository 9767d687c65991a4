"""The calls of a client of MuTaR for brain imaging, after its import line has changed.

Sources are few, sensors fewer, and the cost of moving between sources is a matrix that
the client has computed once and uses again and again.
"""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import ConvergenceWarning

import mutar_cy as mutar

pytestmark = pytest.mark.uncertified("tolerances of 100, and a penalty of transport")
N_SUBJECTS, N_SENSORS, N_SOURCES = 3, 15, 24
OPTIONS = {"fit_intercept": False, "normalize": False}
LASSOS = ["IndLasso", "GroupLasso", "DirtyModel"]
REWEIGHTED = ["IndRewLasso", "ReweightedGroupLasso", "MultiLevelLasso"]


def gains():
    """One lead field and one measurement for each subject."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N_SUBJECTS, N_SENSORS, N_SOURCES))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    coef = np.zeros((N_SOURCES, N_SUBJECTS))
    for k in range(N_SUBJECTS):
        coef[[5 + k, 17], k] = 2.0, 1.5
    noise = 0.05 * rng.standard_normal((N_SUBJECTS, N_SENSORS))
    return X, np.einsum("ksj,jk->ks", X, coef) + noise


def ground_metric():
    """A cost that nobody may write to."""
    x = np.arange(N_SOURCES, dtype=float)
    M = np.abs(x[:, None] - x)
    M.flags.writeable = False
    return M


X, Y = gains()
M = ground_metric()
CORRELATION = np.einsum("ksj,ks->jk", X, Y) / N_SENSORS  # (n_sources, n_subjects)


def largest(name):
    """The least alpha at which all is zero, as the client computes it."""
    if name == "IndLasso":
        return np.abs(CORRELATION).max(axis=0)  # one for each subject
    return np.linalg.norm(CORRELATION, axis=1).max()


def transported(cls, **params):
    """Fit as the client does, and see that its matrix has stayed what it was."""
    before = M.copy()
    given = {
        "alpha": np.float64(0.001),
        "beta": 0.2 * np.abs(CORRELATION).max(axis=0),  # one for each subject
        "M": M,
        "epsilon": 100.0 / N_SOURCES,
        "gamma": M.max(),
        **OPTIONS,
        **params,
    }
    model = cls(**given)
    kept = {name: value for name, value in model.get_params().items() if name in given}
    model.fit(X, Y)
    assert_array_equal(M, before)
    for name, value in kept.items():
        assert getattr(model, name) is value, name
    return model


@pytest.mark.parametrize("name", ["MTW", "ReMTW"])
@pytest.mark.parametrize("concomitant", [False, True])
@pytest.mark.parametrize("positive", [False, True])
def test_transport(name, concomitant, positive):
    options = {"concomitant": concomitant, "positive": positive, "tol": 1e-6}
    model = transported(getattr(mutar, name), **options)
    assert model.coef_.shape == (N_SOURCES, N_SUBJECTS)
    assert model.barycenter_.shape == (N_SOURCES,)
    assert model.sigma_.shape == (N_SUBJECTS,)
    assert_array_equal(model.intercept_, 0.0)
    assert_array_equal(model.coef_, model.coef1_ - model.coef2_)
    assert np.all(model.score(X, Y) > 0.7)


@pytest.mark.parametrize("name", ["MTW", "ReMTW"])
def test_a_tolerance_of_a_hundred_ends_at_once_and_in_silence(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = transported(getattr(mutar, name), tol=100.0)
    assert np.isfinite(model.coef_).all()
    assert model.n_iter_ < 20


@pytest.mark.parametrize("name", ["MTW", "ReMTW"])
@pytest.mark.parametrize(
    "options",
    [
        {"stable": True, "tol_ot": 1e-6, "max_iter_ot": 50, "max_iter_cd": 2000},
        {"n_jobs": 4, "gpu": False, "ot_threshold": 1e-7, "tol_cd": 1e-5},
    ],
    ids=str,
)
def test_options_of_inner_loops_change_nothing(name, options):
    cls = getattr(mutar, name)
    assert_array_equal(transported(cls, **options).coef_, transported(cls).coef_)


@pytest.mark.parametrize("name", ["MTW", "ReMTW"])
def test_strengths_are_numbers_of_numpy_or_arrays(name):
    cls, beta = getattr(mutar, name), 0.03
    plain = transported(cls, alpha=0.02, beta=beta)
    for given in (np.float64(beta), np.array(beta), np.full(N_SUBJECTS, beta)):
        model = transported(cls, alpha=np.float64(0.02), beta=given)
        assert_array_equal(model.coef_, plain.coef_)
    assert np.isfinite(transported(cls, alpha=np.float32(0.02)).coef_).all()
    single = transported(cls, epsilon=np.float32(4.0), gamma=np.int64(23)).coef_
    assert_array_equal(single, transported(cls, epsilon=4.0, gamma=23.0).coef_)


@pytest.mark.parametrize("name", LASSOS)
def test_exact_zeros_above_the_largest_alpha(name):
    alpha = 1.1 * largest(name)
    strengths = (
        {"beta": 1.1 * np.abs(CORRELATION).max()} if name == "DirtyModel" else {}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = getattr(mutar, name)(alpha, **strengths, **OPTIONS).fit(X, Y)
    assert_array_equal(model.coef_, 0.0)
    assert_array_equal(model.residuals_, Y)
    below = {key: 0.9 * value for key, value in strengths.items()}
    model = getattr(mutar, name)(0.9 * largest(name), **below, **OPTIONS).fit(X, Y)
    assert model.coef_.any()


@pytest.mark.parametrize("name", LASSOS + REWEIGHTED)
def test_norms(name):
    alpha = 0.1 * largest(name)
    if name in ("IndRewLasso", "MultiLevelLasso", "ReweightedGroupLasso"):
        alpha = 0.02
    strengths = {"beta": np.float64(0.07)} if name == "DirtyModel" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", ".*has no specific part")
        model = getattr(mutar, name)(alpha=alpha, **strengths, **OPTIONS).fit(X, Y)
    assert model.coef_.shape == (N_SOURCES, N_SUBJECTS)
    assert_array_equal(model.intercept_, 0.0)
    assert 0 < np.count_nonzero(model.coef_) < model.coef_.size
    assert getattr(mutar, name)(alpha, tol=100.0, **strengths, **OPTIONS).fit(X, Y)


@pytest.mark.parametrize("name", ["MTW", "ReMTW", *LASSOS])
def test_what_has_not_converged_is_said_in_mutar_s_words(name):
    cls, short = getattr(mutar, name), {"max_iter": 1, "tol": 1e-14}

    def fit():
        if name in ("MTW", "ReMTW"):
            return transported(cls, **short)
        strengths = {"beta": 0.007} if name == "DirtyModel" else {}
        return cls(0.01, **strengths, **OPTIONS, **short).fit(X, Y)

    with pytest.warns(ConvergenceWarning) as caught:
        fit()
    said = [str(w.message) for w in caught if w.category is ConvergenceWarning]
    assert said
    assert all(line.startswith("Objective did not converge") for line in said)


def test_the_ground_metric_s_helpers():
    M = mutar.utils.groundmetric(N_SOURCES, p=2, normed=True)
    gamma = mutar.utils.compute_gamma(0.8, M)
    assert gamma == pytest.approx(-M.max() / (2 * np.log(0.8)))
    model = mutar.MTW(0.02, 0.03, M, 5.0 / N_SOURCES, gamma, **OPTIONS).fit(X, Y)
    default = mutar.MTW(0.02, 0.03, **OPTIONS).fit(X, Y)
    assert np.allclose(model.coef_, default.coef_, atol=1e-10)
