"""Wrong answers that students give to a2_linear_dims, each with its diagnosis. From special to general within a task."""

import math

import torch

from autograder.checks import hints, misconception, why

# ---------------------------------------------------------------------------------------------------- ANSWERS
# Each is a rule from the shape of the tensor to the number that the student writes down. A vector has only one axis,
# so rules that speak of another one fall back on it. (The largest axis is no misconception here: in the default quiz it
# is the right one everywhere. linear_in_features finds that one out.)


@misconception("ANSWERS")
def quiz_counts_the_rows(shape):
    """Your number is how many vectors there are. The layer does not care how many come: it asks how long each one is."""
    return math.prod(shape[:-1])


@misconception("ANSWERS")
def quiz_first_dimension(shape):
    """You took the first dimension. It says how many there are (often the batch), not what the layer acts on."""
    return shape[0]


@misconception("ANSWERS")
def quiz_dimension_one(shape):
    """You took dimension 1. In a matrix that is where the layer acts, but with more axes it is another one: what
    decides is not the place counted from the front."""
    return shape[1] if len(shape) > 1 else shape[0]


@misconception("ANSWERS")
def quiz_flattens_all(shape):
    """You multiplied all dimensions, as if the tensor were flattened first. nn.Linear flattens nothing: it acts on one
    dimension and leaves the others alone."""
    return math.prod(shape)


@misconception("ANSWERS")
def quiz_flattens_all_but_the_batch(shape):
    """You multiplied all dimensions but the first, as if a Flatten stood before the layer. nn.Linear flattens nothing:
    it acts on one dimension and leaves the others alone."""
    return math.prod(shape[1:]) if len(shape) > 1 else shape[0]


@misconception("ANSWERS")
def quiz_flattens_the_last_two(shape):
    """You multiplied the last two dimensions, as if the layer saw a picture. It sees one dimension alone."""
    return math.prod(shape[-2:])


@misconception("ANSWERS")
def quiz_last_but_one(shape):
    """You took the last dimension but one. That is how many vectors there are; the product needs how long each one
    is."""
    return shape[-2] if len(shape) > 1 else shape[0]


@misconception("ANSWERS")
def quiz_counts_the_axes(shape):
    """You counted the axes of the tensor (or counted a length from 0). The layer wants the length of one axis."""
    return len(shape)


@misconception("ANSWERS")
def quiz_out_features(shape):
    """You gave the 5 that stands in the question already: that is out_features, what the layer makes. Asked is what it
    takes."""
    return 5


@misconception("ANSWERS")
def quiz_counts_a_bias_input(shape):
    """Your number is one too large. Did you count a place for the bias? It needs none in the input: the layer adds it
    after the product."""
    return shape[-1] + 1


@misconception("ANSWERS")
def quiz_adds_the_dimensions(shape):
    """You added the dimensions. The layer wants the length of one of them."""
    return sum(shape)


@misconception("ANSWERS")
def quiz_writes_both_numbers(shape):
    """You gave both numbers of the layer. Asked is one whole number: the one in place of the `?`."""
    return (shape[-1], 5)


@misconception("ANSWERS")
def quiz_writes_words(shape):
    """You gave a text. Asked is a whole number, without quotation marks."""
    return str(shape[-1])


hints(
    "ANSWERS",
    "Look at the lecture's matrix: which of its two lengths has to agree with W?",
    "Imagine the tensor printed. Which numbers stand together in one innermost pair of brackets?",
    "Those innermost vectors go through the layer one by one, however many there are. The number asked is how long one "
    "of them is.",
)

why(
    "ANSWERS",
    "A linear layer sees one vector at a time, and a tensor of any shape is a stack of the vectors that lie "
    "along its last axis.",
)

# ---------------------------------------------------------------------------------------------- linear_in_features


@misconception("linear_in_features")
def largest_dimension(shape):
    """You took the largest dimension. In the lecture's quiz it happens to be the right one, but lengths decide nothing:
    the place does."""
    return max(shape)


@misconception("linear_in_features")
def first_dimension(shape):
    """You took the first dimension. It says how many there are (often the batch), not what the layer acts on."""
    return shape[0]


@misconception("linear_in_features")
def dimension_one(shape):
    """You took dimension 1. In a matrix that is where the layer acts, but with more axes it is another one, and a
    vector has no dimension 1 at all."""
    return shape[1]


@misconception("linear_in_features")
def dimension_one_where_there_is_one(shape):
    """You took dimension 1 wherever there is one. In a matrix that is where the layer acts, but with more axes it is
    another one: what decides is not the place counted from the front."""
    return shape[1] if len(shape) > 1 else shape[0]


@misconception("linear_in_features")
def flattens_all(shape):
    """You multiplied all dimensions, as if the tensor were flattened first. nn.Linear flattens nothing: it acts on one
    dimension and leaves the others alone."""
    return math.prod(shape)


@misconception("linear_in_features")
def flattens_all_but_the_batch(shape):
    """You multiplied all dimensions but the first, as if a Flatten stood before the layer. nn.Linear flattens nothing:
    it acts on one dimension and leaves the others alone."""
    return math.prod(shape[1:])


@misconception("linear_in_features")
def flattens_the_last_two(shape):
    """You multiplied the last two dimensions, as if the layer saw a picture. It sees one dimension alone."""
    return math.prod(shape[-2:])


@misconception("linear_in_features")
def last_but_one(shape):
    """You took the last dimension but one. That is how many vectors there are; the product needs how long each one
    is."""
    return shape[-2]


@misconception("linear_in_features")
def counts_the_rows(shape):
    """You counted how many vectors there are. The layer does not care how many come: it asks how long each one is."""
    return math.prod(shape[:-1])


@misconception("linear_in_features")
def third_dimension(shape):
    """You took dimension 2. In a tensor with three axes that is where the layer acts, but with more or fewer axes it
    is another one: what decides is not the place counted from the front."""
    return shape[2]


@misconception("linear_in_features")
def fourth_dimension(shape):
    """You took dimension 3. In a batch of images that is where the layer acts, but with more or fewer axes it is
    another one: what decides is not the place counted from the front."""
    return shape[3]


@misconception("linear_in_features")
def counts_the_axes(shape):
    """You counted the axes of the tensor. The layer wants the length of one of them."""
    return len(shape)


@misconception("linear_in_features")
def adds_the_dimensions(shape):
    """You added the dimensions. The layer wants the length of one of them."""
    return sum(shape)


@misconception("linear_in_features")
def counts_a_bias_input(shape):
    """Your number is one too large. The bias needs no place in the input: the layer adds it after the product."""
    return shape[-1] + 1


@misconception("linear_in_features")
def matrices_only(shape):
    """You unpacked the shape into two numbers, so it works for a matrix alone. A tensor may have one axis, or many."""
    _rows, features = shape
    return features


@misconception("linear_in_features")
def batches_of_images_only(shape):
    """You unpacked the shape into four numbers, so it works for a batch of images alone. A tensor may have one axis, or
    many."""
    _n, _c, _h, w = shape
    return w


@misconception("linear_in_features")
def gives_an_axis_as_a_shape(shape):
    """You gave a tuple with the number in it. Asked is the number itself: an index takes one number out, a slice keeps
    the tuple."""
    return shape[-1:]


@misconception("linear_in_features")
def gives_the_index(shape):
    """You gave the index of the dimension, or the 5 of the question, which is out_features. Asked is the length of the
    dimension on which the layer acts."""
    return len(shape) - 1


hints(
    "linear_in_features",
    "Solve the quiz first, then say your rule in one sentence, without any of its numbers.",
    "Your rule has to name one place in the shape, and it has to hold for one axis and for six.",
    "Counted from the front, that place differs from shape to shape. Python can also count from the back.",
)

why(
    "linear_in_features",
    "The rule holds for one axis and for six, because the layer never asks how many axes stand in front: all "
    "that it multiplies is vectors.",
)

# --------------------------------------------------------------------------------------------- linear_output_shape


@misconception("linear_output_shape")
def output_at_least_a_matrix(shape, out_features):
    """You gave a single vector an axis in front. A vector stays a vector: nn.Linear adds no batch axis."""
    return (*shape[:-1], out_features) if len(shape) > 1 else (1, out_features)


@misconception("linear_output_shape")
def output_flattened_to_rows(shape, out_features):
    """You flattened all axes in front into one, so that the output is a matrix. nn.Linear keeps them as they are."""
    return (math.prod(shape[:-1]), out_features)


@misconception("linear_output_shape")
def output_flattened_behind_the_batch(shape, out_features):
    """You kept the first axis only, as if all others were flattened into the features. nn.Linear acts on one axis and
    keeps all the others."""
    return (shape[0], out_features)


@misconception("linear_output_shape")
def output_in_front(shape, out_features):
    """You replaced the first dimension. The layer acts at the other end: what stands in front only says how many
    vectors there are."""
    return (out_features, *shape[1:])


@misconception("linear_output_shape")
def output_at_dimension_one(shape, out_features):
    """You replaced dimension 1, as a convolution does with its channels. A linear layer acts there in a matrix only."""
    return (shape[0], out_features, *shape[2:])


@misconception("linear_output_shape")
def output_appended(shape, out_features):
    """You added out_features as one more axis. The layer replaces the vectors that it has multiplied: they are not in
    its output any more."""
    return (*shape, out_features)


@misconception("linear_output_shape")
def output_put_in_front(shape, out_features):
    """You dropped the right dimension, but put the new one in front of all. The new vectors lie where the old ones
    lay: along the last axis."""
    return (out_features, *shape[:-1])


@misconception("linear_output_shape")
def output_wherever_it_is_as_long(shape, out_features):
    """You replaced each dimension that is as long as the last one. The last one is meant by its place, not by its length."""
    return tuple(out_features if size == shape[-1] else size for size in shape)


@misconception("linear_output_shape")
def output_keeps_the_first_two(shape, out_features):
    """You kept the first two dimensions and no others, so it is right for three axes alone. The layer keeps every axis in
    front of the last, however many there are."""
    return (shape[0], shape[1], out_features)


@misconception("linear_output_shape")
def output_replaces_the_last_two(shape, out_features):
    """An axis is lost: where the last two dimensions were, one is left. The layer replaces one by one."""
    return (*shape[:-2], out_features)


@misconception("linear_output_shape")
def output_replaces_the_last_but_one(shape, out_features):
    """You replaced the last dimension but one: the rows. The layer keeps every row and changes its length."""
    return (*shape[:-2], out_features, *shape[-1:])


@misconception("linear_output_shape")
def output_transposed(shape, out_features):
    """The last two dimensions changed places, as if the weight stood on the left of the vectors. The new vectors lie
    where the old ones lay: along the same axis."""
    return (*shape[:-2], out_features, *shape[-2:-1])


@misconception("linear_output_shape")
def output_multiplies_the_features(shape, out_features):
    """You multiplied the dimension by out_features. Each output is a sum over the whole vector: the new vector is as
    long as there are outputs."""
    return (*shape[:-1], shape[-1] * out_features)


@misconception("linear_output_shape")
def output_vector_only(shape, out_features):
    """You gave the shape of one output vector. There are as many as there were input vectors, arranged in the same
    way."""
    return (out_features,)


@misconception("linear_output_shape")
def output_drops_the_features(shape, out_features):
    """You dropped the dimension on which the layer acts and put nothing in its place. Each vector becomes a new one, of
    another length."""
    return tuple(shape[:-1])


@misconception("linear_output_shape")
def output_as_input(shape, out_features):
    """You gave the shape of the input. The layer changes one of its dimensions."""
    return tuple(shape)


@misconception("linear_output_shape")
def output_of_matrices_only(shape, out_features):
    """You unpacked the shape into two numbers, so it works for a matrix alone. A tensor may have one axis, or many."""
    rows, _features = shape
    return (rows, out_features)


@misconception("linear_output_shape")
def output_is_the_weight(shape, out_features):
    """You gave the shape of the weight. Asked is the shape of what comes out; the weight is inside the layer."""
    return (out_features, shape[-1])


@misconception("linear_output_shape")
def output_is_a_number(shape, out_features):
    """You gave one number. Asked is a whole shape: a tuple with one number for each axis, also if it is only one."""
    return out_features


hints(
    "linear_output_shape",
    "How many axes go in, and how many come out?",
    "Every vector is exchanged for another one. Which of the numbers in the shape speaks of the vectors' length?",
    "Build a new tuple: all that was in front stays as it is, and one number is put in place of another.",
)

why(
    "linear_output_shape",
    "As many vectors come out as went in, arranged as they were; only their length is another.",
)

# ------------------------------------------------------------------------------------------- linear_parameter_count


@misconception("linear_parameter_count")
def bias_off_unless_asked_for(in_features, out_features, bias=False):
    """Without being told, you left the bias out. Like nn.Linear, your function has a bias unless it is told
    otherwise."""
    return in_features * out_features + (out_features if bias else 0)


@misconception("linear_parameter_count")
def bias_forgotten(in_features, out_features, bias=True):
    """You counted the weights and forgot the bias: it is learnt too."""
    return in_features * out_features


@misconception("linear_parameter_count")
def bias_counted_once(in_features, out_features, bias=True):
    """You counted one bias for the whole layer. Look at the picture: how many letters b does it hold?"""
    return in_features * out_features + (1 if bias else 0)


@misconception("linear_parameter_count")
def bias_counted_once_and_always(in_features, out_features, bias=True):
    """Even with bias=False you counted one bias for the whole layer: then there is none. And with biases, how many letters
    b does the picture hold?"""
    return in_features * out_features + 1


@misconception("linear_parameter_count")
def bias_for_each_input(in_features, out_features, bias=True):
    """You counted a bias for each number that comes in. The bias is added after the product, to what goes out."""
    return in_features * out_features + (in_features if bias else 0)


@misconception("linear_parameter_count")
def bias_for_each_input_and_always(in_features, out_features, bias=True):
    """Two things: you counted a bias for each number that comes in, not for what goes out, and you counted it even with
    bias=False."""
    return in_features * out_features + in_features


@misconception("linear_parameter_count")
def bias_for_each_weight(in_features, out_features, bias=True):
    """You counted a bias for each weight. The products are summed first, and the bias is added to the sum."""
    return in_features * out_features * (2 if bias else 1)


@misconception("linear_parameter_count")
def bias_for_both_sides(in_features, out_features, bias=True):
    """You counted biases for the inputs and for the outputs. The bias is added once, after the product."""
    return in_features * out_features + (in_features + out_features if bias else 0)


@misconception("linear_parameter_count")
def bias_always_there(in_features, out_features, bias=True):
    """You counted the bias even with bias=False. Then there is none."""
    return in_features * out_features + out_features


@misconception("linear_parameter_count")
def sides_added(in_features, out_features, bias=True):
    """You added the two sides. Every input is joined to every output, each pair by a weight of its own."""
    return in_features + out_features + (out_features if bias else 0)


@misconception("linear_parameter_count")
def one_weight_for_each_input(in_features, out_features, bias=True):
    """You counted one weight for each input. Each output has weights of its own, for all inputs."""
    return in_features + (out_features if bias else 0)


@misconception("linear_parameter_count")
def weight_shape_for_its_size(in_features, out_features, bias=True):
    """You gave the shape of the weight. Asked is how many numbers the layer learns: one whole number, with the
    biases."""
    return (out_features, in_features)


@misconception("linear_parameter_count")
def weights_and_biases_apart(in_features, out_features, bias=True):
    """You gave weights and biases apart. Asked is one whole number: all together."""
    return (in_features * out_features, out_features if bias else 0)


@misconception("linear_parameter_count")
def nothing_counted_without_bias(in_features, out_features, bias=True):
    """Without a bias you count nothing. The weights are there all the same: only the biases fall away. If it is one line,
    mind how far its `if` and `else` reach."""
    return in_features * out_features + out_features if bias else 0


@misconception("linear_parameter_count")
def tensors_counted(in_features, out_features, bias=True):
    """You counted the tensors that a layer holds, one for the weights and one for the biases. Asked is how many numbers
    there are in them."""
    return 2 if bias else 1


@misconception("linear_parameter_count")
def bias_with_a_square_weight(in_features, out_features, bias=True):
    """You took the same size for both sides. in_features and out_features may differ, and both matter."""
    return in_features * in_features + (in_features if bias else 0)


@misconception("linear_parameter_count")
def bias_with_a_square_weight_of_outputs(in_features, out_features, bias=True):
    """You took out_features for both sides. in_features and out_features may differ, and both matter."""
    return out_features * out_features + (out_features if bias else 0)


hints(
    "linear_parameter_count",
    "Count the letters w and the letters b in the lecture's picture of a layer with 3 inputs and 5 outputs.",
    "Rows times columns is one part of it. The other part depends on one of the two sizes only. On which?",
    "Every output is a sum over all inputs, each with its weight, and one number of its own is added to it, unless the "
    "layer is made without.",
)

why(
    "linear_parameter_count",
    "The batch does not occur in the count: every vector goes through the same weights, so a thousand of them "
    "need no parameter more than one.",
)

# ---------------------------------------------------------------------------------------------------------- affine


@misconception("affine")
def affine_without_transposing(x, weight, bias):
    """You multiplied with the weight as it is stored, or put it on the wrong side. x @ M multiplies each vector along
    x's last axis by M, and M needs as many rows as the vector has numbers. Torch stores the weight the other way
    round, (out, in)."""
    return x @ weight + bias


@misconception("affine")
def affine_without_transposing_or_bias(x, weight, bias):
    """Two things: you multiplied with the weight as it is stored, (out, in), where the product needs it the other way
    round, and the bias is missing."""
    return x @ weight


@misconception("affine")
def affine_reshaping_the_weight(x, weight, bias):
    """You reshaped the weight where it had to be transposed: reshape keeps the order in memory and deals the numbers out
    into other rows."""
    return x @ weight.reshape(weight.shape[1], weight.shape[0]) + bias


@misconception("affine")
def affine_reshaping_the_weight_without_bias(x, weight, bias):
    """Two things: the weight was reshaped where it had to be transposed, and the bias is missing."""
    return x @ weight.reshape(weight.shape[1], weight.shape[0])


@misconception("affine")
def affine_without_bias(x, weight, bias):
    """The product is right, but the bias was not added."""
    return x @ weight.T


@misconception("affine")
def affine_with_one_bias(x, weight, bias):
    """You added one bias to all outputs. Each output has its own."""
    return x @ weight.T + bias[0]


@misconception("affine")
def affine_with_all_biases_summed(x, weight, bias):
    """You added the sum of all biases to every output. Each output has its own."""
    return x @ weight.T + bias.sum()


@misconception("affine")
def affine_with_a_bias_for_each_input(x, weight, bias):
    """You added a bias before multiplying, or once for each input. It is added to the sum, after all products, and only
    once."""
    return x @ weight.T + x.shape[-1] * bias


@misconception("affine")
def affine_subtracting_the_bias(x, weight, bias):
    """The bias has the wrong sign: it is added."""
    return x @ weight.T - bias


@misconception("affine")
def affine_squeezed(x, weight, bias):
    """An axis of length 1 was dropped, as squeeze does it. A matrix with one row stays a matrix."""
    return (x @ weight.T + bias).squeeze()


@misconception("affine")
def affine_flattened_to_a_matrix(x, weight, bias):
    """The numbers are right, but all axes in front were flattened into one, and stayed so. The output is arranged as the
    input was."""
    return x.reshape(-1, x.shape[-1]) @ weight.T + bias


@misconception("affine")
def affine_flattened_by_view(x, weight, bias):
    """A vector x of shape (3,) has become a column, (3, 1), as x.view(x.shape[0], -1) makes it. The layer acts on the
    last axis alone: nothing has to be flattened, and x may be a single vector."""
    return x.reshape(x.shape[0], -1) @ weight.T + bias


@misconception("affine")
def affine_with_the_bias_as_a_column(x, weight, bias):
    """You made a column of the bias. It has a number for each output, and the outputs lie along the last axis: the
    bias fits as it is."""
    return x @ weight.T + bias.unsqueeze(1)


@misconception("affine")
def affine_with_dot(x, weight, bias):
    """torch.dot multiplies two vectors only. The weight is a matrix, and x may have many axes: `@` takes both."""
    return torch.dot(x, weight) + bias


@misconception("affine")
def affine_row_after_row(x, weight, bias):
    """Your code goes through the first axis of x, and where x is a single vector, that leaves single numbers. x may
    also have more axes in front: `@` goes through all of them by itself."""
    return torch.stack([weight @ row + bias for row in x])


@misconception("affine")
def affine_flattened_behind_the_batch(x, weight, bias):
    """Your code asks for axis 1, and x may be a single vector, which has axis 0 alone. The layer acts on the last
    axis: nothing has to be flattened or turned, and -1 names the last axis of any tensor."""
    return x.flatten(1) @ weight.T + bias


@misconception("affine")
def affine_with_mm(x, weight, bias):
    """Your product takes matrices only (torch.mm does). A tensor may have one axis, or many in front of the last."""
    return torch.mm(x, weight.T) + bias


@misconception("affine")
def affine_with_addmm(x, weight, bias):
    """Your product takes matrices only (torch.addmm does). A tensor may have one axis, or many in front of the last."""
    return torch.addmm(bias, x, weight.T)


@misconception("affine")
def affine_with_bmm(x, weight, bias):
    """Your product takes three axes only (torch.bmm does). A tensor may have one axis, two, or more than three."""
    return torch.bmm(x, weight.T.expand(x.shape[0], -1, -1)) + bias


@misconception("affine")
def affine_with_einsum_for_matrices(x, weight, bias):
    """Your product names two axes, so it takes matrices only. A tensor may have one axis, or many in front of the last:
    einsum has `...` for those."""
    return torch.einsum("ni,oi->no", x, weight) + bias


@misconception("affine")
def affine_by_rows(x, weight, bias):
    """Your code unpacks the shape of x into two numbers, as if x were a matrix. A tensor may have one axis, or many
    in front of the last."""
    rows, _features = x.shape
    return torch.stack([(x[row] * weight).sum(1) + bias for row in range(rows)])


@misconception("affine")
def affine_weight_on_the_left(x, weight, bias):
    """You put the weight on the left. That works for a single vector; the vectors of a batch lie in rows, and need it on
    the right."""
    return weight @ x + bias


@misconception("affine")
def affine_turned_input_on_the_left(x, weight, bias):
    """You put the weight on the left and turned x to fit. `.T` turns all axes round, and the results then stand in
    columns: the vectors of x lie along its last axis, and need the weight on their right."""
    return weight @ x.T + bias


@misconception("affine")
def affine_number_by_number_of_a_matrix(x, weight, bias):
    """Your loops go through the rows of a matrix. A vector has no rows, and other tensors have more axes in front: the
    output has the shape of x, but for its last axis."""
    output = torch.zeros(x.shape[0], weight.shape[0])
    for row in range(x.shape[0]):
        for o in range(weight.shape[0]):
            output[row, o] = (x[row] * weight[o]).sum() + bias[o]
    return output


@misconception("affine")
def affine_elementwise(x, weight, bias):
    """You multiplied element by element. For a single vector, summed up, that is the product; with more axes in front the
    elements no longer meet the weights that they belong to."""
    return (x * weight).sum(-1) + bias


@misconception("affine")
def affine_elementwise_product_only(x, weight, bias):
    """Here two tensors meet element by element, and nothing is added up. `*` is not the matrix product: each output
    is a sum over all inputs, each times its weight."""
    return x * weight + bias


@misconception("affine")
def affine_last_output_only(x, weight, bias):
    """You gave back the last output alone. If a loop goes through the outputs, each round has to keep what it worked
    out: they stand side by side on the last axis."""
    return (x * weight[-1]).sum(-1) + bias[-1]


@misconception("affine")
def affine_summed_over_everything(x, weight, bias):
    """All products were added up into one number, and every output got the same. Each output has a sum of its own,
    over its own row of weights."""
    return (x * weight).sum() + bias


@misconception("affine")
def affine_on_the_first_axis(x, weight, bias):
    """You multiplied along the first axis. The layer acts at the other end: in front stands how many vectors there
    are."""
    return torch.einsum("i...,oi->...o", x, weight) + bias


@misconception("affine")
def affine_output_in_front(x, weight, bias):
    """The outputs stand on the first axis. They belong where the inputs were: on the last."""
    return (x @ weight.T + bias).movedim(-1, 0)


@misconception("affine")
def affine_with_activation(x, weight, bias):
    """Negative numbers became 0. A linear layer has no activation: ReLU is a layer of its own."""
    return torch.relu(x @ weight.T + bias)


@misconception("affine")
def affine_with_torchs_linear(x, weight, bias):
    """The result is right, but your code uses torch's linear layer: leave that out, also where you only compare. A product
    and a sum are all that it takes to make it yourself."""
    return torch.nn.functional.linear(x, weight, bias)


@misconception("affine")
def affine_turning_the_weight_in_place(x, weight, bias):
    """Your result is right, but it changed the weight. Methods whose names end in _ change the tensor itself, as do += and
    writing to .data, and the caller still needs the old one. Use methods that return a new tensor."""
    return x @ weight.t_() + bias


@misconception("affine")
def affine_in_float64(x, weight, bias):
    """The numbers are right, but they came back in float64, the type of Python's and NumPy's own numbers. The result
    keeps the type of the input."""
    return (x.double() @ weight.double().T) + bias.double()


@misconception("affine")
def affine_in_whole_numbers(x, weight, bias):
    """The numbers came back as integers. The inputs are floats, even if they look whole here: the result keeps their
    type."""
    return (x @ weight.T + bias).long()


@misconception("affine")
def affine_as_lists(x, weight, bias):
    """You handed back a list. Asked is a tensor."""
    return (x @ weight.T + bias).tolist()


hints(
    "affine",
    "Write the shapes of x and weight under each other. Which of their axes have the same length?",
    "The product needs the inputs as the rows of the matrix on the right. Torch stores them as columns: what turns one "
    "into the other, without dealing the numbers out anew?",
    "Torch's @ takes any number of axes on its left. Turn the weight, multiply, and let the bias, as long as the last "
    "axis, be added to every vector.",
)

why(
    "affine",
    "Each row of the weight asks one question of a vector, a sum of products is the answer, and the bias "
    "shifts it, for every vector alike.",
)
