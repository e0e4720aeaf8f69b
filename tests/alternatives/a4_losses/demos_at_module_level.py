"""A script as one writes it while trying things: demos, asserts and a small training at module level, and a main block."""

import torch
from torch import nn

torch.manual_seed(0)


def choose_loss(task, output):
    if (task, output) == ("binary", "probability"):
        return nn.BCELoss()
    if (task, output) == ("binary", "logit"):
        return nn.BCEWithLogitsLoss()
    if (task, output) == ("multiclass", "log-probability"):
        return nn.NLLLoss()
    if (task, output) == ("multiclass", "logit"):
        return nn.CrossEntropyLoss()
    raise ValueError(f"no loss for {task} with {output}")


def output_activation(task, output):
    if output == "logit":
        return nn.Identity()
    if task == "binary":
        return nn.Sigmoid()
    return nn.LogSoftmax(dim=1)


# a network of the lecture, trained a little
net = nn.Sequential(nn.Linear(4, 3), output_activation("multiclass", "log-probability"))
loss = choose_loss("multiclass", "log-probability")
x, y = torch.randn(32, 4), torch.randint(3, (32,))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(5):
    optimizer.zero_grad()
    value = loss(net(x), y)
    value.backward()
    optimizer.step()
print("trained to", value.item())


def binary_targets(labels):
    return (labels < 1).float()


labels = torch.tensor([0, 1, 1, 0, 1])
targets = binary_targets(labels)
assert targets.tolist() == [1, 0, 0, 1, 0]


def softmax(logits):
    logits = logits - logits.max(dim=1, keepdim=True).values
    return logits.exp() / logits.exp().sum(dim=1, keepdim=True)


print(softmax(torch.tensor([[1000.0, 999.0, 0.0]])))
try:
    print(torch.exp(torch.tensor(1000.0)) / torch.exp(torch.tensor(1000.0)))
except Exception as e:
    print("oops", e)


def binary_loss(logits, targets):
    return (logits.clamp(min=0) - logits * targets + torch.log1p(torch.exp(-logits.abs()))).mean()


logits = torch.linspace(-1000, 1000, 2001)
for t in (0.0, 1.0):
    mine = binary_loss(logits, torch.full_like(logits, t))
    torchs = nn.BCEWithLogitsLoss()(logits, torch.full_like(logits, t))
    assert torch.allclose(mine, torchs)


def multiclass_loss(logits, labels):
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -log_p[torch.arange(len(labels)), labels].mean()


logits = torch.randn(5, 4) * 100
labels = torch.tensor([0, 3, 2, 1, 1])
assert torch.allclose(multiclass_loss(logits, labels), nn.CrossEntropyLoss()(logits, labels))


def predict_binary(logits):
    return 1 - (logits > 0).long()


def predict_binary_from_probability(probabilities):
    return 1 - (probabilities > 0.5).long()


def predict_multiclass(scores):
    return torch.argmax(scores, 1)


assert predict_multiclass(logits).equal(predict_multiclass(softmax(logits)))

if __name__ == "__main__":
    print("all is well")
