"""Wrong answers that students give to a5_fashion_mnist, each with its diagnosis. From special to general within a task.

A network and its training cannot be compared number by number, so most of these are known by their behaviour: the
checks name the sign that they see, and the name leads here. ``_Small`` and ``_learn`` are sound; each idea below
spoils one thing in them.
"""

import copy

import torch
import torch.nn.functional as F
from torch import nn

from autograder.checks import hints, misconception, why

# --------------------------------------------------------------------------------------------------- preprocess


@misconception("preprocess")
def forgets_the_channel_axis(images):
    """The pixels are floats now, but the batch still has three axes. A convolution looks for the channels on axis 1,
    even when there is only one of them."""
    return images.float() / 255


@misconception("preprocess")
def puts_the_channel_axis_last(images):
    """You put the channel axis at the end, as image files have it. Torch looks for it right behind the batch axis."""
    return images.unsqueeze(-1).float() / 255


@misconception("preprocess")
def puts_the_channel_axis_first(images):
    """You put the new axis in front of the batch. So there is one image now, and every image of the batch has become a
    channel of it. The channel axis belongs behind the batch axis."""
    return images.unsqueeze(0).float() / 255


@misconception("preprocess")
def flattens_the_images(images):
    """You flattened each image into a row, as for a network of Linear layers. A convolution needs height and width."""
    return images.flatten(1).float() / 255


@misconception("preprocess")
def makes_three_channels(images):
    """You made three channels of one, as if the images were coloured. Grayscale images have one channel, and repeating
    it adds work and no information."""
    return images.unsqueeze(1).expand(-1, 3, -1, -1).float() / 255


@misconception("preprocess")
def keeps_whole_numbers(images):
    """The shape is right, but the pixels are whole numbers still. A network multiplies by weights such as 0.137: it
    needs floats."""
    return images.unsqueeze(1)


@misconception("preprocess")
def goes_to_double_precision(images):
    """The values are float64. The layers of a network hold float32, and the two do not mix."""
    return images.unsqueeze(1).double() / 255


@misconception("preprocess")
def whole_number_division(images):
    """The division left whole numbers, so nearly every pixel became 0. Make floats first, then scale, and round
    nothing."""
    return (images // 255).unsqueeze(1).float()


@misconception("preprocess")
def wraps_around_in_uint8(images):
    """You calculated with small whole numbers, such as uint8, which holds 0 to 255 alone: what goes beyond one end starts
    again at the other, and dark pixels become bright ones. Make floats first, then calculate."""
    return (images - 128).unsqueeze(1).float() / 128


@misconception("preprocess", costs_points=False)
def pixels_not_scaled(images):
    """The network gets large numbers, as the pixels from 0 to 255 are. That is not wrong in itself, but layers and
    optimizers are tuned for numbers around 1: with inputs this large, the first steps are far too large as well."""
    return images.unsqueeze(1).float()


# --------------------------------------------------------------------------------------------------- FashionCNN


class _Small(nn.Module):
    """A sound network, small enough to be trained many times."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.head = nn.Linear(8 * 7 * 7, 10)

    def forward(self, x):
        return self.head(self.features(x).flatten(1))


@misconception("FashionCNN")
class softmax_over_the_batch(_Small):
    """You applied softmax along the batch axis, so the images compete for each class. And no softmax is needed here at
    all: nn.CrossEntropyLoss applies it, along the classes."""

    def forward(self, x):
        return super().forward(x).softmax(dim=0)


@misconception("FashionCNN")
class softmax_in_forward(_Small):
    """Something in your network makes probabilities of its scores, as a softmax does. The loss wants the logits as they
    are: nn.CrossEntropyLoss applies log-softmax itself, and a second softmax before it makes all gradients small."""

    def forward(self, x):
        return super().forward(x).softmax(dim=1)


@misconception("FashionCNN")
class sigmoid_in_forward(_Small):
    """Your network squeezes each score into 0 to 1 by itself, as for ten separate yes-or-no questions. Here one class
    out of ten is right: return the logits as they are, and train with a loss that takes logits."""

    def forward(self, x):
        return super().forward(x).sigmoid()


@misconception("FashionCNN")
class returns_class_numbers(_Small):
    """The network gives back the class itself. It should give a score for each class: the loss compares all ten, and
    taking the largest comes later, in predict."""

    def forward(self, x):
        return super().forward(x).argmax(dim=1)


@misconception("FashionCNN")
class one_output(_Small):
    """The network gives one number for each image. That is enough for two classes; ten classes need a score each."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8 * 7 * 7, 1)


@misconception("FashionCNN")
class flattens_across_the_batch(_Small):
    """The batch axis is lost. If you flatten it with the rest, all images become one long row: the first axis stays, and
    each image gets a row of its own."""

    def forward(self, x):
        return self.head(self.features(x).flatten())


@misconception("FashionCNN")
class forgets_to_flatten(_Small):
    """The result still has the axes of a picture. Linear acts on the last axis alone, which is the width; before the
    last layer, all numbers of an image have to be laid in one row."""

    def forward(self, x):
        return self.head(self.features(x))


@misconception("FashionCNN")
class view_of_a_wrong_size(_Small):
    """view and reshape deal the numbers out into rows of the length that you ask for. Where that length is wrong, rows
    hold pieces of images, or no number of rows fits at all. Fix the number of rows to the batch size, and let the length
    follow."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4 * 7 * 7, 10)

    def forward(self, x):
        return self.head(self.features(x).view(-1, 4 * 7 * 7))


@misconception("FashionCNN")
class wrong_flatten_size(_Small):
    """The Linear layer was declared for another number of features than arrive. Follow the shape through the layers:
    kernel size, padding, stride and pooling all change it."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8 * 14 * 14, 10)


@misconception("FashionCNN")
class expects_three_channels(_Small):
    """Your first convolution was declared for three channels, as in coloured images. These images are grayscale."""

    def __init__(self):
        super().__init__()
        self.features[0] = nn.Conv2d(3, 8, 3, stride=2, padding=1)


@misconception("FashionCNN")
class expects_the_channels_last(_Small):
    """Your network puts the axes into another order, as if the channels came last. Its input has them in torch's order
    already."""

    def forward(self, x):
        return super().forward(x.permute(0, 3, 1, 2))


@misconception("FashionCNN")
class expects_a_channel_for_each_row(_Small):
    """The first convolution was declared for 28 input channels: that is the height, or the width, of an image. How many
    numbers does a gray pixel have?"""

    def __init__(self):
        super().__init__()
        self.features[0] = nn.Conv2d(28, 8, 3, stride=2, padding=1)


@misconception("FashionCNN")
class adds_the_channel_axis_again(_Small):
    """Your network adds a channel axis, but its input has one already, (N, 1, 28, 28), since that is the work of
    preprocess: with a fifth axis, no convolution knows what is height and what is width."""

    def forward(self, x):
        return super().forward(x.unsqueeze(1))


@misconception("FashionCNN")
class squeezes_the_batch_away(_Small):
    """For a single image the batch axis is gone, as squeeze() does it: it takes away every axis of length 1, and a
    batch of one is such an axis. Say which axis is meant, or flatten from axis 1 on."""

    def forward(self, x):
        return super().forward(x).squeeze()


@misconception("FashionCNN")
class layers_made_in_forward(_Small):
    """You make a layer in forward, so each call starts with new random weights, and what training has learned is thrown
    away. Make every layer in __init__, and only use it in forward."""

    def forward(self, x):
        return nn.Linear(8 * 7 * 7, 10)(self.features(x).flatten(1))


@misconception("FashionCNN")
class dropout_always_on(_Small):
    """In eval mode something is still drawn at random. The function F.dropout does that where nobody tells it the mode;
    the module nn.Dropout knows it by itself."""

    def forward(self, x):
        return self.head(F.dropout(self.features(x).flatten(1), 0.5))


@misconception("FashionCNN")
class batch_statistics_in_eval(_Small):
    """In eval mode the network still computes something from the whole batch, such as a mean and a deviation. Batch norm
    has running statistics for this, unless it is told to do without; what you compute yourself takes one image alone."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(8 * 7 * 7, track_running_stats=False)

    def forward(self, x):
        return self.head(self.norm(self.features(x).flatten(1)))


@misconception("FashionCNN")
class too_many_parameters(_Small):
    """Nearly all parameters of such a network sit in the first Linear after flattening: one for each pair of an input
    and an output. Pool once more before you flatten, or let it have fewer outputs."""

    def __init__(self):
        super().__init__()
        self.wide = nn.Sequential(nn.Linear(8 * 7 * 7, 1500), nn.ReLU(), nn.Linear(1500, 10))

    def forward(self, x):
        return self.wide(self.features(x).flatten(1)) + super().forward(x)


@misconception("FashionCNN")
class layers_in_a_plain_list(nn.Module):
    """Some layers or weights lie where torch does not find them: in a plain Python list, as plain tensors, or made anew in
    forward. They are never trained, counted or saved. nn.ModuleList and nn.Sequential are lists that torch looks into."""

    def __init__(self):
        super().__init__()
        self.layers = [nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        self.head = nn.Linear(8 * 7 * 7, 10)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x.flatten(1))


@misconception("FashionCNN")
class no_non_linearity(nn.Module):
    """There is no non-linearity between the layers. However many convolutions follow each other: without a ReLU or
    the like in between, they amount to one linear map."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8 * 7 * 7, 10)
        )

    def forward(self, x):
        return self.layers(x)


@misconception("FashionCNN")
class cuts_the_graph(_Small):
    """Your forward cuts the features off from the graph (detach, .data, numpy or no_grad do that), so no gradient comes
    to the layers before the cut: they stay as random as they were made."""

    def forward(self, x):
        return self.head(self.features(x).flatten(1).detach())


@misconception("FashionCNN")
class a_layer_that_is_never_used(_Small):
    """A layer is made in __init__, but forward never goes through it: no gradient reaches it, and it learns nothing.
    Use it, or leave it out."""

    def __init__(self):
        super().__init__()
        self.forgotten = nn.Conv2d(8, 8, 3, padding=1)


# -------------------------------------------------------------------------------------------------------- train


def _prepare(images):
    return (images.unsqueeze(1).float() - 73) / 90


def _loss(model, x, y):
    return F.cross_entropy(model(x), y)


def _batches(images, labels, size=100):
    order = torch.randperm(len(images))
    return [(_prepare(images[part]), labels[part]) for part in order.split(size)]


def _learn(
    model, images, labels, epochs=1, rate=1e-3, loss_of=_loss, batches=_batches, optimizer=torch.optim.Adam
):
    """A sound training, short, with one thing to be spoiled."""
    model.train()
    steps, losses = optimizer(model.parameters(), lr=rate), []
    for _ in range(epochs):
        of_epoch = []
        for x, y in batches(images, labels):
            loss = loss_of(model, x, y)
            steps.zero_grad()
            loss.backward()
            steps.step()
            of_epoch.append(loss.item())
        losses.append(sum(of_epoch) / len(of_epoch))
    return losses


@misconception("train")
def forgets_the_step(model, images, labels):
    """No step reaches the network, so it stays what it was: gradients alone change nothing. An optimizer takes a step where
    brackets, ( ), stand behind step; and p = p - ... makes a new tensor, and leaves the network's own as it is."""
    model.train()
    for x, y in _batches(images[:1000], labels[:1000]):
        model.zero_grad()
        _loss(model, x, y).backward()
    return [2.3]


@misconception("train")
def forgets_backward(model, images, labels):
    """The optimizer takes its steps, but at none of them is there a gradient to follow. Either the loss is never sent
    backward through the network (a method runs where brackets, ( ), stand behind its name), or the gradients are cleared
    between backward and the step."""
    steps = torch.optim.Adam(model.parameters())
    for x, y in _batches(images[:1000], labels[:1000]):
        _loss(model, x, y)
        steps.step()
    return [2.3]


@misconception("train")
def trains_a_copy(model, images, labels):
    """The optimizer holds the parameters of another network than the one that was handed in, a copy or a new one. train
    works in place: the caller's network has to be the better one afterwards."""
    return _learn(copy.deepcopy(model), images[:1000], labels[:1000])


@misconception("train")
def gradients_not_zeroed(model, images, labels):
    """You do not clear the gradients between steps. backward adds to what is there, so each step follows the sum of
    all gradients since the beginning."""
    model.train()
    steps, losses = torch.optim.SGD(model.parameters(), lr=0.05), []
    for x, y in _batches(images, labels):
        loss = _loss(model, x, y)
        loss.backward()
        steps.step()
        losses.append(loss.item())
    return losses


@misconception("train")
def new_optimizer_every_step(model, images, labels):
    """You make a new optimizer for every batch. Adam and momentum live from what they remember of the steps before, and
    a new one remembers nothing. Make it once, before the loop."""
    model.train()
    for x, y in _batches(images, labels, size=400):
        steps = torch.optim.Adam(model.parameters(), lr=3e-3)
        steps.zero_grad()
        _loss(model, x, y).backward()
        steps.step()
    return [1.0]


@misconception("train")
def trains_only_some_layers(model, images, labels):
    """The optimizer got some of the network's parameters only. All the others stay as random as they were made, however
    long you train."""
    model.train()
    steps = torch.optim.Adam(list(model.parameters())[-2:], lr=1e-3)
    for x, y in _batches(images, labels):
        steps.zero_grad()
        _loss(model, x, y).backward()
        steps.step()
    return [1.0]


@misconception("train")
def one_batch_only(model, images, labels):
    """Every step was taken on the same batch. The network learns these few images by heart, the loss falls to nothing,
    and of all the other images it has seen none."""
    return _learn(model, images[:64], labels[:64], epochs=40, rate=2e-3)


@misconception("train")
def returns_inside_the_loop(model, images, labels):
    """The training ended long before all images had been seen once, and a return or break stands inside a loop of your
    train. Look at its indentation."""
    model.train()
    steps = torch.optim.Adam(model.parameters(), lr=1e-3)
    for x, y in _batches(images, labels):
        loss = _loss(model, x, y)
        steps.zero_grad()
        loss.backward()
        steps.step()
        break
    return [loss.item()]


@misconception("train")
def trains_on_few_images(model, images, labels):
    """The network has seen less than half of the images that train was given. Does each epoch go through all of them,
    and are all of them in the batches?"""
    return _learn(model, images[:100], labels[:100])


@misconception("train")
def trains_on_raw_pixels(model, images, labels):
    """The numbers that train gives to the network are of quite another kind or size than those that your preprocess
    makes. train and predict have to show it the same kind of numbers."""

    def raw(images, labels):
        return [(images[p].unsqueeze(1).float(), labels[p]) for p in torch.randperm(len(images)).split(100)]

    return _learn(model, images, labels, batches=raw)


@misconception("train")
def labels_lose_their_images(model, images, labels):
    """Images and labels were shuffled apart: most images of your batches came to the loss with the label of another
    image, and from such labels nothing can be learned. Use one order for both."""

    def torn(images, labels):
        return _batches(images, labels[torch.randperm(len(labels))])

    return _learn(model, images, labels, batches=torn)


@misconception("train")
def labels_one_hot(model, images, labels):
    """You made one-hot vectors of the labels. The loss takes class numbers as they are, one whole number for each
    image."""
    return _learn(model, images, F.one_hot(labels, 10))


@misconception("train")
def loss_without_a_graph(model, images, labels):
    """No gradient leads from the loss to the weights. Either they are frozen (requires_grad=False), or on the way stands
    something that no gradient passes through, as an argmax, a no_grad, a detach, or a tensor made anew of plain numbers.
    Compute the loss from the logits as they come."""
    return _learn(
        model,
        images,
        labels,
        loss_of=lambda model, x, y: (model(x).argmax(dim=1).float() - y.float()).square().mean(),
    )


@misconception("train")
def item_before_backward(model, images, labels):
    """You took the bare number out of the loss before sending it backward. A number has no graph; take it out for the
    record only, when the step is done."""
    return _learn(model, images, labels, loss_of=lambda model, x, y: _loss(model, x, y).item())


@misconception("train")
def backward_through_old_graphs(model, images, labels):
    """The loss that you send backward hangs on a graph that is used up: losses were added up as tensors, or backward
    was called twice. Go backward once, through the loss of this batch; add up plain numbers for the record."""
    total = [torch.zeros(())]

    def sum_so_far(model, x, y):
        total[0] = total[0] + _loss(model, x, y)
        return total[0]

    return _learn(model, images, labels, loss_of=sum_so_far)


@misconception("train")
def nll_loss_on_probabilities(model, images, labels):
    """NLLLoss got probabilities. It takes no logarithm itself: it expects log-probabilities, from log_softmax, and of
    probabilities it makes no cross-entropy. CrossEntropyLoss on the logits does both steps."""
    return _learn(
        model, images, labels, rate=1e-4, loss_of=lambda model, x, y: F.nll_loss(model(x).softmax(dim=1), y)
    )


@misconception("train")
def nll_loss_on_logits(model, images, labels):
    """NLLLoss got plain scores. It takes no logarithm itself and expects log-probabilities, from log_softmax; given
    scores, it is content with one ever larger number, and falls below zero."""
    return _learn(model, images, labels, loss_of=lambda model, x, y: F.nll_loss(model(x), y))


@misconception("train")
def softmax_before_the_loss(model, images, labels):
    """CrossEntropyLoss got probabilities. It expects logits and applies softmax by itself: of ten probabilities it can
    make no loss below 1.46, however good the network gets."""
    return _learn(
        model,
        images,
        labels,
        rate=1e-4,
        loss_of=lambda model, x, y: F.cross_entropy(model(x).softmax(dim=1), y),
    )


@misconception("train")
def learning_rate_far_too_high(model, images, labels):
    """The steps are too large: the training made the network worse than one that knows nothing, or did not help it where
    smaller steps did. Try learning rates ten, a hundred and a thousand times smaller."""
    return _learn(model, images, labels, rate=300.0, optimizer=torch.optim.SGD)


@misconception("train")
def climbs_the_loss(model, images, labels):
    """The steps lead uphill: taken the other way round, the same steps teach the network something. A step makes small
    whatever backward is called on, unless the optimizer was told to maximize. Does the loss have a wrong sign?"""
    return _learn(model, images, labels, loss_of=lambda model, x, y: -_loss(model, x, y))


@misconception("train")
def learning_rate_far_too_low(model, images, labels):
    """The steps are taken, but they are so small that after all of them the network is nearly what it was. Try a learning
    rate ten or a hundred times larger."""
    return _learn(model, images, labels, rate=1e-6)


@misconception("train", costs_points=False)
def trains_in_eval_mode(model, images, labels):
    """The network was in eval mode while it was trained: batch norm never took up statistics, and dropout dropped
    nothing. Ask for train mode at the beginning, and again after each look at a validation set."""

    def evaluated(model, x, y):
        return _loss(model.eval(), x, y)

    return _learn(model, images, labels, loss_of=evaluated)


# ------------------------------------------------------------------------------------------------------ predict


def _scores(model, images):
    model.eval()
    with torch.no_grad():
        return model(_prepare(images))


@misconception("predict")
def returns_the_scores(model, images):
    """You gave back the scores of all classes. Asked for is one number for each image: the class whose score is largest."""
    return _scores(model, images)


@misconception("predict")
def returns_one_hot(model, images):
    """You gave back a vector for each image that marks its class. Asked for is the number of the class."""
    scores = _scores(model, images)
    return F.one_hot(scores.argmax(dim=1), 10)


@misconception("predict")
def argmax_over_the_batch(model, images):
    """You looked for the largest score down the batch: for each class, the image that shows it best. The classes lie
    along the other axis."""
    return _scores(model, images).argmax(dim=0)


@misconception("predict")
def argmax_over_everything(model, images):
    """Without an axis, argmax looks for the one largest number in the whole batch. Each image is to get a class."""
    return _scores(model, images).argmax()


@misconception("predict")
def returns_the_largest_score(model, images):
    """You gave back how large the largest score is. Asked for is where it stands: that place is the class number."""
    return _scores(model, images).max(dim=1).values


@misconception("predict")
def class_numbers_as_floats(model, images):
    """The class numbers are floats. Labels are whole numbers (int64), and so are predictions."""
    return _scores(model, images).argmax(dim=1).float()


@misconception("predict")
def returns_nothing(model, images):
    """predict gives back None, as a function does that reaches its end without a return."""
    _scores(model, images).argmax(dim=1)


@misconception("predict")
def returns_class_names(model, images):
    """You gave back the names of the classes. Asked for are their numbers, in a tensor."""
    names = "T-shirt/top Trouser Pullover Dress Coat Sandal Shirt Sneaker Bag Ankle-boot".split()
    return [names[number] for number in _scores(model, images).argmax(dim=1)]


@misconception("predict")
def returns_a_list(model, images):
    """You gave back a Python list. Asked for is a tensor of class numbers."""
    return [int(scores.argmax()) for scores in _scores(model, images)]


@misconception("predict")
def drops_the_last_batch(model, images):
    """Some images got no class. Was a last batch, smaller than the others, left out, does each batch replace the one
    before, or does a return stand inside the loop over the batches? Here every image wants its answer."""
    classes = [_scores(model, part).argmax(dim=1) for part in images.split(32) if len(part) == 32]
    return torch.cat([*classes, torch.zeros(0, dtype=torch.int64)])


@misconception("predict")
def returns_largest_and_place(model, images):
    """You gave back a tuple. max along an axis makes two tensors: how large the largest scores are, and where they stand.
    The second one holds the class numbers."""
    return tuple(_scores(model, images).max(dim=1))


@misconception("predict")
def counts_classes_from_one(model, images):
    """Your classes are numbered from 1 to 10. In torch everything counts from 0: the classes go from 0 to 9."""
    return _scores(model, images).argmax(dim=1) + 1


@misconception("predict")
def picks_the_smallest_score(model, images):
    """You took the class with the smallest score, as if scores were distances. The larger the logit, the surer the
    network."""
    return _scores(model, images).argmin(dim=1)


@misconception("predict")
def forgets_to_preprocess(model, images):
    """predict feeds the raw pixels to the network, and not what preprocess makes of them: numbers of another kind and
    size."""
    model.eval()
    with torch.no_grad():
        return model(images.unsqueeze(1).float()).argmax(dim=1)


@misconception("predict")
def shuffles_while_predicting(model, images):
    """The classes are right, but in another order than the images: something shuffles on the way. A DataLoader for
    training shuffles; one for predictions must not."""
    order = torch.randperm(len(images))
    return _scores(model, images[order]).argmax(dim=1)


@misconception("predict")
def forgets_eval_mode(model, images):
    """The network still is in train mode when it predicts: batch norm takes its statistics from the batch at hand,
    and dropout switches numbers off at random. A large mixed batch hardly shows it; a single image, or images of one
    class, get other answers."""
    with torch.no_grad():
        return model(_prepare(images)).argmax(dim=1)


@misconception("predict")
def scales_by_the_batch(model, images):
    """What predict does before or after the network depends on the other images of the batch, as when they are scaled by
    the mean or the largest value of the batch at hand. Scale by constants, the same in training and in use."""
    floats = images.unsqueeze(1).float()
    model.eval()
    with torch.no_grad():
        return model((floats - floats.mean()) / floats.std()).argmax(dim=1)


hints(
    "preprocess",
    "Write down two shapes and two dtypes: those that come and those that should leave.",
    "Two things change: the kind of number, and how many axes there are. Do the arithmetic when the numbers are floats.",
    "An axis of length 1 can be put in anywhere without moving a pixel. The question is where torch looks for the "
    "channels; you did this in a1_permute.",
)

why(
    "preprocess",
    "To the network the axis of length 1 is the one channel of a grayscale image; and the nearer the numbers "
    "are to 1, the steadier are the first steps of a training.",
)
hints(
    "FashionCNN",
    "Begin with the smallest network that could work: one convolution, ReLU, one pooling, flatten, one Linear.",
    "Send a batch of zeros of shape (2, 1, 28, 28) through it and print the shape after each layer.",
    "The last Linear has as many inputs as one image has numbers when it is flattened, and as many outputs as there are "
    "classes. Nothing comes after it: the loss does the rest. When this works, add a second storey.",
)

why(
    "FashionCNN",
    "A stack of linear maps is one linear map, however deep: what bends between the layers is what makes depth "
    "worth its price.",
)
hints(
    "train",
    "First make the loss of one single batch fall, by repeating the four steps on it. Then add the loop over batches, "
    "then the loop over epochs.",
    "Print the loss now and then. It stays: is there a step, and on this network's own parameters? It flies off or "
    "staggers: is the learning rate too high, are the gradients cleared? It falls, but the predictions are poor: do "
    "train and predict feed the network the same kind of numbers?",
    "The order of the images is drawn anew in each epoch, and the labels follow the same order. What you return is for the "
    "plot alone; the network that you were given is what counts.",
)

why(
    "train",
    "Each step asks every weight which way lowers the loss of this batch, and goes a little that way; nothing "
    "else is behind the training of the largest networks.",
)
hints(
    "predict",
    "The network gives ten scores for each image, and you want to know which is the largest.",
    "Look at the shape of the scores: along which axis do the classes lie?",
    "Batch norm and dropout have two ways of working. Choose the one for use, and ask about one image alone to see that "
    "it gets the same class as among others.",
)

why(
    "predict",
    "The largest logit belongs to the most probable class, and what an image is taken for does not hang on the "
    "images beside it.",
)
