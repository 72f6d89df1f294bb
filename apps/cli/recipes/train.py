"""Goes on with a run of hornbook in PyTorch, on one device or many. Needs torch 1.13 or newer, and nothing else.

    python train.py                                         one device
    torchrun --standalone --nproc_per_node 8 train.py       eight of one machine
    accelerate launch --num_processes 8 train.py            the same

Reads this folder, or out/ if it was cut off before, and saves to out/: bring that back with "hornbook import out".
"""
import argparse, ctypes, json, math, mmap, os, shutil, struct

import torch
import torch.nn.functional as F
from torch import nn


def read_safetensors(path):
    """Tensors by name, and the metadata; float32 only."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"Expected F32 in {path}, got {entry['dtype']}")
        begin, end = entry["data_offsets"]
        if begin == end:
            tensors[name] = torch.zeros(entry["shape"])
        else:
            tensors[name] = torch.frombuffer(data, dtype=torch.float32, offset=begin, count=(end - begin) // 4)
            tensors[name] = tensors[name].reshape(entry["shape"]).clone()
    return tensors, metadata


def write_safetensors(path, tensors, metadata):
    """Written beside and renamed: the file is whole at every moment."""
    header, place = {"__metadata__": metadata}, 0
    for name in sorted(tensors):
        size = tensors[name].numel() * 4
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [place, place + size]}
        place += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".new", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in sorted(tensors):
            values = tensors[name].detach().to("cpu", torch.float32).contiguous()
            file.write(ctypes.string_at(values.data_ptr(), values.numel() * 4))
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)


def attend(q, k, v, dropout):
    """Causal attention of heads [batch, heads, time, size]."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, is_causal=True)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    later = torch.ones(q.size(-2), q.size(-2), dtype=torch.bool, device=q.device).triu(1)
    return F.dropout(scores.masked_fill(later, float("-inf")).softmax(-1), dropout) @ v


class Model(nn.Module):
    """GPT-2 or Llama, by config.json; parameters keep the names of the file, with : for every dot."""

    def __init__(self, config, tensors, dropout=0.0):
        super().__init__()
        self.config, self.rate = config, dropout
        without = [] if config.get("bias", True) else [".bias"]
        without += [] if config.get("qkv_bias", True) else ["c_attn.bias"]
        for name, tensor in tensors.items():
            kept = not any(name.endswith(ending) for ending in without)  # a model without biases keeps zeros
            self.register_parameter(name.replace(".", ":"), nn.Parameter(tensor, requires_grad=kept))

    def tensors(self):
        return {name.replace(":", "."): parameter for name, parameter in self.named_parameters()}

    def get(self, name):
        return getattr(self, name.replace(".", ":"))

    def forward(self, ids, targets=None):
        dropout = self.rate if self.training else 0.0
        x = self.gpt2(ids, dropout) if self.config["model_type"] == "gpt2" else self.llama(ids, dropout)
        if self.config["tie_word_embeddings"]:
            head = "transformer.wte.weight" if self.config["model_type"] == "gpt2" else "model.embed_tokens.weight"
        else:
            head = "lm_head.weight"
        logits = F.linear(x, self.get(head))
        if targets is None:
            return logits
        return F.cross_entropy(logits.float().flatten(0, 1), targets.flatten())

    def gpt2(self, ids, dropout):
        def norm(x, name):
            return F.layer_norm(x, x.shape[-1:], self.get(name + ".weight"), self.get(name + ".bias"), 1e-5)

        def linear(x, name):
            return x @ self.get(name + ".weight") + self.get(name + ".bias")

        (batch, time), heads = ids.shape, self.config["n_head"]
        x = self.get("transformer.wte.weight")[ids] + self.get("transformer.wpe.weight")[:time]
        x = F.dropout(x, dropout)
        for i in range(self.config["n_layer"]):
            name = f"transformer.h.{i}."
            parts = linear(norm(x, name + "ln_1"), name + "attn.c_attn").chunk(3, -1)
            q, k, v = (part.view(batch, time, heads, -1).transpose(1, 2) for part in parts)
            y = attend(q, k, v, dropout).transpose(1, 2).reshape(batch, time, -1)
            x = x + F.dropout(linear(y, name + "attn.c_proj"), dropout)
            y = F.gelu(linear(norm(x, name + "ln_2"), name + "mlp.c_fc"), approximate="tanh")
            x = x + F.dropout(linear(y, name + "mlp.c_proj"), dropout)
        return norm(x, "transformer.ln_f")

    def llama(self, ids, dropout):
        config = self.config
        heads, shared = config["num_attention_heads"], config["num_key_value_heads"]
        batch, time = ids.shape

        def norm(x, name):
            scale = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + config["rms_norm_eps"])
            return x * scale * self.get(name + ".weight")

        def linear(x, name, bias=False):
            return F.linear(x, self.get(name + ".weight"), self.get(name + ".bias") if bias else None)

        size = config["hidden_size"] // heads
        rates = config["rope_theta"] ** (-torch.arange(0, size, 2, device=ids.device).float() / size)
        angles = torch.arange(time, device=ids.device).float()[:, None] * rates
        cos, sin = angles.cos().repeat(1, 2), angles.sin().repeat(1, 2)

        def turn(x):
            a, b = x.chunk(2, -1)
            return x * cos + torch.cat((-b, a), -1) * sin

        x = F.dropout(self.get("model.embed_tokens.weight")[ids], dropout)
        for i in range(config["num_hidden_layers"]):
            name = f"model.layers.{i}."
            y = norm(x, name + "input_layernorm")
            q, k, v = (
                linear(y, f"{name}self_attn.{part}_proj", config["model_type"] == "qwen2")
                .view(batch, time, -1, size)
                .transpose(1, 2)
                for part in "qkv"
            )
            k, v = (part.repeat_interleave(heads // shared, 1) for part in (turn(k), v))
            y = attend(turn(q), k, v, dropout).transpose(1, 2).reshape(batch, time, -1)
            x = x + F.dropout(linear(y, name + "self_attn.o_proj"), dropout)
            y = norm(x, name + "post_attention_layernorm")
            y = F.silu(linear(y, name + "mlp.gate_proj")) * linear(y, name + "mlp.up_proj")
            x = x + F.dropout(linear(y, name + "mlp.down_proj"), dropout)
        return norm(x, "model.norm")


class Tokens:
    """Windows of a file of little-endian uint16."""

    def __init__(self, path, context):
        self.file = open(path, "rb")
        self.map = mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_COPY)
        self.ids = torch.frombuffer(self.map, dtype=torch.int16)
        self.context = context

    def windows(self, starts, device):
        rows = torch.stack([self.ids[start : start + self.context + 1].long() & 0xFFFF for start in starts])
        return rows[:, :-1].to(device), rows[:, 1:].to(device)

    def random(self, rows, generator, device):
        return self.windows(torch.randint(len(self.ids) - self.context, (rows,), generator=generator).tolist(), device)

    def first(self, targets):
        """Windows side by side, until there are so many targets; all of them for 0."""
        count = (len(self.ids) - 1) // self.context
        wanted = count if targets == 0 else min(count, math.ceil(targets / self.context))
        return [i * self.context for i in range(wanted)]


def rate_at(step, recipe):
    """The learning rate of a step, which counts from 0."""
    rate, kind = recipe["learningRate"], recipe["schedule"]
    if kind == "constant":
        return rate
    if kind == "drop":
        drops = sorted((int(at), to) for at, to in recipe["drops"].items())
        return next((to for at, to in reversed(drops) if step >= at), rate)
    steps, warmup = recipe["steps"], recipe["warmupSteps"]
    if step < warmup:
        return rate * (step + 1) / (warmup + 1)
    progress = min(1, (step - warmup) / (steps - warmup))
    fall = {
        "linear": lambda: 1 - progress,
        "cosine": lambda: (1 + math.cos(math.pi * progress)) / 2,
        "stable-decay": lambda: min(1, (1 - progress) * (steps - warmup) / recipe["decaySteps"]),
    }[kind]()
    return recipe["finalRate"] + (rate - recipe["finalRate"]) * fall


def make_optimizer(model, recipe):
    """Matrices and tables decay, biases and norms do not."""
    kept = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in kept if p.dim() >= 2], "weight_decay": recipe.get("weightDecay", 0)},
        {"params": [p for p in kept if p.dim() < 2], "weight_decay": 0},
    ]
    if recipe["optimizer"] == "sgd":
        return torch.optim.SGD(groups, lr=recipe["learningRate"], momentum=recipe["momentum"])
    return torch.optim.AdamW(groups, lr=recipe["learningRate"], betas=(recipe["beta1"], recipe["beta2"]))


slots = {"exp_avg": "mean.", "exp_avg_sq": "variance."}


def restore(optimizer, model, path, device):
    if not os.path.exists(path) or not isinstance(optimizer, torch.optim.AdamW):
        return
    stored, metadata = read_safetensors(path)
    for name, parameter in model.tensors().items():
        if parameter.requires_grad and "mean." + name in stored:
            optimizer.state[parameter] = {key: stored[start + name].to(device) for key, start in slots.items()}
            optimizer.state[parameter]["step"] = torch.tensor(float(metadata["step"]))


def save(folder, here, model, optimizer, step):
    os.makedirs(folder, exist_ok=True)
    for name in ("config.json", "generation_config.json", "hornbook.json", "tokenizer.json"):
        if os.path.exists(os.path.join(here, name)):
            shutil.copyfile(os.path.join(here, name), os.path.join(folder, name))
    tensors = model.tensors()
    if isinstance(optimizer, torch.optim.AdamW):
        state = {start + name: optimizer.state[p][key] for name, p in tensors.items() for key, start in slots.items() if p in optimizer.state}
        write_safetensors(os.path.join(folder, "optimizer.safetensors"), state, {"step": str(step)})
    write_safetensors(os.path.join(folder, "model.safetensors"), tensors, {"format": "pt", "step": str(step)})


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, help="another total of steps")
    parser.add_argument("--bfloat16", action="store_true", help="multiply in 16 bits: faster on GPUs")
    parser.add_argument("--out", default=os.path.join(here, "out"))
    options = parser.parse_args()
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if torch.cuda.is_available() else "cpu"
    if world > 1:
        torch.distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")

    with open(os.path.join(here, "recipe.json")) as file:
        recipe = json.load(file)
    with open(os.path.join(here, "config.json")) as file:
        config = json.load(file)
    start = options.out if os.path.exists(os.path.join(options.out, "model.safetensors")) else here
    tensors, metadata = read_safetensors(os.path.join(start, "model.safetensors"))
    first, steps = int(metadata["step"]), options.steps or recipe["steps"]
    recipe["steps"] = steps
    model = Model(config, tensors, recipe["dropout"]).to(device)
    optimizer = make_optimizer(model, recipe)
    restore(optimizer, model, os.path.join(start, "optimizer.safetensors"), device)
    parallel = nn.parallel.DistributedDataParallel(model) if world > 1 else model

    rows = recipe["batchSize"] * recipe["accumulate"]
    if rows % world:
        raise SystemExit(f"Expected a number of processes that divides the {rows} rows of a step, got {world}")
    own = rows // world
    at_once = math.gcd(own, recipe["batchSize"])
    train = Tokens(os.path.join(here, "train.bin"), recipe["contextLength"])
    held = Tokens(os.path.join(here, "val.bin"), recipe["contextLength"])

    def cast():
        return torch.autocast(device.split(":")[0], torch.bfloat16, enabled=options.bfloat16)

    def measure():
        model.eval()
        starts = held.first(recipe["evaluateTargets"])
        with torch.no_grad(), cast():
            parts = [starts[i : i + at_once] for i in range(0, len(starts), at_once)]
            losses = [model(*held.windows(part, device)).item() * len(part) for part in parts]
        model.train()
        return sum(losses) / len(starts)

    if rank == 0:
        print(json.dumps({"step": first, "validationLoss": measure()}), flush=True)  # where the run stood
    for step in range(first, steps):
        generator = torch.Generator().manual_seed(recipe["seed"] + step * world + rank)
        torch.manual_seed(recipe["seed"] + step * world + rank)
        rate = rate_at(step, recipe)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad(set_to_none=True)
        total = 0.0
        for part in range(own // at_once):
            parallel.require_backward_grad_sync = part == own // at_once - 1
            with cast():
                loss = parallel(*train.random(at_once, generator, device)) * at_once / own
            loss.backward()
            total += loss.item()
        if recipe["clip"] > 0:
            torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], recipe["clip"])
        optimizer.step()
        if rank == 0:
            line = {"step": step + 1, "loss": total, "learningRate": rate}
            if (step + 1) % recipe["evaluateEvery"] == 0 or step + 1 == steps:
                line["validationLoss"] = measure()
                save(options.out, here, model, optimizer, step + 1)
            print(json.dumps(line), flush=True)
    if world > 1:
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
