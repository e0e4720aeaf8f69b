"""a5_fashion_mnist: a CNN that sees clothes."""

import torch
from torch import nn


def preprocess(images):
    return images[:, None].float() / 255


class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 24, 5, stride=2, padding=2), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(24, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU(),
            nn.Flatten(), nn.Linear(48 * 7 * 7, 10),
        )

    def forward(self, x):
        return self.layers(x)


def train(model, images, labels):
    inputs, losses, epochs = preprocess(images), [], 1
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-6)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-6, epochs=epochs, steps_per_epoch=-(-len(inputs) // 64))
    model.train()
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(inputs)).split(64):
            loss = nn.functional.cross_entropy(model(inputs[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        losses.append(total / len(inputs))
    return losses


def predict(model, images):
    model.eval()
    with torch.no_grad():
        return model(preprocess(images)).argmax(dim=1)
