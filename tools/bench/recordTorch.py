"""Records what PyTorch needs for a training step and a forward, to be put beside our own.

A decoder in SmolLM2-135M's shape with random float32 weights, frozen, and LoRA of rank 8 on all seven linear layers of
each of its layers; one row of 256 tokens, all but the first supervised. Eager PyTorch on the CPU, gradients by autograd,
AdamW with clipping. Prints JSON. Needs torch and nothing else:

    python3 tools/bench/recordTorch.py [--threads 2] [--repeats 20] > tools/bench/torch.json
"""

import argparse
import json
import os
import platform
import time

import torch
import torch.nn.functional as F
from torch import nn

WIDTH, INNER, LAYERS, HEADS, KEY_HEADS, VOCABULARY = 576, 1536, 30, 9, 3, 49152
HEAD_WIDTH, THETA, EPSILON = 64, 100000.0, 1e-5
TOKENS, RANK, ALPHA = 256, 8, 16


class LoraLinear(nn.Module):
    """y = x·Wᵀ + (α / r)·x·Aᵀ·Bᵀ with W frozen."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / inputs**0.5, requires_grad=False)
        self.a = nn.Parameter(torch.empty(RANK, inputs).uniform_(-(inputs**-0.5), inputs**-0.5))
        # Not zero as at the start of training, where half of the gradients would be.
        self.b = nn.Parameter(torch.randn(outputs, RANK) * 1e-3)

    def forward(self, x):
        return F.linear(x, self.weight) + F.linear(F.linear(x, self.a), self.b) * (ALPHA / RANK)


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH), requires_grad=False)

    def forward(self, x):
        return F.rms_norm(x, (WIDTH,), self.weight, EPSILON)


def rotate(x, cos, sin):
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norms = nn.ModuleList([Norm(), Norm()])
        self.q, self.o = LoraLinear(WIDTH, HEADS * HEAD_WIDTH), LoraLinear(HEADS * HEAD_WIDTH, WIDTH)
        self.k, self.v = (LoraLinear(WIDTH, KEY_HEADS * HEAD_WIDTH) for _ in range(2))
        self.gate, self.up, self.down = LoraLinear(WIDTH, INNER), LoraLinear(WIDTH, INNER), LoraLinear(INNER, WIDTH)

    def forward(self, x, cos, sin):
        h = self.norms[0](x)
        rows, tokens, _ = h.shape
        q, k, v = (part(h).view(rows, tokens, -1, HEAD_WIDTH).transpose(1, 2) for part in (self.q, self.k, self.v))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        k, v = (part.repeat_interleave(HEADS // KEY_HEADS, dim=1) for part in (k, v))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(mixed.transpose(1, 2).reshape(rows, tokens, -1))
        h = self.norms[1](x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(VOCABULARY, WIDTH) * 0.05, requires_grad=False)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = Norm()
        angles = torch.outer(torch.arange(TOKENS), THETA ** -(torch.arange(0, HEAD_WIDTH, 2) / HEAD_WIDTH)).repeat(1, 2)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def forward(self, ids):
        x = F.embedding(ids, self.embedding)
        for layer in self.layers:
            x = layer(x, self.cos, self.sin)
        logits = F.linear(self.norm(x)[:, :-1], self.embedding)
        return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def middle(values):
    return sorted(values)[len(values) // 2]


def measure(repeats):
    torch.manual_seed(0)
    model = Decoder()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.0)
    ids = (torch.arange(TOKENS) * 7919 + 13).remainder(VOCABULARY).unsqueeze(0)

    def forward():
        with torch.no_grad():
            model(ids).item()

    def gradient():
        optimizer.zero_grad(set_to_none=True)
        loss = model(ids)
        loss.backward()
        loss.item()

    def update():
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()

    forward(), gradient(), update()
    # In turn, so that whatever else the machine does meets all three alike.
    times = [(seconds(forward), seconds(gradient), seconds(update)) for _ in range(repeats)]
    names = ("forwardSeconds", "gradientSeconds", "optimizerSeconds")
    columns = dict(zip(names, zip(*times)))
    fastest = {name: min(values) for name, values in columns.items()}
    return {
        "parameters": sum(parameter.numel() for parameter in trained),
        "fastest": fastest,
        "median": {name: middle(values) for name, values in columns.items()},
        "stepInForwards": fastest["gradientSeconds"] / fastest["forwardSeconds"],
        "tokensPerSecond": TOKENS / (fastest["gradientSeconds"] + fastest["optimizerSeconds"]),
    }


def processor():
    with open("/proc/cpuinfo") as lines:
        return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    result = {
        "machine": {"processor": processor(), "cores": os.cpu_count(), "threads": options.threads},
        "versions": {"torch": torch.__version__, "python": platform.python_version()},
        "model": "SmolLM2-135M",
        "tokens": TOKENS,
        "rank": RANK,
        "repeats": options.repeats,
        **measure(options.repeats),
        "loadAverage": os.getloadavg()[0],
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
