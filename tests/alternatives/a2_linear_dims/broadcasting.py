"""No matrix product: broadcasting, an elementwise product and a sum; lists for shapes."""

import torch

ANSWERS = {
    (2,): 2,
    (1, 3): 3,
    (2, 3, 4): 4,
    (2, 3, 4, 5): 5,
}


def linear_in_features(shape: tuple[int, ...]) -> int:
    *_, features = shape
    return features


def linear_output_shape(shape: tuple[int, ...], out_features: int) -> tuple[int, ...]:
    sizes = list(shape)
    sizes[-1] = out_features
    return sizes


def linear_parameter_count(in_features: int, out_features: int, bias: bool = True) -> int:
    return torch.ones(out_features, in_features + int(bias)).numel()


def affine(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    return x.unsqueeze(-2).mul(weight).sum(dim=-1).add(bias)
