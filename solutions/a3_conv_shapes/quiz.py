"""What `release --roster` varies in a3: a quiz is (images in a batch, output channels of conv1, those of conv2)."""

DEFAULT = (32, 8, 16)

# None of these numbers is a size of an image on its way (28, 24, 12, 6, 10), so that nothing is right by chance.
BATCHES = tuple(size for size in range(20, 70) if size not in (24, 28))
FIRST, SECOND = (4, 5, 7, 8, 9), (11, 13, 14, 15, 16, 18, 20, 21)


def draw(choose):
    """A quiz as difficult as the default one: the same layers on the same images."""
    return choose(BATCHES), choose(FIRST), choose(SECOND)


def answers(quiz):
    """The right entry for each key of ANSWERS."""
    batch, first, second = quiz
    return {
        "conv1": (batch, first, 24, 24),
        "pool1": (batch, first, 12, 12),
        "conv2": (batch, second, 12, 12),
        "pool2": (batch, second, 6, 6),
        "flatten": (batch, second * 36),
        "linear": (batch, 10),
    }


def describe(quiz):
    """The quiz in a few words, for whoever holds the answers of another one."""
    batch, first, second = quiz
    return f"a batch of {batch}, {first} channels after conv1 and {second} after conv2"


def lines(quiz):
    """The lines of the stub and the public checks in which the quiz stands; prose without its `# `."""
    batch, first, second = quiz
    conv1 = f"Conv2d(1, {first}, 5)"
    return [
        f"QUIZ = {quiz}",
        f"QUIZ_INPUT = ({batch}, 1, 28, 28)",
        f"    images       ({batch}, 1, 28, 28)",
        f"    conv1        {conv1:<34}1 input channel, {first} output channels, kernel 5",
        f"    conv2        Conv2d({first}, {second}, 3, padding=1)",
    ]
