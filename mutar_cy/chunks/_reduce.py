"""Sums over chunks, in an order that depends on the chunks alone."""


def reduce_chunks(chunks, function, merge):
    """Return the merged results of a function of every chunk.

    Results are merged in pairs, as the digits of a binary counter carry: at most one
    result per power of two is held, and the order is that of a binary tree over the
    numbers of the chunks.

    Parameters
    ----------
    chunks : iterable of Chunk
    function : callable
        Returns the result of one chunk.
    merge : callable
        Returns the result of two neighbouring runs of chunks.
    """
    held: list = []  # (number of chunks, result), the largest first
    for chunk in chunks:
        size, result = 1, function(chunk)
        while held and held[-1][0] == size:
            size, result = 2 * size, merge(held.pop()[1], result)
        held.append((size, result))
    result = held.pop()[1]
    while held:
        result = merge(held.pop()[1], result)
    return result
