import torch
from torch import nn

from autograder.checks import hints, misconception


@misconception("train")
def forgets_the_step(model, x, y):
    """You compute gradients and never take a step: the optimizer's step changes the parameters."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    for _ in range(5):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x)[:, 0], y).backward()
    return [0.0]


@misconception("predict")
def keeps_the_column(model, x):
    """You returned the column that the network gives. Asked is one number for each point: an axis less."""
    with torch.no_grad():
        return model(x)


hints("train", "What are the four steps for a batch?")
