"""Returns lists and dicts that change between the moment they are measured and the moment they are sent."""
# a1_permute: to_nchw
class Growing(list):
    def __iter__(self):
        for _ in range(3):
            self.append([0] * 1000)
            yield self

    def __len__(self):
        return 1


class Keys(dict):
    def items(self):
        while True:
            yield ("key", Growing())


def to_nchw(images):
    return [Growing([1]), Keys(a=1)]
