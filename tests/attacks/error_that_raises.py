"""Raises an exception whose name, text and traceback raise in turn."""
# a1_permute: to_nchw
class Meta(type):
    @property
    def __name__(cls):
        raise RuntimeError


class Evil(BaseException, metaclass=Meta):
    def __str__(self):
        raise Evil

    __repr__ = __str__

    def __getattribute__(self, name):
        raise KeyboardInterrupt


def to_nchw(images):
    raise Evil
