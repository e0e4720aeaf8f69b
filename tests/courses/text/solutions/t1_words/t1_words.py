# %% [markdown]
# # t1_words: כמה מילים?
# טקסט, בלי רשתות ובלי מספרים.

# %% [markdown]
# ## `word_counts`


# %%
def word_counts(text: str) -> dict[str, int]:
    """מילון: כל מילה וכמה פעמים היא מופיעה.

    Example: "a b a" -> {"a": 2, "b": 1}.
    """
    ### BEGIN SOLUTION
    counts: dict[str, int] = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts
    ### END SOLUTION


# %% [markdown]
# ## `longest`


# %%
def longest(text: str) -> str:
    """The longest word of a text; of several the first.

    Example: "a bb cc" -> "bb".
    """
    ### BEGIN SOLUTION
    return max(text.split(), key=len)
    ### END SOLUTION
