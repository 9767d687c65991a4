"""BlockStacker: a dict of arrays as one matrix with names of columns by key."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from mutar_cy.groups import block_columns, block_names, check_blocks, join_blocks


class BlockStacker(TransformerMixin, BaseEstimator):
    """Join the arrays of a dict side by side, one group of columns per key.

    Splitters of scikit-learn count the keys of a dict as samples. They can split the
    joined matrix, and the names of its columns start with their key, so that an
    estimator with ``groups="prefix"`` finds the groups.

    Attributes
    ----------
    groups_ : dict from str to ndarray of int64
        Columns of every key, in the order of the dict seen in fit.
    columns_ : dict from str to list or None
        Names of the columns of every table; None for arrays.
    n_features_in_ : int
        Total number of columns of all arrays.

    See Also
    --------
    sklearn.compose.ColumnTransformer : Groups of columns of one table.

    Notes
    -----
    Keys are strings without ``"__"``, which ends the prefix of a column name. Only a
    DataFrame passes the names on to an estimator: see ``set_output``.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.preprocessing import BlockStacker
    >>> data = {"position": np.array([[1.0, 2.0], [3.0, 4.0]]), "speed": [5.0, 6.0]}
    >>> stacker = BlockStacker()
    >>> print(stacker.fit_transform(data))
    [[1. 2. 5.]
     [3. 4. 6.]]
    >>> print(*stacker.get_feature_names_out())
    position__0 position__1 speed__0
    >>> for key, columns in stacker.groups_.items():
    ...     print(key, columns)
    position [0 1]
    speed [2]
    """

    def fit(self, X, y=None):
        """Learn the keys and their numbers of columns.

        Parameters
        ----------
        X : dict from str to {array-like, sparse matrix, DataFrame}
            Arrays of shape (n_samples,) or (n_samples, n_columns).
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted transformer.

        Raises
        ------
        ValueError
            If X is not a dict of matrices with equal numbers of samples, or a key is
            not a valid prefix. The message names the key.
        """
        joined, groups = join_blocks(X, finite=False)
        for key in groups:
            if not isinstance(key, str) or f"{key}__0".split("__")[0] != key or not key:
                raise ValueError(
                    f"X has the key {key!r}, but keys must be strings that are not "
                    f"empty, hold no '__' and do not end in '_'."
                )
        self.groups_ = groups
        self.columns_ = block_columns(X)
        self.n_features_in_ = joined.shape[1]
        return self

    def transform(self, X):
        """Join the arrays of a dict with the same keys.

        Parameters
        ----------
        X : dict from str to {array-like, sparse matrix, DataFrame}
            The keys may have any order. NaN and infinity are allowed.

        Returns
        -------
        X : {ndarray, CSC array} of shape (n_samples, n_features)
            The arrays side by side, in the order of ``groups_``.

        Raises
        ------
        ValueError
            If keys, numbers of columns or names of columns differ from those in fit, or
            numbers of samples differ. The message names the key.
        """
        check_is_fitted(self)
        return check_blocks(X, self.groups_, self.columns_, finite=False)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the columns that ``transform`` returns.

        Parameters
        ----------
        input_features : None
            Ignored: names come from the keys.

        Returns
        -------
        names : ndarray of str, shape (n_features,)
            For example ``speed__0``; named columns keep their names after the key.
        """
        check_is_fitted(self)
        return np.array(block_names(self.groups_, self.columns_), dtype=object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.dict = True
        tags.input_tags.two_d_array = False
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        return tags
