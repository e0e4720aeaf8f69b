from autograder.checks import hints, misconception


@misconception("row_means")
def means_of_columns(table):
    """You took the mean of each column."""
    return table.mean(axis=0)


@misconception("best")
def fewest_points(names, points):
    """That is the name with the fewest points: argmin instead of argmax."""
    return names[points.argmin()], points > points.mean()


@misconception("sorted_columns")
def sorts_in_place(table):
    """You sorted the table itself. np.sort gives a sorted copy."""
    table.sort(axis=0)
    return list(table.T)


hints("row_means", "Which axis disappears?")
