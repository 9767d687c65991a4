"""A fixed draw from a product of cases, in place of the whole product."""

import numpy as np
import pytest


def sampled(count, **axes):
    """Parametrize a test over ``count`` cases drawn from the product of some axes.

    Every value of every axis occurs about equally often; the draw is the same in every
    run. A dict gives values with ids, any other sequence its values.
    """
    rng = np.random.default_rng(count)
    columns = []
    for values in axes.values():
        places = np.resize(np.arange(len(values)), count)
        columns.append(rng.permutation(places))
    cases = list(dict.fromkeys(zip(*columns, strict=True)))
    given, ids = [], []
    for case in cases:
        pairs = list(zip(axes.values(), case, strict=True))
        given.append(
            [list(v.values() if isinstance(v, dict) else v)[i] for v, i in pairs]
        )
        ids.append("-".join(str(list(v)[i]) for v, i in pairs))
    return pytest.mark.parametrize(list(axes), given, ids=ids)
