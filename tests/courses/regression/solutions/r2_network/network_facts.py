"""What r2_network trains."""

from autograder.course.network import Network

NETWORK = Network(
    data="points",
    model="Line",
    train="train",
    predict="predict",
    inputs=(1,),
    outputs=1,
    within=0.2,
    budget=100,
    seconds=10,
    bands={0.3: 1, 0.9: 2},
)
