# %% [markdown]
# # r2_network: what does gradient descent find?
# A line through measured points, found by a network of one neuron.

# %%
import torch
from torch import nn

# %% [markdown]
# ## `Line`


# %%
class Line(nn.Module):
    """x: float32 (N, 1) -> float32 (N, 1): slope * x + offset, both learnt."""

    def __init__(self) -> None:
        """Make the layer."""
        super().__init__()
        self.line = nn.Linear(1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x (N, 1) -> (N, 1)."""
        return self.line(x)


# %% [markdown]
# ## `train`


# %%
def train(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> list[float]:
    """Train the line in place on points x (N, 1), y (N,). Returns the losses, one an epoch.

    Example: after train(model, x, y) the same model gives other numbers, and better ones.
    """
    optimizer, losses = torch.optim.SGD(model.parameters(), lr=0.2), []
    for _ in range(60):
        for points, heights in zip(x.split(20), y.split(20), strict=True):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(points)[:, 0], heights)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    return losses


# %% [markdown]
# ## `predict`


# %%
def predict(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Points x (N, 1) -> heights (N,).

    Example: predict(model, x of shape (7, 1)) has shape (7,).
    """
    with torch.no_grad():
        return model(x)[:, 0]
