from autograder.checks import hints, misconception


@misconception("fit")
def offset_first(x, y, steps):
    """You handed back the offset first. Asked are slope and offset, in this order."""
    mean_x, mean_y = x.mean(), y.mean()
    slope = ((x - mean_x) * (y - mean_y)).sum() / ((x - mean_x) ** 2).sum()
    return float(mean_y - slope * mean_x), float(slope)


hints("fit", "What is the derivative of the loss by the slope?")
