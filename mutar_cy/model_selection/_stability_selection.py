"""Which features would be selected again, from other samples."""

from numbers import Integral, Real

from sklearn.utils._param_validation import HasMethods, Interval

from mutar_cy.model_selection._stability_fit import SubsampleSelector


class StabilitySelection(SubsampleSelector):
    r"""Select the features that an estimator selects from most halves of the data.

    A sparse model is fitted to many subsamples, and how often each feature gets a
    coefficient is counted. With :math:`\hat S_b(\alpha)` the features selected from
    subsample :math:`b` of :math:`B` at the strength :math:`\alpha`,

    .. math::

        \hat\Pi_j(\alpha) = \frac{1}{B} \sum_b
            \mathbf 1 \{ j \in \hat S_b(\alpha) \},
        \qquad
        \hat S = \{ j : \max_\alpha \hat\Pi_j(\alpha) \ge \pi \}

    and a feature is stable if its frequency reaches the threshold :math:`\pi` at one
    strength or another.

    Subsamples are drawn within tasks, so that every task keeps the same fraction of its
    samples, and every class the same fraction of a task; tasks that share a design
    share rows. They come in complementary pairs without a sample in common [2]_.

    Parameters
    ----------
    estimator : estimator
        The sparse model: any of this package's with fixed strengths, for one task or
        several. It is not modified. Those whose coefficients are never 0 need a
        ``support_threshold``.
    alphas : int or array-like of shape (n_alphas,), default=None
        The strengths to fit at: how many, from the smallest that leaves no coefficient
        of all samples down to ``eps`` times it, or the strengths themselves. By default
        those of ``estimator`` only. A second strength that the model has is scaled
        along, as for :func:`~mutar_cy.alpha_max`.
    eps : float, default=0.1
        The last strength that is laid out, as a fraction of the first.
    n_subsamples : int, default=100
        How many subsamples. The last one of an odd number is half a pair.
    sample_fraction : float, default=0.5
        The fraction of every task's samples in a subsample, at most a half.
    threshold : float, default=0.6
        The frequency :math:`\pi` from which on a feature is stable, above a half.
    max_features : int, default=None
        Most features that a subsample may select at one strength or another, or most
        groups, if the model has groups. A path that goes on to more is cut before. It
        bounds ``error_bound_``, and takes more than one strength.
    random_state : int, RandomState instance or None, default=None
        What the subsamples are drawn with.
    n_jobs : int, default=None
        How many subsamples are fitted at once, by threads unless
        :func:`joblib.parallel_config` says otherwise. It does not change the result.

    Attributes
    ----------
    selection_frequencies_ : ndarray of shape (n_features,)
        The largest frequency of every feature, over strengths. A feature is selected if
        it has a coefficient in any task. The task column is not counted.
    support_ : ndarray of bool, shape (n_features,)
        The stable features.
    stability_path_ : ndarray of shape (n_alphas, n_features)
        The frequencies at every strength.
    task_frequencies_ : ndarray of shape (n_features, n_tasks)
        The largest frequency with which a feature has a coefficient in each task.
    alphas_ : ndarray of shape (n_alphas,), or (n_alphas, n_tasks)
        The strengths, descending; one per task for models that have such.
    group_frequencies_ : ndarray of shape (n_groups,)
        The largest frequency of every group, for models with groups.
    group_path_ : ndarray of shape (n_alphas, n_groups)
        The frequencies of groups at every strength, also.
    group_names_ : list
        The names of the groups, also; their numbers if they have none.
    stable_groups_ : list
        The names of those whose frequency reaches the threshold, also.
    n_selected_ : float
        The mean number of features, or groups, that a subsample selects at one strength
        or another.
    error_bound_ : float
        The bound on the expected number of false selections, see Notes.
    tasks_ : ndarray of shape (n_tasks,)
        The labels of the tasks, in the order of the columns of ``task_frequencies_``.
    n_features_in_ : int
        Number of columns of X, the task column included.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns of X, if all are strings.

    See Also
    --------
    mutar_cy.plotting.StabilityDisplay : Plot of the frequencies.
    sklearn.feature_selection.SelectFromModel : Selects what one fit selects.

    Notes
    -----
    Let :math:`q` be ``n_selected_`` and :math:`p` the number of features, or of groups.
    The expected number of features that are stable without being in the model is at
    most

    .. math::

        \frac{q^2}{(2 \pi - 1) \, p}

    if the features that are not in it are exchangeable, and the model is no worse than
    guessing [1]_. With complementary pairs and without these assumptions, this bounds
    the number of stable features that a subsample selects with a probability of at most
    :math:`q / p` [2]_.

    References
    ----------
    .. [1] N. Meinshausen, P. Bühlmann (2010), Stability selection, JRSS B 72. Section
       2.4 has the bound.
    .. [2] R. D. Shah, R. J. Samworth (2013), Variable selection with error control:
       another look at stability selection, JRSS B 75. Section 2 has the pairs, and the
       bound.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.model_selection import StabilitySelection
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 20)) for n in (40, 60)]
    >>> y = [x[:, 3] - x[:, 7] + rng.standard_normal(len(x)) for x in X]
    >>> selection = StabilitySelection(
    ...     GroupLasso(), alphas=10, max_features=4, random_state=0
    ... ).fit(X, y)
    >>> selection.get_support(indices=True).tolist()
    [3, 7]
    >>> bool(selection.error_bound_ <= 4)
    True
    """

    _parameter_constraints = {
        "estimator": [HasMethods(["fit"])],
        "alphas": [Interval(Integral, 2, None, closed="left"), "array-like", None],
        "eps": [Interval(Real, 0, 1, closed="neither")],
        "n_subsamples": [Interval(Integral, 2, None, closed="left")],
        "sample_fraction": [Interval(Real, 0, 0.5, closed="right")],
        "threshold": [Interval(Real, 0.5, 1, closed="right")],
        "max_features": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        estimator,
        *,
        alphas=None,
        eps=0.1,
        n_subsamples=100,
        sample_fraction=0.5,
        threshold=0.6,
        max_features=None,
        random_state=None,
        n_jobs=None,
    ):
        self.estimator = estimator
        self.alphas = alphas
        self.eps = eps
        self.n_subsamples = n_subsamples
        self.sample_fraction = sample_fraction
        self.threshold = threshold
        self.max_features = max_features
        self.random_state = random_state
        self.n_jobs = n_jobs
