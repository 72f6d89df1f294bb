"""PyTorch on the CPU, eager: the workloads that it shares with the other contestants of a sitting.

    python3 benchmarks/contestants/pytorch.py THREADS

On Debian: apt-get install python3-torch libopenblas0-openmp. Without the second, matrix products run on reference code.
"""
import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)
text = torch.randint(0, 65, (20_000,))


def windows(batch_size, length):
    """As nanoGPT draws its batches."""
    starts = torch.randint(0, len(text) - length - 1, (batch_size,))
    inputs = torch.stack([text[i : i + length] for i in starts])
    return inputs, torch.stack([text[i + 1 : i + 1 + length] for i in starts])


def mlp():
    """makemore's MLP: block 3, embedding 10, hidden 200, batch 32 drawn from 4096 rows, plain gradient descent."""
    table = torch.randn(27, 10)
    hidden, hidden_bias = torch.randn(30, 200) * 0.2, torch.randn(200) * 0.01
    output, output_bias = torch.randn(200, 27) * 0.1, torch.zeros(27)
    parameters = [table, hidden, hidden_bias, output, output_bias]
    for parameter in parameters:
        parameter.requires_grad = True
    rows = torch.randint(0, 27, (4096, 3))
    answers = (rows[:, 0] + rows[:, 2]) % 27

    def step():
        chosen = torch.randint(0, len(rows), (32,))
        active = torch.tanh(table[rows[chosen]].view(-1, 30) @ hidden + hidden_bias)
        loss = F.cross_entropy(active @ output + output_bias, answers[chosen])
        for parameter in parameters:
            parameter.grad = None
        loss.backward()
        for parameter in parameters:
            parameter.data += -0.1 * parameter.grad
        return loss

    return step


def bigram():
    """A table of 65 × 65 as logits, batch 32 × 8 drawn inside, AdamW."""
    table = nn.Embedding(65, 65)
    optimizer = torch.optim.AdamW(table.parameters(), lr=1e-3)

    def step():
        inputs, targets = windows(32, 8)
        loss = F.cross_entropy(table(inputs).view(256, 65), targets.view(256))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss

    return step


class Block(nn.Module):
    def __init__(self, width, heads, length):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = (nn.Parameter(torch.ones(width)) for _ in range(2))
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)
        self.register_buffer("past", torch.tril(torch.ones(length, length)).view(1, 1, length, length))

    def forward(self, x):
        batch, time_, width = x.shape
        normed = F.layer_norm(x, (width,), self.norm1, None, 1e-5)
        packed = self.qkv(normed).split(width, dim=2)
        q, k, v = (part.view(batch, time_, self.heads, width // self.heads).transpose(1, 2) for part in packed)
        scores = (q @ k.transpose(-2, -1)) / math.sqrt(width // self.heads)
        scores = scores.masked_fill(self.past[:, :, :time_, :time_] == 0, float("-inf"))
        attended = (F.softmax(scores, -1) @ v).transpose(1, 2).contiguous().view(batch, time_, width)
        x = x + self.output(attended)
        return x + self.down(F.gelu(self.up(F.layer_norm(x, (width,), self.norm2, None, 1e-5))))


class Gpt(nn.Module):
    """nanoGPT's CPU setting: 4 layers, 4 heads, width 128, context 64, 65 characters, no bias, tied head."""

    def __init__(self, vocabulary=65, length=64, width=128, heads=4, layers=4):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList([Block(width, heads, length) for _ in range(layers)])
        self.norm = nn.Parameter(torch.ones(width))
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, 0, 0.02)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return F.layer_norm(x, self.norm.shape, self.norm, None, 1e-5) @ self.tokens.weight.T


def gpt():
    """Batch 12, AdamW (0.9, 0.99), weight decay 0.1, gradients clipped to 1."""
    model = Gpt()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1)

    def step():
        inputs, targets = windows(12, 64)
        loss = F.cross_entropy(model(inputs).view(-1, 65), targets.view(-1))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss

    return step


def generation():
    """A token from the whole context, as nanoGPT's `generate` makes it."""
    model = Gpt().eval()
    state = {"ids": text[:64].view(1, 64)}

    @torch.no_grad()
    def step():
        logits = model(state["ids"])[:, -1]
        chosen = torch.multinomial(F.softmax(logits, -1), 1)
        state["ids"] = torch.cat((state["ids"], chosen), 1)[:, -64:]

    return step


def dispatch():
    a, b = torch.tensor([1.0, 2, 3, 4]), torch.tensor([5.0, 6, 7, 8])

    def step():
        torch.add(a, b)

    return step


def product(size, transpose_a, transpose_b):
    def make():
        a, b = torch.randn(size, size), torch.randn(size, size)
        a, b = a.T if transpose_a else a, b.T if transpose_b else b

        def step():
            torch.mm(a, b)

        return step

    return make


def loading():
    def step():
        windows(12, 64)

    return step


workloads = {"mlp": mlp, "bigram": bigram, "gpt": gpt, "generation": generation, "dispatch": dispatch, "loading": loading}
for size in (512, 1024):
    for name, a, b in (("", False, False), (" aᵀ", True, False), (" bᵀ", False, True), (" aᵀbᵀ", True, True)):
        workloads[f"matmul {size}{name}"] = product(size, a, b)


def measure(step, seconds):
    for _ in range(5):
        step()
    begin = time.perf_counter()
    step()
    repeats = max(1, round(0.05 / (time.perf_counter() - begin)))
    milliseconds, processor, last = [], [], None
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or not milliseconds:
        start, used = time.perf_counter(), time.process_time()
        for _ in range(repeats):
            last = step()
        milliseconds.append((time.perf_counter() - start) / repeats * 1e3)
        processor.append((time.process_time() - used) / repeats * 1e3)
    answer = {"milliseconds": milliseconds, "processor": processor}
    return answer if last is None else {**answer, "loss": last.item()}


ready = {}
versions = {"PyTorch": torch.__version__, "python": sys.version.split()[0]}
for line in sys.stdin:
    request = json.loads(line)
    name = request["workload"]
    answer = {"versions": versions}
    if name in workloads:
        if name not in ready:
            ready[name] = workloads[name]()
        answer.update(measure(ready[name], request["seconds"]))
    print(json.dumps(answer), flush=True)
