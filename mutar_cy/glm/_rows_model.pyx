"""The quadratic model of a loss on the active blocks: Gram matrices and their sweeps.

Gram matrices are kept from one Newton step to the next. Steps with curvatures of some
steps ago are quasi-Newton steps: the gradient is exact, and old curvatures affect the
speed of convergence only.
"""

import numpy as np

from libc.math cimport INFINITY, fabs, log, sqrt
from libc.string cimport memcpy, memset
from scipy.linalg.cython_lapack cimport dsyev

from mutar_cy._lib._blas cimport axpy, dot, rows_gram, rows_rows_more
from mutar_cy.datafits._datafit cimport Datafit
from mutar_cy.penalties._penalty cimport Penalty
from mutar_cy.solvers._block_cd cimport move_block

from mutar_cy._lib import interruptible

cdef:
    # Share of the gap left after a step above which curvatures are computed anew.
    double SLOW = 0.5
    # Newton steps with new curvatures that the other ones are compared with.
    double FRESH_STEPS = 2.0
    # Relative change of curvatures beyond which steps with the old ones are no use.
    double LARGEST_DRIFT = 0.7
    # Cost of a step, in multiplications of a Gram matrix (which BLAS makes about eight
    # times as fast as others): per observation and active row, and per observation, for
    # the exponentials of a loss.
    double ROW_COST = 24.0
    double LOSS_COST = 600.0
    # Known rows per active row beyond which those that are not active are forgotten.
    double STALE = 1.5
    double SINGULAR = 1e-13     # of the largest eigenvalue: no direction at all
    # Rows of a block from which its axes are computed in Python, where Ctrl-C is seen.
    int LARGE = 50
    # Entries of weighted rows that are multiplied at a time: a usual second-level
    # cache holds 256 KiB; and the least number of a row.
    int CHUNK = 1 << 15
    int CHUNK_ROW = 64
    int SWEEPS = 400            # most of them for a step
    int LOOK = 2                # sweeps between two computations of the model's gap


cdef class RowsModel(Datafit):
    """The state of rows of a working set, and the model of the loss there.

    A subclass sets the arrays. The model holds the rows of some blocks, the known ones,
    in order of arrival: row ``r`` has the place ``place[r]`` there, -1 if it is not
    known. In weighted coordinates, a row is the root of the curvatures times what is
    packed, less its part in the intercept's column. Gram matrices hold the inner
    products of such rows, those of a block turned into its principal axes, where a step
    of a block is exact.
    """

    cdef void block_gradient(self, Py_ssize_t b, double* grad) noexcept nogil:
        cdef int r, c, at
        for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
            at = self.place[r]
            for c in range(self.n_columns):
                grad[c] = -self.correlation[c, at]
            grad += self.n_columns

    cdef void block_update(self, Py_ssize_t b, const double* delta) noexcept nogil:
        cdef int r, c
        for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
            for c in range(self.n_columns):
                if delta[c] != 0.0:
                    axpy(self.n_known, -delta[c], &self.grams[c, self.place[r], 0],
                         &self.correlation[c, 0])
            delta += self.n_columns

    cdef int update(self, double gap, double last, double target) noexcept nogil:
        """Take curvatures anew if that pays; add new rows; not 0 if it fails."""
        cdef Py_ssize_t i
        if self.n_known == 0 or gap > SLOW * last or self.pays(gap, target):
            for i in range(self.n_known):
                self.place[self.known[i]] = -1
            self.n_known = 0
            self.n_models += 1
            self.take_curvatures()
        return self.extend()

    cdef bint pays(self, double gap, double target) noexcept nogil:
        """Return whether new Gram matrices cost less than the steps that they save.

        A step with old curvatures leaves about as large a share of the gap as they have
        changed by.
        """
        cdef double drift, n_steps, rows = self.n_active_rows
        if self.n_known > STALE * self.n_active_rows:
            return True
        drift = self.drift()
        if drift >= LARGEST_DRIFT:
            return True
        if drift == 0.0:
            return False
        n_steps = log(gap / target) / log(1.0 / drift) if target > 0.0 else INFINITY
        return (n_steps - FRESH_STEPS) * (ROW_COST * rows + LOSS_COST) > rows * rows

    cdef void take_curvatures(self) noexcept nogil:
        """Set the curvatures of the model, those near zero raised."""
        cdef Py_ssize_t c, i
        cdef double total, weight, floor, own
        for c in range(self.n_columns):
            total = weight = 0.0
            for i in range(self.starts[c], self.starts[c + 1]):
                own = self.sqrt_weight[i] * self.sqrt_weight[i]
                weight += own
                total += own * self.hessian[i]
            floor = self.floor * total / weight
            total = 0.0
            for i in range(self.starts[c], self.starts[c + 1]):
                own = self.hessian[i] if self.hessian[i] > floor else floor
                self.used[i] = own if self.sqrt_weight[i] > 0.0 else 0.0
                self.root[i] = sqrt(self.used[i])
                self.inner[i] = self.sqrt_weight[i] * self.used[i]
                total += self.sqrt_weight[i] * self.inner[i]
            for i in range(self.starts[c], self.starts[c + 1]):
                self.inner[i] /= total

    cdef double drift(self) noexcept nogil:
        """Return the mean relative change of the curvatures."""
        cdef Py_ssize_t i
        cdef double moved = 0.0, total = 0.0, own
        for i in range(self.used.shape[0]):
            own = self.sqrt_weight[i] * self.sqrt_weight[i]
            moved += own * fabs(self.hessian[i] - self.used[i])
            total += own * self.used[i]
        return moved / total

    cdef int extend(self) noexcept nogil:
        """Add the active blocks that are not known; not 0 if that fails."""
        cdef int first = self.n_known, a, b, r, c, failed
        for a in range(self.n_active):
            b = self.active[a]
            if self.place[self.block_ptr[b]] < 0:
                for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
                    self.place[r] = self.n_known
                    self.known[self.n_known] = r
                    self.n_known += 1
        if self.n_known == first:
            return 0
        if self.n_known > self.capacity:
            with gil:
                failed = self.grow()
            if failed:
                self.n_known = 0
                return failed
        for c in range(self.n_columns):
            failed = self.extend_column(c, first)
            if failed:
                self.n_known = 0
                return failed
        return 0

    cdef int grow(self):
        """Make room for more known rows; not 0 if there is none."""
        cdef int capacity = min(self.n_rows, self.n_known + self.n_known // 2)
        try:
            grams = np.empty((self.n_columns, capacity, capacity))
            if self.capacity:
                kept = slice(0, self.capacity)
                grams[:, kept, kept] = self.grams
            weighed = np.empty(max(CHUNK, CHUNK_ROW * capacity))
        except MemoryError as fault:
            self.fault = fault
            return 1
        self.grams, self.weighed, self.capacity = grams, weighed, capacity
        self.correlation, self.before = np.empty((2, self.n_columns, capacity))
        return 0

    cdef int extend_column(self, int c, int first) noexcept nogil:
        """Write the products of the known rows from ``first`` on with all of them."""
        cdef:
            Py_ssize_t at = self.sample_ptr[self.owners[c]], begin = self.starts[c]
            int n = <int> (self.starts[c + 1] - begin), length, start = 0, i, k
            int chunk = <int> (self.weighed.shape[0] // self.n_known)
            double* rows = &self.weighed[0]
            double* gram = &self.grams[c, first, 0]
        for k in range(first, self.n_known):
            memset(&self.grams[c, k, 0], 0, self.n_known * sizeof(double))
        for k in range(self.n_known if self.centred else 0):
            self.means[c, self.known[k]] = dot(
                n, &self.rows[self.known[k], at], &self.inner[begin]
            )
        while start < n:
            length = min(chunk, n - start)
            self.weigh(c, start, length)
            if first == 0:
                rows_gram(self.n_known, length, rows, gram, self.capacity)
            else:
                rows_rows_more(
                    self.n_known - first, self.n_known, length,
                    rows + <Py_ssize_t> first * length, rows, gram, self.capacity,
                )
            start += length
        if first == 0:
            for k in range(self.n_known):
                for i in range(k):
                    self.grams[c, i, k] = self.grams[c, k, i]
        if self.turn_new(c, first):
            return 1
        for k in range(first, self.n_known):
            for i in range(first):
                self.grams[c, i, k] = self.grams[c, k, i]
        return 0

    cdef void weigh(self, int c, int start, int length) noexcept nogil:
        """Write some samples of the known rows of a column in weighted coordinates."""
        cdef:
            Py_ssize_t at = self.sample_ptr[self.owners[c]] + start
            int k, i
            double* out = &self.weighed[0]
            const double* row
            const double* root = &self.root[self.starts[c] + start]
            const double* ones = &self.sqrt_weight[self.starts[c] + start]
            double mean
        for k in range(self.n_known):
            row = &self.rows[self.known[k], at]
            mean = self.means[c, self.known[k]]
            for i in range(length):
                out[i] = root[i] * (row[i] - mean * ones[i])
            out += length

    cdef int turn_new(self, int c, int first) noexcept nogil:
        """Turn the products of the rows from ``first`` on into the axes of blocks."""
        cdef int k = first, i, b, size
        cdef double* gram
        while k < self.n_known:
            b = self.block_of(self.known[k])
            size = self.block_ptr[b + 1] - self.block_ptr[b]
            if size == 1:
                self.lipschitz[self.known[k], c] = self.grams[c, k, k]
            elif self.find_axes(c, b, size, k):
                return 1
            elif self.rotates:
                for i in range(self.n_known):  # rows of the block
                    self.turn_kept(c, b, &self.grams[c, k, i], self.capacity)
            k += size
        if not self.rotates:
            return 0
        k = 0
        while k < self.n_known:
            b = self.block_of(self.known[k])
            size = self.block_ptr[b + 1] - self.block_ptr[b]
            if size > 1:
                for i in range(first, self.n_known):  # columns of the block
                    gram = &self.grams[c, i, k]
                    self.turn_kept(c, b, gram, 1)
            k += size
        return 0

    cdef int find_axes(self, int c, int b, int size, int k) noexcept nogil:
        """Write the axes of a block at place ``k``, and its curvatures; 0 if it works.

        Directions of no length get the curvature 0.
        """
        cdef:
            double* axes = &self.axes[c, self.axes_ptr[b]]  # eigenvectors as rows
            double* values = &self.scratch[0]
            double* work = values + size
            int i, length = 3 * size, info = 0
            double least
        for i in range(size):
            memcpy(axes + i * size, &self.grams[c, k + i, k], size * sizeof(double))
        if size >= LARGE:
            with gil:
                info = self.large_axes(axes, values, size)
        else:
            dsyev(b"V" if self.rotates else b"N", b"U", &size, axes, &size, values,
                  work, &length, &info)
        if info != 0:
            return info
        least = SINGULAR * values[size - 1]
        for i in range(size):
            if not self.rotates:
                least = values[size - 1] * (1.0 + 1e-10)
                self.lipschitz[self.block_ptr[b] + i, c] = least
            else:
                self.lipschitz[self.block_ptr[b] + i, c] = \
                    values[i] if values[i] > least else 0.0
        return 0

    cdef void turn_kept(
        self, int c, int b, double* own, int step
    ) noexcept nogil:
        """Turn values of a block's rows, ``step`` apart, without those of no length."""
        cdef:
            int size = self.block_ptr[b + 1] - self.block_ptr[b], i
            const double* axes = &self.axes[c, self.axes_ptr[b]]
            double* given = &self.scratch[0]
        for i in range(size):
            given[i] = own[<Py_ssize_t> i * step]
        for i in range(size):
            own[<Py_ssize_t> i * step] = 0.0
            if self.lipschitz[self.block_ptr[b] + i, c] > 0.0:
                own[<Py_ssize_t> i * step] = dot(size, axes, given)
            axes += size

    cdef int block_of(self, int r) noexcept nogil:
        """Return the block of a row."""
        cdef int low = 0, high = self.n_blocks, middle
        while high - low > 1:
            middle = (low + high) // 2
            if self.block_ptr[middle] <= r:
                low = middle
            else:
                high = middle
        return low

    cdef int large_axes(self, double* axes, double* values, int size):
        """Write axes and their squared lengths, noticing Ctrl-C; not 0 if it fails."""
        gram = np.asarray(<double[:size, :size]> axes)
        try:
            squares, turned = interruptible(np.linalg.eigh, gram.copy())
        except BaseException as fault:
            self.fault = fault
            return 1
        gram[:] = turned.T
        np.asarray(<double[:size]> values)[:] = squares
        return 0

    cdef void turn(
        self,
        int c,
        int b,
        const double* own,      # (size of the block,)
        double* out,            # (size of the block,) written
        bint back,
    ) noexcept nogil:
        """Turn values of a block's rows into or out of the axes of a column."""
        cdef int size = self.block_ptr[b + 1] - self.block_ptr[b], i, k
        cdef const double* axes
        if size == 1 or not self.rotates:
            memcpy(out, own, size * sizeof(double))
            return
        axes = &self.axes[c, self.axes_ptr[b]]
        for i in range(size):
            out[i] = 0.0
            for k in range(size):
                out[i] += axes[k * size + i if back else i * size + k] * own[k]

    cdef void begin(self) noexcept nogil:
        """Set coefficients and correlations of the model to those of the loss."""
        cdef int b, c, r, k = 0, size
        cdef Py_ssize_t i
        cdef double* own = &self.scratch[0]
        cdef double* turned
        self.model_square = 0.0
        for i in range(self.used.shape[0]):
            if self.used[i] > 0.0:
                self.model_square += self.residual[i] * self.residual[i] / self.used[i]
        while k < self.n_known:
            b = self.block_of(self.known[k])
            size = self.block_ptr[b + 1] - self.block_ptr[b]
            turned = own + size
            for c in range(self.n_columns):
                self.turn(c, b, &self.slopes[c, self.block_ptr[b]],
                          &self.correlation[c, k], False)
                memcpy(&self.before[c, k], &self.correlation[c, k],
                       size * sizeof(double))
                for r in range(size):
                    own[r] = self.w[self.block_ptr[b] + r, c]
                self.turn(c, b, own, turned, False)
                for r in range(size):
                    self.trial[self.block_ptr[b] + r, c] = turned[r]
                    self.move[self.block_ptr[b] + r, c] = turned[r]
            k += size

    cdef bint minimise(self, Penalty penalty, double target) noexcept nogil:
        """Write the way to the minimum of the model to ``move``.

        Returns whether the gap of the model has met the target.
        """
        cdef int n_sweeps = 0, a, b, size
        cdef double gap = 2.0 * target + 1.0, largest = 1.0, moved
        self.begin()
        while n_sweeps < SWEEPS and gap > target and largest > 0.0:
            largest = 0.0
            for a in range(self.n_active):
                b = self.active[a]
                size = self.n_columns * (self.block_ptr[b + 1] - self.block_ptr[b])
                moved = move_block(
                    self, penalty, b, &self.trial[self.block_ptr[b], 0], size,
                    &self.scratch[0], &self.scratch[size],
                )
                largest = moved if moved > largest else largest
            n_sweeps += 1
            if n_sweeps % LOOK == 0:
                gap = self.model_gap(penalty)
        self.finish()
        return gap <= target or largest == 0.0

    cdef double model_gap(self, Penalty penalty) noexcept nogil:
        """Return the duality gap of the model of the active blocks, as the kernel does.

        Its squared residual decreases from ``model_square`` by ``<w - w0, X'(r + r0)>``
        from the coefficients w0 of the loss to those of the model.
        """
        cdef:
            int a, b, r, c, k, size
            double square = self.model_square, cost = 0.0, conjugate = 0.0
            double largest = 0.0, inner = 0.0, ratio, dual, scale
            double* w
            double* grad = &self.scratch[0]
        for a in range(self.n_active):
            b = self.active[a]
            w = &self.trial[self.block_ptr[b], 0]
            size = self.n_columns * (self.block_ptr[b + 1] - self.block_ptr[b])
            self.block_gradient(b, grad)
            ratio = penalty.block_dual_ratio(b, grad, size)
            largest = ratio if ratio > largest else largest
            conjugate += penalty.block_conjugate(b, grad, size)
            cost += penalty.block_value(b, w, size)
            for k in range(size):
                inner -= w[k] * grad[k]
            k = 0
            for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
                for c in range(self.n_columns):
                    square -= (self.trial[r, c] - self.move[r, c]) * (
                        self.before[c, self.place[r]] - grad[k]
                    )
                    k += 1
        square = square if square > 0.0 else 0.0
        inner += square
        dual = inner - 0.5 * square - conjugate
        scale = inner / square if square > 0.0 else 0.0
        if scale * largest > 1.0:
            scale = 1.0 / largest
        dual = max(dual, 0.0, scale * inner - 0.5 * scale * scale * square)
        return 0.5 * square + cost - dual

    cdef void finish(self) noexcept nogil:
        """Turn what coefficients have moved by back, and move the intercepts."""
        cdef int a, b, c, r, size
        cdef double* own = &self.scratch[0]
        cdef double* turned
        cdef double largest
        for c in range(self.n_columns):
            self.intercept_step[c] = 0.0
        for a in range(self.n_active):
            b = self.active[a]
            size = self.block_ptr[b + 1] - self.block_ptr[b]
            turned = own + size
            largest = 0.0
            for r in range(self.block_ptr[b], self.block_ptr[b + 1]):
                for c in range(self.n_columns):
                    largest = max(largest, fabs(self.trial[r, c]))
            for c in range(self.n_columns):
                for r in range(size):
                    own[r] = self.trial[self.block_ptr[b] + r, c] \
                        - self.move[self.block_ptr[b] + r, c]
                self.turn(c, b, own, turned, True)
                for r in range(size):  # what becomes zero does, whatever the turning
                    if largest == 0.0:
                        turned[r] = -self.w[self.block_ptr[b] + r, c]
                    self.move[self.block_ptr[b] + r, c] = turned[r]
                    self.intercept_step[c] -= \
                        self.means[c, self.block_ptr[b] + r] * turned[r]
