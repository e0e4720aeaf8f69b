"""Tasks that are objects: an nn.Module with bmm inside, a class with static methods, a dict with a default."""

from collections import defaultdict

import torch


class Affine(torch.nn.Module):
    def forward(self, x, weight, bias):
        rows = x.reshape(1, -1, x.shape[-1])
        out = torch.bmm(rows, weight.T.unsqueeze(0)) + bias
        return out.reshape(x.shape[:-1] + bias.shape)


class Rules:
    @staticmethod
    def in_features(shape):
        return int(torch.Size(shape)[-1])

    @classmethod
    def output_shape(cls, shape, out_features):
        return tuple(torch.zeros(shape[:-1] + (out_features,)).shape)


affine = Affine()
linear_in_features = Rules.in_features
linear_output_shape = Rules.output_shape

ANSWERS = defaultdict(lambda: 5)
ANSWERS[(2,)] = 2
ANSWERS[(1, 3)] = 3
ANSWERS[(2, 3, 4)] = 4
ANSWERS[(2, 3, 4, 5)] = 5


def linear_parameter_count(in_features, out_features, bias=True, **options):
    shapes = [(out_features, in_features)] + [(out_features,)] * bias
    return sum(torch.Size(shape).numel() for shape in shapes)
