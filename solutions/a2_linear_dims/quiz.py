"""What `release --roster` varies in a2: the shapes that the quiz asks about. A quiz is a tuple of shapes."""

DEFAULT = ((2,), (1, 3), (2, 3, 4), (2, 3, 4, 5))

# No 5: that is what the layers make. Small numbers, and growing within a shape as in the lecture's.
LENGTHS = (2, 3, 4, 6, 7, 8, 9)


def draw(choose):
    """A quiz as difficult as the default one: a vector, a matrix, three axes and four."""
    return tuple(growing(choose, axes) for axes in (1, 2, 3, 4))


def growing(choose, axes):
    """So many different lengths, the smallest first."""
    left = list(LENGTHS)
    while len(left) > axes:
        left.remove(choose(left))
    return tuple(left)


def answers(quiz):
    """The right entry for each key of ANSWERS."""
    return {shape: shape[-1] for shape in quiz}


def describe(quiz):
    """The quiz in a few words, for whoever holds the answers of another one."""
    return f"the shapes {', '.join(map(str, quiz[:-1]))} and {quiz[-1]}"


def lines(quiz):
    """The lines of the stub and the public checks in which the quiz stands; prose without its `# `."""
    picture = [f"  {len(shape)}D tensor      {shape!s:<18}nn.Linear(?, 5)" for shape in quiz]
    return [f"QUIZ = {quiz}", *picture, *(f"    {shape}: None," for shape in quiz)]
