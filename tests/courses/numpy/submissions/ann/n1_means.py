# %% [markdown]
# # n1_means: which mean?
# Arrays of numbers, texts and truths; no network.

# %%
import numpy as np

# %% [markdown]
# ## `row_means`


# %%
def row_means(table: np.ndarray) -> np.ndarray:
    """(rows, columns) -> (rows,): the mean of each row.

    Example: [[1, 3]] -> [2].
    """
    return table.mean(axis=1)


# %% [markdown]
# ## `best`


# %%
def best(names: np.ndarray, points: np.ndarray) -> tuple[str, np.ndarray]:
    """The name with the most points, and who is above the mean, as booleans.

    Example: ["a", "b"] with [1, 3] -> "b" and [False, True].
    """
    return names[points.argmax()], points > points.mean()


# %% [markdown]
# ## `sorted_columns`


# %%
def sorted_columns(table: np.ndarray) -> list[np.ndarray]:
    """Each column, sorted, in a list; the table stays as it is.

    Example: [[3], [1]] -> [[1, 3]].
    """
    return [np.sort(column) for column in table.T]
