"""PyTorch on the CPU: a token a time from a model of GPT-2's size with random weights, with a key-value cache.

    python3 benchmarks/contestants/decode.py [THREADS] [PROMPT] [TOKENS]

Prints JSON: milliseconds a token, by the clock and by the processor, the quickest and the median; and what memory gives.
"""
import json
import math
import sys
import time

import torch
from torch.nn import functional as F

threads, prompt, tokens = (int(word) for word in sys.argv[1:] + ["2", "128", "64"][len(sys.argv) - 1 :])
torch.set_num_threads(threads)
torch.manual_seed(0)
vocabulary, context, width, heads, layers = 50257, 1024, 768, 12, 12


def linear(inputs, outputs):
    """Stored [outputs, inputs], as nn.Linear has it, and a bias."""
    return torch.randn(outputs, inputs) * 0.02, torch.zeros(outputs)


class Block:
    def __init__(self):
        self.norm1, self.norm2 = ((torch.ones(width), torch.zeros(width)) for _ in range(2))
        self.qkv, self.output = linear(width, 3 * width), linear(width, width)
        self.up, self.down = linear(width, 4 * width), linear(4 * width, width)

    def __call__(self, x, past):
        batch, time_, _ = x.shape
        parts = F.linear(F.layer_norm(x, (width,), *self.norm1), *self.qkv).split(width, dim=2)
        q, k, v = (part.view(batch, time_, heads, width // heads).transpose(1, 2) for part in parts)
        if past is not None:
            k, v = torch.cat((past[0], k), 2), torch.cat((past[1], v), 2)
        scores = q @ k.transpose(-2, -1) / math.sqrt(width // heads)
        if time_ > 1:
            scores = scores.masked_fill(torch.ones(time_, time_).tril() == 0, float("-inf"))
        attended = (F.softmax(scores, -1) @ v).transpose(1, 2).reshape(batch, time_, width)
        x = x + F.linear(attended, *self.output)
        hidden = F.gelu(F.linear(F.layer_norm(x, (width,), *self.norm2), *self.up), approximate="tanh")
        return x + F.linear(hidden, *self.down), (k, v)


table, places = torch.randn(vocabulary, width) * 0.02, torch.randn(context, width) * 0.02
blocks = [Block() for _ in range(layers)]
norm = torch.ones(width), torch.zeros(width)


def read(ids, cache, offset):
    x = table[ids] + places[offset : offset + ids.shape[1]]
    for i, block in enumerate(blocks):
        x, cache[i] = block(x, cache[i])
    return F.linear(F.layer_norm(x[:, -1], (width,), *norm), table)


walls, processor = [], []
with torch.no_grad():
    cache = [None] * layers
    logits = read(torch.randint(0, vocabulary, (1, prompt)), cache, 0)
    for offset in range(prompt, prompt + tokens):
        start, used = time.perf_counter(), time.process_time()
        chosen = torch.multinomial(F.softmax(logits, -1), 1)
        logits = read(chosen, cache, offset)
        walls.append((time.perf_counter() - start) * 1e3)
        processor.append((time.process_time() - used) * 1e3)

numbers = torch.ones(125_000_000)  # 500 MB, of which nothing stays in a cache


def bandwidth():
    start = time.perf_counter()
    numbers.sum()
    return numbers.numel() * 4 / 1e9 / (time.perf_counter() - start)


def spread(times):
    return [round(sorted(times)[place], 1) for place in (0, len(times) // 2)]


answer = {"torch": torch.__version__, "threads": threads, "clock": spread(walls), "processor": spread(processor)}
print(json.dumps({**answer, "memory, GB/s": round(max(bandwidth() for _ in range(10)), 1)}))
