"""Returns a number that no float and no tensor can hold, to break the check that computes with it."""
# a2_linear_dims: linear_in_features


def linear_in_features(shape):
    return 10**3999
