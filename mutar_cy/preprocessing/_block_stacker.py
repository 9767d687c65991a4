"""A dict of arrays, made into one matrix whose columns tell their key."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from mutar_cy.groups import block_columns, block_names, check_blocks, join_blocks


class BlockStacker(TransformerMixin, BaseEstimator):
    """Put the arrays of a dict side by side, one group of columns per key.

    scikit-learn's splitters count the keys of a dict and take them for samples. The
    matrix that comes out of here can be split, and its columns are named by their
    keys, so that an estimator with ``groups="auto"`` finds the groups again.

    Attributes
    ----------
    groups_ : dict from str to ndarray of int64
        The columns of every key, in the order of the dict seen in fit.
    columns_ : dict from str to list or None
        The names of the columns of every table; None for arrays.
    n_features_in_ : int
        Number of columns of all arrays together.

    See Also
    --------
    sklearn.compose.ColumnTransformer : Groups of columns that come from one table.

    Notes
    -----
    Keys are strings without ``"__"``, which ends the prefix of a column's name. The
    names get to an estimator in a table only: see ``set_output``.

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
        """Learn the keys, and how many columns each of them has.

        Parameters
        ----------
        X : dict from str to {array-like, sparse matrix, DataFrame}
            Arrays of shape (n_samples,) or (n_samples, n_columns).
        y : None
            Not read.

        Returns
        -------
        self : object
            The fitted transformer.

        Raises
        ------
        ValueError
            If X is no dict of matrices with equal numbers of samples, or a key cannot
            be a prefix. The message names the key.
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
            In any order of the keys. NaN and infinity are passed on.

        Returns
        -------
        X : {ndarray, CSC array} of shape (n_samples, n_features)
            The arrays side by side, in the order of ``groups_``.

        Raises
        ------
        ValueError
            If keys, numbers of columns or names of columns are not those seen in fit,
            or numbers of samples differ. The message names the key.
        """
        check_is_fitted(self)
        return check_blocks(X, self.groups_, self.columns_, finite=False)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the columns that ``transform`` returns.

        Parameters
        ----------
        input_features : None
            Not read: names come from the keys.

        Returns
        -------
        names : ndarray of str, shape (n_features_in_,)
            Such as ``speed__0``; a table's columns keep their names behind the key.
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
