"""FitsStatistics: models that statistics of the data determine."""

from typing import Any

from sklearn.utils.validation import check_is_fitted

from mutar_cy.estimators._chunked import certify, evidence_of


class FitsStatistics:
    """A model of squared error that can be fitted to `TaskStats` alone.

    Its gap is then that of the statistics, until sums of residuals over the data
    certify it. This is a mixin of `MultiTaskModel`.
    """

    _fits_statistics = True
    _fits_streams = True
    _evidence: Any

    def _check_federated(self):
        """Raise if the model was not fitted to statistics alone."""
        check_is_fitted(self)
        if not hasattr(self, "_evidence"):
            raise ValueError(
                f"This {type(self).__name__} was not fitted to statistics alone; its "
                "dual_gap_ is that of the data already."
            )

    def evidence(self, X, y, sample_weight=None, *, task):
        """Return sums of residuals over the rows of a task, for :meth:`certify`.

        They are ``n_features + 3`` numbers a response, and none is of a single row.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows of the statistics that the model was fitted to. It may be chunked.
        y : array-like of shape (n_samples,) or (n_samples, n_responses)
        sample_weight : array-like of shape (n_samples,), default=None
        task : str or int
            The label of the task.

        Returns
        -------
        evidence : Evidence
            To be passed to :meth:`certify`.

        Raises
        ------
        ValueError
            If the model was not fitted to statistics, or they are not of this task.
        """
        self._check_federated()
        return evidence_of(self, X, y, sample_weight, task)

    def certify(self, evidence):
        """Set ``dual_gap_`` and ``objective_`` to those of the data.

        Parameters
        ----------
        evidence : list of Evidence
            What :meth:`evidence` has returned for all rows of all tasks.

        Returns
        -------
        self : object
            The model, whose certificate is now that of the data.

        Raises
        ------
        ValueError
            If rows are missing or counted twice.
        """
        self._check_federated()
        self.__dict__.update(certify(self, evidence))
        return self
