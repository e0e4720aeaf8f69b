def word_counts(text):
    return dict.fromkeys(text.split(), 1)


def longest(text):
    return max(text.split(), key=len)
