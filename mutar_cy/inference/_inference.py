"""Inference: intervals and tests of desparsified estimates."""

import numpy as np
from scipy.stats import chi2, norm, t

from mutar_cy._lib import import_pandas
from mutar_cy.inference._adjust import METHODS, adjust_p_values
from mutar_cy.inference._errors import as_chi2


class Inference:
    """Intervals and tests for coefficients; :func:`desparsify` makes it.

    Parameters
    ----------
    scores : list of DesignScores
        The estimates of every design.
    errors : IndependentErrors or ClusteredErrors
        Their errors.
    feature_names : list
        Names of the features, or numbers.
    labels : list
        The task of every column of coefficients.

    Attributes
    ----------
    estimate_ : ndarray of shape (n_features, n_tasks)
        Desparsified estimates.
    se_ : ndarray of shape (n_features, n_tasks)
        Their standard errors.
    dof_ : ndarray of shape (n_tasks,)
        Residual degrees of freedom.
    sigma_ : ndarray of shape (n_tasks,)
        Standard deviations of the noise.
    p_ : ndarray of shape (n_features, n_tasks)
        Two-sided p-values of t-tests, not adjusted.
    bias_factor_ : ndarray of shape (n_features, n_tasks)
        The bias of an estimate is at most this times the l1 norm of the error of
        the fitted coefficients of its task.
    feature_names_, tasks_ : list
        Names of the features, and the task of every column.

    See Also
    --------
    desparsify : Makes it, with an example.
    """

    def __init__(self, scores, errors, feature_names, labels):
        self._scores, self._errors = scores, errors
        self.feature_names_, self.tasks_ = feature_names, labels
        self.estimate_ = np.hstack([own.estimate for own in scores])
        self.dof_ = errors.dof
        self.sigma_ = np.sqrt(np.concatenate([np.diag(own.noise) for own in scores]))
        self.se_ = errors.standard_errors()
        factors = np.array([own.bias_factor for own in scores])
        counts = [own.estimate.shape[1] for own in scores]
        self.bias_factor_ = np.repeat(factors, counts, axis=0).T
        self.p_ = 2.0 * t.sf(np.abs(self.estimate_ / self.se_), self.dof_)

    def interval(self, level=0.95):
        """Return confidence intervals of all coefficients.

        Parameters
        ----------
        level : float, default=0.95
            Nominal coverage of each interval, between 0 and 1.

        Returns
        -------
        low, high : ndarray of shape (n_features, n_tasks)
            The ends of the intervals.
        """
        check_level(level)
        half = t.isf((1.0 - level) / 2.0, self.dof_) * self.se_
        return self.estimate_ - half, self.estimate_ + half

    def frame(self, *, level=0.95, adjust="holm"):
        """Return one row per coefficient as a DataFrame.

        Parameters
        ----------
        level : float, default=0.95
            Nominal coverage of the intervals.
        adjust : {"holm", "bh", "by"}, default="holm"
            Adjustment of p-values for all coefficients: "holm" bounds the probability
            of any false rejection, "bh" and "by" the share of false ones [1]_ [2]_.

        Returns
        -------
        table : pandas.DataFrame
            Columns "feature", "task", "estimate", "se", "ci_low", "ci_high", "p" and
            "p_adjusted".

        References
        ----------
        .. [1] Y. Benjamini, Y. Hochberg (1995), Controlling the false discovery rate,
           JRSS B 57. Section 3 has "bh".
        .. [2] Y. Benjamini, D. Yekutieli (2001), The control of the false discovery
           rate in multiple testing under dependency, Annals of Statistics 29. Theorem
           1.3 has "by".
        """
        pd = import_pandas("Inference.frame")
        check_method(adjust)
        low, high = self.interval(level)
        n_features, n_tasks = self.estimate_.shape
        return pd.DataFrame(
            {
                "feature": np.repeat(np.array(self.feature_names_), n_tasks),
                "task": np.tile(np.array(self.tasks_), n_features),
                "estimate": self.estimate_.ravel(),
                "se": self.se_.ravel(),
                "ci_low": low.ravel(),
                "ci_high": high.ravel(),
                "p": self.p_.ravel(),
                "p_adjusted": adjust_p_values(self.p_, adjust).ravel(),
            }
        )

    def test(self, groups=None, *, adjust="holm"):
        """Test that groups of features have no effect in any task.

        Parameters
        ----------
        groups : dict of list of int, default=None
            The numbers of the features of every group, by name. By default every
            feature is a group of its own.
        adjust : {"holm", "bh", "by"}, default="holm"
            Adjustment of p-values for all groups, as in :meth:`frame`.

        Returns
        -------
        table : pandas.DataFrame
            One row per group, with "statistic", "df", "p" and "p_adjusted". The
            statistic has a chi-squared distribution with "df" degrees of freedom if
            there is no effect. It is a sum over designs, of F statistics that are
            transformed to the quantiles of a chi-squared distribution.
        """
        pd = import_pandas("Inference.test")
        check_method(adjust)
        if groups is None:
            pairs = enumerate(self.feature_names_)
            groups = {name: [j] for j, name in pairs}
        n_features = len(self.feature_names_)
        for name, members in groups.items():
            outside = [j for j in members if not 0 <= j < n_features]
            if outside or not len(members):
                raise ValueError(
                    f"groups[{name!r}] is {list(members)}, but there are {n_features} "
                    f"features: give numbers from 0 to {n_features - 1}."
                )
        found = [self._errors.wald(np.asarray(own)) for own in groups.values()]
        columns = np.array(found).transpose(2, 0, 1)  # (3, n_groups, n_blocks)
        statistics, df = as_chi2(*columns).sum(axis=1), columns[1].sum(axis=1)
        p = chi2.sf(statistics, df)
        return pd.DataFrame(
            {
                "statistic": statistics,
                "df": df.astype(int),
                "p": p,
                "p_adjusted": adjust_p_values(p, adjust),
            },
            index=pd.Index(list(groups), name="group"),
        )

    def heterogeneity(self, *, adjust="holm"):
        """Test that the effect of a feature is the same in all tasks: Cochran's Q.

        Parameters
        ----------
        adjust : {"holm", "bh", "by"}, default="holm"
            Adjustment of p-values for all features, as in :meth:`frame`.

        Returns
        -------
        table : pandas.DataFrame
            One row per feature: "estimate", the mean effect, weighted by precision, and
            its "se"; "Q", with ``n_tasks - 1`` degrees of freedom; "p", "p_adjusted";
            and "I2", the share of the variance of the effects that is not noise.
        """
        pd = import_pandas("Inference.heterogeneity")
        check_method(adjust)
        n_features, n_tasks = self.estimate_.shape
        if n_tasks < 2:
            raise ValueError("heterogeneity needs effects in at least 2 tasks, got 1.")
        rows = np.array([self._cochran(j) for j in range(n_features)])
        p = chi2.sf(rows[:, 2], n_tasks - 1)
        excess = np.maximum(rows[:, 2] - (n_tasks - 1), 0.0)
        return pd.DataFrame(
            {
                "estimate": rows[:, 0],
                "se": rows[:, 1],
                "Q": rows[:, 2],
                "p": p,
                "p_adjusted": adjust_p_values(p, adjust),
                "I2": excess / np.maximum(rows[:, 2], 1e-300),
            },
            index=pd.Index(self.feature_names_, name="feature"),
        )

    def mean_effects(self, level=0.95):
        """Return the mean effects over tasks, weighted by precision, with intervals.

        Parameters
        ----------
        level : float, default=0.95
            Nominal coverage of each interval, between 0 and 1.

        Returns
        -------
        mean : ndarray of shape (n_features, 3)
            The mean effect, and the ends of its interval.
        """
        check_level(level)
        found = np.array([self._cochran(j)[:2] for j in range(len(self.estimate_))])
        half = norm.isf((1.0 - level) / 2.0) * found[:, 1]
        return np.column_stack([found[:, 0], found[:, 0] - half, found[:, 0] + half])

    def plot(self, ax=None, *, level=0.95, mean="auto", **plot_kw):
        """Draw a forest plot: an interval per task for every feature.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; a new figure by default.
        level : float, default=0.95
            Nominal coverage of the intervals.
        mean : bool or "auto", default="auto"
            Whether to draw mean effects over tasks; by default with two tasks or more.
        **plot_kw
            Passed to :meth:`mutar_cy.plotting.ForestDisplay.plot`, as ``max_features``.

        Returns
        -------
        display : mutar_cy.plotting.ForestDisplay
            The display.
        """
        from mutar_cy.plotting import ForestDisplay

        return ForestDisplay.from_inference(
            self, level=level, mean=mean, ax=ax, **plot_kw
        )

    def _cochran(self, feature):
        """Return the mean effect of a feature, its standard error, and Cochran's Q."""
        effect = self.estimate_[feature]
        precision = np.linalg.inv(self._errors.covariance(feature))
        total = precision.sum()
        mean = precision.sum(axis=0) @ effect / total
        away = effect - mean
        return mean, total**-0.5, max(float(away @ precision @ away), 0.0)


def check_level(level):
    """Raise if a level is not between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level must be between 0 and 1, got {level}; 0.95 is.")


def check_method(adjust):
    """Raise if an adjustment is not known."""
    if adjust not in METHODS:
        raise ValueError(f"adjust must be one of {METHODS}, got {adjust!r}.")
