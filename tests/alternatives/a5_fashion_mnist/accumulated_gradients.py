"""Gradients of two half batches are added on purpose; zeroed at the end of the loop; depthwise convolutions; a margin loss beside."""

import itertools

import torch
from torch import nn


def preprocess(images):
    return (images[:, None] / 255).sub_(0.5).mul_(2)


class FashionCNN(nn.Module):
    def __init__(self, width=32, **options):
        super().__init__()
        self.first = nn.Conv2d(1, width, 5, 2, 2)
        self.depth = nn.Conv2d(width, width, 3, padding=1, groups=width)
        self.point = nn.Conv2d(width, 2 * width, 1)
        self.n1, self.n2 = nn.BatchNorm2d(width), nn.BatchNorm2d(2 * width)
        self.act = nn.PReLU()
        self.top = nn.Sequential(nn.Flatten(), nn.Linear(2 * width * 49, 100), nn.ReLU(), nn.Dropout(0.4), nn.Linear(100, 10))

    def forward(self, x):
        x = self.act(self.n1(self.first(x)))
        x = nn.functional.max_pool2d(self.act(self.n2(self.point(self.depth(x)))), 2)
        return self.top(x)


def train(model, images, labels):
    model.train().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    cross_entropy, margin = nn.CrossEntropyLoss(), nn.MultiMarginLoss()
    losses = []
    optimizer.zero_grad()
    for epoch in itertools.count():
        if epoch == 8:
            return losses
        optimizer.param_groups[0]["lr"] = 2e-3 * (8 - epoch) / 8
        seen = []
        for number, i in enumerate(torch.randperm(len(images)).split(50)):
            x = preprocess(images[i])
            x = (x if number % 2 else x.flip(3)).contiguous(memory_format=torch.channels_last)
            logits = model(x)
            loss = cross_entropy(logits, labels[i]) + 0.1 * margin(logits, labels[i])
            (loss / 2).backward()
            seen.append(loss.item())
            if number % 2:
                optimizer.step()
                optimizer.zero_grad()
        losses.append(sum(seen) / len(seen))


def predict(model, images):
    model.eval()
    answers = []
    with torch.no_grad():
        for start in range(0, len(images), 128):
            answers += model(preprocess(images[start : start + 128])).argmax(dim=1).tolist()
    return torch.tensor(answers)
