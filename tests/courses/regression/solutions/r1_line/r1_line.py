# %% [markdown]
# # r1_line: what does a network of one neuron learn?
# A line through points, by gradient descent.

# %%
import torch
from torch import nn

# %% [markdown]
# ## `Line`


# %%
class Line(nn.Module):
    """x: float32 (N, 1) -> float32 (N, 1): slope * x + offset, both learnt."""

    def __init__(self) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.line = nn.Linear(1, 1)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        return self.line(x)
        ### END SOLUTION


# %% [markdown]
# ## `fit`


# %%
def fit(x: torch.Tensor, y: torch.Tensor, steps: int) -> tuple[float, float]:
    """Slope and offset of the line through points by so many steps of gradient descent on the mean squared error.

    x, y: float32 (N,), x between -1 and 1. Example: on y = 2x + 1, after 500 steps, close to (2.0, 1.0).
    """
    ### BEGIN SOLUTION
    slope, offset = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True)
    for _ in range(steps):
        loss = ((slope * x + offset - y) ** 2).mean()
        gradients = torch.autograd.grad(loss, (slope, offset))
        with torch.no_grad():
            slope -= 0.3 * gradients[0]
            offset -= 0.3 * gradients[1]
    return float(slope), float(offset)
    ### END SOLUTION
