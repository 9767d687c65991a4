"""The integers of sparse matrices."""

import numpy as np


def index_dtype(largest):
    """Return the integers that SciPy uses for indices up to ``largest``.

    ``scipy.sparse.get_index_dtype`` is public from SciPy 1.15 on only.
    """
    return np.int32 if largest <= np.iinfo(np.int32).max else np.int64
