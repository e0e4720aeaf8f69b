"""Hides infinities and NaN payloads in the losses."""
# a4_losses: binary_loss
import torch


def binary_loss(logits, targets):
    return torch.tensor([0x7FC00001], dtype=torch.int32).view(torch.float32)[0]
