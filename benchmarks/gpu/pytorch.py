"""PyTorch on the GPU, eager, in float32 and in bfloat16: a JSON object a line. Started by webgpu.ts.

    python3 benchmarks/gpu/pytorch.py f32|bf16 SIZES

SIZES is JSON, as sizes.ts has it.
"""
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

if not torch.cuda.is_available():
    sys.exit("PyTorch is installed but sees no NVIDIA GPU (torch.cuda.is_available() is False): its column stays empty")
half = sys.argv[1] == "bf16"
sizes = json.loads(sys.argv[2])
config = sizes["model"]
vocab, length, width = config["vocabSize"], config["contextLength"], config["embedDim"]
heads, layers = config["numHeads"], config["numLayers"]
device = torch.device("cuda")
torch.manual_seed(42)


def say(what, value):
    print(json.dumps({"what": what, "value": value}), flush=True)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        batch, time, _ = x.shape
        parts = self.qkv(self.norm1(x)).view(batch, time, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_causal=True)
        x = x + self.output(attended.transpose(1, 2).reshape(batch, time, width))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocab, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block() for _ in range(layers))
        self.norm = nn.LayerNorm(width, bias=False)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1], device=device))
        for block in self.blocks:
            x = block(x)
        return self.norm(x) @ self.tokens.weight.T


def products():
    for size in sizes["products"]:
        kind = torch.bfloat16 if half else torch.float32
        a, b = (torch.randn(size, size, device=device, dtype=kind) for _ in range(2))
        best = float("inf")
        for _ in range(4):  # the first warms up
            torch.cuda.synchronize()
            start = time.perf_counter()
            for _ in range(sizes["repeats"]):
                a @ b
            torch.cuda.synchronize()
            best = min(best, time.perf_counter() - start)
        say(f"product {size}", 2 * size**3 * sizes["repeats"] / best / 1e12)


def steps(model):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1)
    shape = (sizes["batchSize"], length)
    times = []
    for _ in range(sizes["warmup"] + sizes["steps"]):
        inputs, targets = (torch.randint(0, vocab, shape, device=device) for _ in range(2))
        torch.cuda.synchronize()
        start = time.perf_counter()
        with torch.autocast("cuda", torch.bfloat16, enabled=half):
            loss = F.cross_entropy(model(inputs).view(-1, vocab), targets.view(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        loss.item()
        times.append(1000 * (time.perf_counter() - start))
    say("step", sorted(times[sizes["warmup"] :])[sizes["steps"] // 2])


@torch.no_grad()
def tokens(model):
    """As nanoGPT samples: the whole context anew for each token."""
    for _ in range(2):
        ids = torch.zeros((1, 1), dtype=torch.long, device=device)
        start = time.perf_counter()
        for _ in range(sizes["tokens"]):
            with torch.autocast("cuda", torch.bfloat16, enabled=half):
                logits = model(ids)[:, -1].float()
            ids = torch.cat((ids, torch.multinomial(F.softmax(logits, -1), 1)), 1)
        torch.cuda.synchronize()
        rate = sizes["tokens"] / (time.perf_counter() - start)
    say("tokens", rate)


products()
network = Gpt().to(device)
steps(network)
tokens(network)
