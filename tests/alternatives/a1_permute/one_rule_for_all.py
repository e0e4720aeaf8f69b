"""One closure makes all four functions; names are bound by tuple assignment, and the work is done by a generator."""

import functools
import operator

import torch


def mover(*order):
    @functools.wraps(torch.permute)
    def move(tensor, /, *_, **__):
        return functools.reduce(lambda t, step: step(t), steps(order), tensor)

    return move


def steps(order):
    """Lazily: add axes where the order says None, then put the axes in order."""
    yield lambda t: functools.reduce(lambda u, at: u.unsqueeze(at), [i for i, o in enumerate(order) if o is None], t)
    yield lambda t: t if None in order and order[0] is None is order[-1] else t.permute(*resolved(order, t.dim()))


def resolved(order, axes):
    plain = [o for o in order if o is not None]
    if None not in order:
        return order
    new = [i for i, o in enumerate(order) if o is None]
    kept = [i for i in range(axes) if i not in new]
    old = iter([kept[p] for p in plain])
    return tuple(i if o is None else next(old) for i, o in enumerate(order))


to_nchw, to_nhwc = mover(0, 3, 1, 2), mover(0, 2, 3, 1)
image_to_batch = mover(None, 2, 0, 1)
add_channel_axis = operator.itemgetter((slice(None), None))
