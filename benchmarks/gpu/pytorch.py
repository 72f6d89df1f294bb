"""PyTorch on the GPU, eager, in float32 without TF32, or with autocast to bfloat16. Prints a JSON object a line; started by
webgpu.ts, anew for what is left after a failure.

    python3 benchmarks/gpu/pytorch.py f32|bf16 SIZES ROW,ROW... [cuda|cpu]

SIZES is JSON, as sizes.ts has it; cpu is to see that it runs.
"""
import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

kind, sizes, rows = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3].split(",")
device = torch.device(sys.argv[4] if len(sys.argv) > 4 else "cuda")
cuda = device.type == "cuda"
if cuda and not torch.cuda.is_available():
    sys.exit(f"PyTorch {torch.__version__} is here but sees no NVIDIA GPU (torch.cuda.is_available() is False)")
half = kind == "bf16"
torch.backends.cuda.matmul.allow_tf32 = False  # float32 is float32: ours has 24 bits, too, and TF32 has 11
torch.backends.cudnn.allow_tf32 = False
config = sizes["model"]
vocab, length, width = config["vocabSize"], config["contextLength"], config["embedDim"]
heads, layers = config["numHeads"], config["numLayers"]


def say(**message):
    print(json.dumps(message), flush=True)


def wait():
    if cuda:
        torch.cuda.synchronize()


class Block(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.norm1, self.norm2 = nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)

    def drop(self, x):
        return F.dropout(x, self.rate, self.training)

    def forward(self, x):
        batch, time, _ = x.shape
        q, k, v = (part.view(batch, time, heads, width // heads).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(width, 2))
        rate = self.rate if self.training else 0.0
        attended = F.scaled_dot_product_attention(q, k, v, dropout_p=rate, is_causal=True)
        x = x + self.drop(self.output(attended.transpose(1, 2).reshape(batch, time, width)))
        return x + self.drop(self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh")))


class Gpt(nn.Module):
    """Ours, and nanoGPT's: dropout in the same places, the same first weights, the head tied to the token table."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.tokens, self.positions = nn.Embedding(vocab, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(rate) for _ in range(layers))
        self.norm = nn.LayerNorm(width, bias=False)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                last = name.endswith(("output.weight", "down.weight"))
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * layers) if last else 0.02)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1], device=ids.device))
        x = F.dropout(x, self.rate, self.training)
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.tokens.weight)


def fresh(rate=0.0):
    torch.manual_seed(42)
    return Gpt(rate).to(device)


def step(rate):
    """The median in ms: forward, backward, clipping, AdamW (fused on the GPU, as nanoGPT has it), and the loss read."""
    model = fresh(rate)
    options = {"fused": True} if cuda else {}
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1, **options)
    shape = (sizes["batchSize"], length)
    times = []
    for number in range(sizes["warmup"] + sizes["steps"]):
        inputs, targets = (torch.randint(0, vocab, shape) for _ in range(2))
        wait()
        start = time.perf_counter()
        inputs, targets = inputs.to(device), targets.to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            loss = F.cross_entropy(model(inputs).view(-1, vocab), targets.view(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        value = loss.item()
        wait()
        times.append(1000 * (time.perf_counter() - start))
        if number == 0 and abs(value - math.log(vocab)) > 0.5:
            sys.exit(f"Expected a first loss of about {math.log(vocab):.2f}, got {value}")
    return sorted(times[sizes["warmup"] :])[sizes["steps"] // 2]


@torch.no_grad()
def tokens():
    """As nanoGPT samples: the whole context anew for each token. The second of two texts."""
    model = fresh().eval()
    for _ in range(2):
        ids = torch.zeros((1, 1), dtype=torch.long, device=device)
        wait()
        start = time.perf_counter()
        for _ in range(sizes["tokens"]):
            with torch.autocast(device.type, torch.bfloat16, enabled=half):
                logits = model(ids)[:, -1].float()
            ids = torch.cat((ids, torch.multinomial(F.softmax(logits, -1), 1)), 1)
        wait()
        seconds = time.perf_counter() - start
    return sizes["tokens"] / seconds


def product(size):
    a, b = (torch.randn(size, size, device=device, dtype=torch.bfloat16 if half else torch.float32) for _ in range(2))

    def run(times):
        wait()
        start = time.perf_counter()
        for _ in range(times):
            a @ b
        wait()
        return time.perf_counter() - start

    run(1)
    times = max(1, min(200, round(0.5 / run(1))))
    return 2 * size**3 * times / min(run(times) for _ in range(3)) / 1e12


name = f"CUDA {torch.version.cuda}, {torch.cuda.get_device_name()}" if cuda else "on the CPU"
precision = "autocast to bfloat16" if half else "float32, TF32 off"
say(
    about=f"PyTorch {torch.__version__}, {name}, {precision}, eager, Python {sys.version.split()[0]}",
    parameters=sum(weight.numel() for weight in fresh().parameters()),
)
for row in rows:
    say(begins=row)
    if row == "tokens":
        value = tokens()
    elif row.startswith("product "):
        value = product(int(row.split()[1]))
    else:
        value = step(sizes["dropout"] if row == "step with dropout" else 0.0)
    say(row=row, value=value)
