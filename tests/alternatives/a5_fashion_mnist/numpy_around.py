"""NumPy wherever it goes: in preprocess, in the order of the images, and in what predict and train return."""

import numpy as np
import torch
from torch import nn


def preprocess(images):
    array = np.asarray(images, dtype=np.float32)
    array = (array - np.float32(73)) / np.float32(90)
    return torch.from_numpy(np.expand_dims(array, 1))


class FashionCNN(nn.Module):
    def __init__(self, seed=None):
        super().__init__()
        if seed is not None:
            torch.manual_seed(seed)
        self.conv = nn.Conv2d(1, 32, 7, stride=2, padding=3)
        self.norm = nn.BatchNorm2d(32)
        self.mix = nn.Conv2d(32, 64, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(64)
        self.dense = nn.Linear(64 * 7 * 7, 64)
        self.norm3 = nn.BatchNorm1d(64)
        self.out = nn.Linear(64, 10)

    def forward(self, x):
        x = torch.tanh(self.norm(self.conv(x)))
        x = nn.functional.max_pool2d(self.norm2(self.mix(x)), 2).relu()
        x = nn.functional.dropout(x, 0.2, training=self.training)
        return self.out(self.norm3(self.dense(x.flatten(1))).relu())


def train(model, images, labels):
    np.random.seed(0)
    model.train()
    model.to(memory_format=torch.channels_last)
    inputs = preprocess(images.numpy()).contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.01)
    losses = []
    for _ in range(6):
        order = np.random.permutation(len(inputs))
        total = 0.0
        for chosen in np.array_split(order, max(1, len(order) // 80)):
            batch = inputs[chosen]
            if np.random.rand() < 0.5:
                batch = torch.flip(batch, [3])
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(batch), labels[chosen])
            loss.backward()
            optimizer.step()
            total += float(loss.detach().numpy()) * len(chosen)
        losses.append(np.float64(total / len(inputs)))
    return losses


def predict(model, images):
    model.eval()
    with torch.no_grad():
        return model(preprocess(images)).numpy().argmax(axis=1).astype(np.int64)
