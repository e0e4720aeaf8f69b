"""Pictures that show what a layer looks at: `autograder show a2`, or the cells that show them in the notebook."""

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from autograder.student.pictures import BLUE, GRAY, ORANGE, Material

WHERE = (1, 2, 0)  # of an output of shape (2, 3, 5)


def _sheet(axes, rows, columns, title):
    """An empty sheet of squares, its rows counted downwards."""
    axes.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[], aspect="equal", title=title)
    axes.set_axis_off()
    for row in range(rows):
        for column in range(columns):
            axes.add_patch(Rectangle((column + 0.06, row + 0.06), 0.88, 0.88, facecolor="none", edgecolor=GRAY))


def _fill(axes, row, column, colour, text=""):
    axes.add_patch(Rectangle((column + 0.06, row + 0.06), 0.88, 0.88, color=colour))
    axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color="white")


def _looked_at(layer):
    """One number of x after the other is changed, and the output at WHERE watched: what did it see?"""
    draw = torch.Generator().manual_seed(3)
    x = torch.randint(1, 9, (2, 3, 4), generator=draw).float()
    before = layer(x)
    figure = Figure(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.subplots(2, 2)
    for sheet in range(2):
        _sheet(axes[sheet, 0], 3, 4, f"x[{sheet}]: 3 x 4")
        _sheet(axes[sheet, 1], 3, 5, f"output[{sheet}]: 3 x 5")
    for place in torch.cartesian_prod(*map(torch.arange, x.shape)).tolist():
        changed = x.clone()
        changed[tuple(place)] += 1
        if layer(changed)[WHERE] != before[WHERE]:
            _fill(axes[place[0], 0], place[1], place[2], BLUE, f"{x[tuple(place)]:.0f}")
    _fill(axes[WHERE[0], 1], WHERE[1], WHERE[2], ORANGE, f"{before[WHERE]:.0f}")
    return figure


def one_output(given: Material) -> Figure:
    """Left a tensor of shape (2, 3, 4) as two sheets of squares, right the output of nn.Linear(4, 5), two sheets of 3 x 5.
    One square of the output is marked, and on the left the four squares of one row, the only ones that change it.

    Orange: one number of the output, at [1, 2, 0]. Blue: the numbers of x that it looks at. Found by trying: each of the
    24 was changed in turn.
    """
    layer = torch.nn.Linear(4, 5)
    torch.nn.init.constant_(layer.weight, 1.0)
    return _looked_at(lambda x: layer(x).detach())


def affine(given: Material) -> Figure:
    """The same two sheets of squares as for nn.Linear, for your own affine: one output is marked, and those numbers of x
    that change it.

    Orange: one number that your affine returns, at [1, 2, 0]. Blue: the numbers of x that it looks at.
    """
    draw = torch.Generator().manual_seed(4)
    weight, bias = torch.randint(1, 5, (5, 4), generator=draw).float(), torch.zeros(5)
    return _looked_at(lambda x: given.ask("affine", x, weight, bias, shape=(2, 3, 5)))
