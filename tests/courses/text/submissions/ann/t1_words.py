import collections


def word_counts(text):
    return dict(collections.Counter(text.split()))


def longest(text):
    return sorted(text.split(), key=len, reverse=True)[0]
