"""What students get wrong in a5_fashion_mnist, each with its diagnosis."""

import copy

import torch
from torch import nn

from autograder.diagnosis import hints, misconception

# preprocess


@misconception("preprocess")
def forgets_the_channel_axis(images):
    """The pixels are floats now, but the batch still has three axes. A convolution looks for the channels on axis 1, even when there is but one of them."""
    return images.float() / 255


@misconception("preprocess")
def puts_the_channel_axis_last(images):
    """You put the channel axis at the end, as image files have it. torch looks for it right behind the batch."""
    return (images.float() / 255).unsqueeze(-1)


@misconception("preprocess")
def leaves_whole_numbers(images):
    """The shape is right, but the pixels are still whole numbers from 0 to 255. A network computes with floats."""
    return images.unsqueeze(1)


@misconception("preprocess")
def flattens_the_images(images):
    """You flattened each image into a row, as for a network of linear layers. A convolution needs height and width."""
    return images.flatten(1).float() / 255


@misconception("preprocess")
def goes_to_double_precision(images):
    """The values are float64. The layers of a network hold float32, and the two do not mix."""
    return images.unsqueeze(1).double() / 255


# FashionCNN


class _Wrong(nn.Module):
    """A small network for the ideas below to spoil."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(4))
        self.head = nn.Linear(8 * 7 * 7, 10)

    def forward(self, x):
        return self.head(self.features(x).flatten(1))


@misconception("FashionCNN")
class softmax_in_forward(_Wrong):
    """The network ends in a softmax. CrossEntropyLoss applies one itself, and two of them flatten the gradients."""

    def forward(self, x):
        return super().forward(x).softmax(1)


@misconception("FashionCNN")
class far_too_many_parameters(_Wrong):
    """Most of the parameters of such a network sit in its linear layers. Pool before you flatten, or make them narrower."""

    def __init__(self):
        super().__init__()
        self.wide = nn.Sequential(nn.Linear(8 * 7 * 7, 2000), nn.ReLU(), nn.Linear(2000, 10))

    def forward(self, x):
        return self.wide(self.features(x).flatten(1)) + super().forward(x)


@misconception("FashionCNN")
class layers_in_a_plain_list(nn.Module):
    """The layers lie in a plain Python list, where torch does not find their parameters: they cannot be trained, saved or counted."""

    def __init__(self):
        super().__init__()
        self.layers = [nn.Conv2d(1, 4, 3, stride=2), nn.Flatten(), nn.Linear(4 * 13 * 13, 10)]

    def forward(self, x):
        for layer in self.layers[:1]:
            x = layer(x).relu()
        return self.layers[2](self.layers[1](x))


@misconception("FashionCNN")
class no_non_linearity(nn.Module):
    """There is no non-linearity between the layers. However many convolutions follow each other, without one they amount to a single linear map."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.AvgPool2d(4), nn.Flatten(), nn.Linear(4 * 49, 10)
        )

    def forward(self, x):
        return self.layers(x)


@misconception("FashionCNN")
class a_layer_that_is_never_used(_Wrong):
    """A layer is made in __init__ but forward never goes through it, or its result is cut off from the graph: it cannot learn."""

    def __init__(self):
        super().__init__()
        self.forgotten = nn.Conv2d(8, 8, 3)


@misconception("FashionCNN")
class returns_the_class(_Wrong):
    """The network gives back the class itself. It should give a score for each class: the loss compares all of them, and taking the largest comes later."""

    def forward(self, x):
        return super().forward(x).argmax(1)


@misconception("FashionCNN")
class flattens_across_the_batch(_Wrong):
    """You flattened the batch axis together with the rest, so all images became one long row. The first axis stays."""

    def forward(self, x):
        return self.head(self.features(x).flatten())


@misconception("FashionCNN")
class a_wrong_flatten_size(_Wrong):
    """The last layer was declared for another number of features than arrive. Follow the shape through the layers: padding, stride and pooling all change it."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8 * 14 * 14, 10)


# train


@misconception("train")
def never_steps(model, images, labels):
    """The loss is worked out, but the network never changes: the optimiser has to take its step, on this network's own parameters, after the gradients are there."""
    with torch.no_grad():
        return [nn.functional.cross_entropy(model(preprocess(images[:100])), labels[:100]).item()]  # noqa: F821


@misconception("train")
def trains_a_copy(model, images, labels):
    """You trained a copy of the network. The one that you were given is as it was, and it is the one that will be asked."""
    return _steps(copy.deepcopy(model), images, labels, 1e-3)


@misconception("train")
def steps_far_too_large(model, images, labels):
    """The steps are so large that training flies apart. Try a learning rate ten or a hundred times smaller."""
    return _steps(model, images, labels, 1e30)


def _steps(model, images, labels, rate):
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    model.train()
    for i in range(0, min(len(images), 1000), 100):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(preprocess(images[i : i + 100])), labels[i : i + 100])  # noqa: F821
        loss.backward()
        optimizer.step()
    return [loss.item()]


# predict


@misconception("predict")
def forgets_eval_mode(model, images):
    """The network still is in training mode when it predicts: batch norm then uses the batch's own statistics, and dropout throws dice."""
    model.train()
    with torch.no_grad():
        return model(preprocess(images)).argmax(1)  # noqa: F821


@misconception("predict")
def gives_scores_not_classes(model, images):
    """You gave back the scores of all classes. What is asked for is one number for each image: which class has the largest."""
    model.eval()
    with torch.no_grad():
        return model(preprocess(images))  # noqa: F821


@misconception("predict")
def takes_the_largest_over_the_batch(model, images):
    """You looked for the largest score over the images of the batch. The classes lie on the other axis."""
    model.eval()
    with torch.no_grad():
        return model(preprocess(images)).argmax(0)  # noqa: F821


hints(
    "preprocess",
    "Print the shape and dtype that come, and write down beside them those that should leave.",
    "Two things have to change: the kind of number, and how many axes there are.",
    "An axis of length 1 can be put in anywhere without moving a pixel; the question is where torch looks for it.",
)
hints(
    "FashionCNN",
    "Start small: one convolution, one non-linearity, one pooling, flatten, one linear layer.",
    "Send a batch of zeros through and print the shape after each layer.",
    "The last layer's in_features is channels x height x width of what reaches it; its outputs go to the loss untouched.",
)
hints(
    "train",
    "Write the loop for a single batch first, and watch whether its loss falls when you repeat it.",
    "Every step has the same four parts: fresh gradients, loss, backward, step.",
    "If the loss does not fall, look at the learning rate and the scale of the pixels; if it falls too slowly, at how many steps you take.",
)
hints(
    "predict",
    "The network gives ten numbers for each image; you want to know which is largest.",
    "Mind on which axis the classes lie.",
    "Layers such as batch norm and dropout have two modes: choose the one for use, not for training.",
)
