"""Returns a list that contains itself."""
# a2_linear_dims: linear_output_shape
def linear_output_shape(shape, out_features):
    itself = []
    itself.append(itself)
    return itself
