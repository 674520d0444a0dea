#!/usr/bin/env python3
"""Golden values of the random streams and of the fingerprint, from their definitions in plain Python integers.

SplitMix64: Steele, Lea & Flood (OOPSLA 2014). Run it to print what RngTest.cpp and FingerprintTest.cpp hold.
"""
import math

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def combine(key, word):
    return mix(key ^ ((word + GOLDEN + (key << 6) + (key >> 2)) & MASK))


class Stream:
    def __init__(self, seed, purpose, a=0, b=0):
        key = mix((seed + 0x632BE59BD9B4E019) & MASK)
        for word in (purpose, a, b):
            key = combine(key, word)
        self.key = key

    def bits(self, i):
        return mix((self.key + (i + 1) * GOLDEN) & MASK)

    def uniform(self, i):
        return (self.bits(i) >> 11) * 2.0 ** -53

    def normal(self, i):
        return math.sqrt(-2 * math.log(1 - self.uniform(2 * i))) * math.cos(2 * math.pi * self.uniform(2 * i + 1))

    def below(self, i, n):
        return (self.bits(i) * n) >> 64


def fingerprint(data):
    state, length = 0xCBF29CE484222325, len(data)
    for at in range(0, length, 8):
        word = int.from_bytes(data[at:at + 8], "little")
        state = (mix(state ^ word) + GOLDEN) & MASK
    return mix(state ^ length)


if __name__ == "__main__":
    print("reference sequence, seed 1234567:", [mix((1234567 + (i + 1) * GOLDEN) & MASK) for i in range(5)])
    for args in ((1, 1), (1, 2, 3), (42, 6, 7, 9), (MASK, 12, MASK, 1)):
        s = Stream(*args)
        print(args, [hex(s.bits(i)) for i in (0, 1, 1000000)], repr(s.uniform(5)), repr(s.normal(3)), s.below(4, 1000))
    for text in (b"", b"a", b"12345678", b"The quick brown fox jumps over the lazy dog"):
        print(text, "%016x" % fingerprint(text))
