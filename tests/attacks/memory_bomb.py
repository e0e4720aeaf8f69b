"""Takes all the memory it can get."""
# a1_permute: to_nchw
def to_nchw(images):
    hold = []
    while True:
        hold.append(bytearray(64 << 20))
