import numpy as np
from numpy.typing import NDArray

def spd_inverses(matrices: NDArray[np.float64]) -> bool: ...
