"""Hold archdsl's modules against the processor on a GPU, and time what one could run there.

    python tools/gpu.py agree                every network of specs/, GPU against processor
    python tools/gpu.py time                 inference: engines, precisions, batches
    python tools/gpu.py train                training steps
    python tools/gpu.py siblings             1x1 convolutions of one input, apart and merged

Each prints a table in Markdown; `--json FILE` keeps the numbers. Competitors run in processes of
their own, one after the other on a card that nobody else uses, and the first is run again at the
end to show how far the card drifts. Times are medians of calls with the card waited for before and
behind. Inputs and weights are random; deviations are the largest difference from float32 in eager
mode (tf32 off), relative to the largest value there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

NETWORKS = {
    "googlenet": ("specs/released/googlenet_torchvision.arch", 224),
    "resnet50": ("specs/released/resnet50_torchvision.arch", 224),
    "inception_v4": ("specs/released/inception_v4.arch", 299),
}
ENGINES = ("eager", "channels-last", "graph", "folded graph", "torch.compile")
PRECISIONS = ("float32", "tf32", "bfloat16", "float16")
BATCHES = (1, 64)
PEERS = ("reference eager", "reference channels-last")
SLOW = {"torch.compile": ("float16",)}
"""Engines that take long to be ready are tried in these precisions only."""
CALLS = 40


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("part", choices=("agree", "time", "train", "siblings", "worker"))
    parser.add_argument("request", nargs="?", help="of a worker: what to measure, as JSON")
    parser.add_argument("--json", type=Path, help="where the numbers go")
    parser.add_argument("--networks", default=",".join(NETWORKS))
    options = parser.parse_args()
    if options.part == "worker":
        request = json.loads(options.request)
        print(json.dumps({"time": _time, "train": _train}[request["part"]](request)))
        return 0
    import torch

    if not torch.cuda.is_available():
        print("no CUDA device here: nothing was measured", file=sys.stderr)
        return 1
    card = f"{torch.cuda.get_device_name()}, torch {torch.__version__}, CUDA {torch.version.cuda}"
    print(f"{options.part} on {card}\n", flush=True)
    names = options.networks.split(",")
    rows = {"agree": agree, "time": timed, "train": trained, "siblings": siblings}[options.part](
        names
    )
    if options.json is not None:
        found = {"card": card, "rows": rows}
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


def agree(_: list[str]) -> list[dict[str, Any]]:
    """Run every network with the same weights on both: outputs, and the gradient in float64.

    In float32 a value that rounds to either side of a ReLU's or a maximum's edge sends its whole
    gradient another way; in float64 none is that near.
    """
    import torch

    from tools.zoo import zoo

    _switch_tf32("float32")
    print("| network | float32 | channels-last | gradient in float64 |\n|---|---|---|---|")
    rows: list[dict[str, Any]] = []
    for entry in zoo():
        module = _lively(entry.network.module()).eval().requires_grad_(False)
        torch.manual_seed(1)
        inputs = _inputs(entry.network, 1)
        cpu = _outputs(module, inputs, "cpu", torch.contiguous_format)
        gpu = _outputs(module, inputs, "cuda", torch.contiguous_format)
        last = _outputs(module, inputs, "cuda", torch.channels_last)
        module.double()
        gradients = [_gradient(module, inputs, place) for place in ("cuda", "cpu")]
        row = {
            "network": entry.name,
            "output": max(map(_difference, gpu, cpu)),
            "channels_last": max(map(_difference, last, cpu)),
            "gradient": _difference(*gradients),
        }
        rows.append(row)
        print(
            f"| {row['network']} | {row['output']:.1e} | {row['channels_last']:.1e} "
            f"| {row['gradient']:.1e} |",
            flush=True,
        )
    return rows


def _outputs(module: Any, inputs: list[Any], place: str, layout: Any) -> list[Any]:
    import torch

    module.to(place, memory_format=layout)
    with torch.inference_mode():
        return [one.cpu() for one in _tensors(module(*(one.to(place) for one in inputs)))]


def _gradient(module: Any, inputs: list[Any], place: str) -> Any:
    """Return the first input's gradient of a random projection of all outputs."""
    import torch

    module.to(place)
    taken = [one.to(place, torch.float64).requires_grad_() for one in inputs]
    draw = torch.Generator().manual_seed(2)
    outputs = _tensors(module(*taken))
    weights = [torch.randn(one.shape, generator=draw, dtype=torch.float64) for one in outputs]
    products = [one * weight.to(place) for one, weight in zip(outputs, weights, strict=True)]
    sum(one.sum() for one in products).backward()
    return taken[0].grad.cpu()


def timed(names: list[str]) -> list[dict[str, Any]]:
    """Time inference of each network with each engine, in each precision and batch."""
    rows: list[dict[str, Any]] = []
    for name in names:
        for engine in (*PEERS, *ENGINES, ENGINES[0]):
            rows += _ask({"part": "time", "network": name, "engine": engine})
            print(f"{name}, {engine}: done", file=sys.stderr, flush=True)
        print(f"\n| {name}: ms, (deviation) | ready s |" + _heads(), flush=True)
        print("|---|---|" + "---|" * len(PRECISIONS) * len(BATCHES))
        for engine, group in _groups([row for row in rows if row["network"] == name]):
            cells = [_cell(group, one, batch) for batch in BATCHES for one in PRECISIONS]
            ready = max(row.get("ready", 0.0) for row in group)
            print(f"| {engine} | {ready:.1f} | {' | '.join(cells)} |", flush=True)
    return rows


def trained(names: list[str]) -> list[dict[str, Any]]:
    """Time training steps: forward, backward, SGD with momentum."""
    rows: list[dict[str, Any]] = []
    print("| network | model | precision | batch | ms a step | images a second | peak GiB |")
    print("|---|---|---|---|---|---|---|")
    for name in names:
        for model in ("archdsl channels-last", "archdsl", "reference"):
            for row in _ask({"part": "train", "network": name, "engine": model, "batch": 128}):
                rows.append(row)
                if "failed" in row:
                    print(f"| {name} | {model} | {row['failed']} |", flush=True)
                    continue
                print(
                    f"| {name} | {model} | {row['precision']} | {row['batch']} | {row['ms']:.1f} | "
                    f"{row['batch'] / row['ms'] * 1000:,.0f} | {row['peak'] / 2**30:.1f} |",
                    flush=True,
                )
    return rows


def siblings(_: list[str]) -> list[dict[str, Any]]:
    """Time 1x1 convolutions of one input (with batch norm folded, ReLU), apart and as one."""
    import torch
    from torch.nn import functional

    groups = (
        ("googlenet 3a", 192, 28, (64, 96, 16)),
        ("inception_v3 35x35", 192, 35, (64, 48, 64)),
        ("inception_v3 17x17", 768, 17, (192, 128, 128)),
        ("inception_v3 8x8", 1280, 8, (320, 384, 448)),
        ("inception_v4 17x17", 1024, 17, (384, 192, 192)),
        ("inception_v4 8x8", 1536, 8, (256, 384, 384)),
    )
    print("| convolutions | precision | batch | apart us | merged us | merged / apart |")
    print("|---|---|---|---|---|---|")
    rows: list[dict[str, Any]] = []
    for name, channels, extent, widths in groups:
        for precision in ("tf32", "float16"):
            _switch_tf32(precision)
            for batch in (1, 16, 64):
                dtype = torch.float16 if precision == "float16" else torch.float32
                x = torch.randn(batch, channels, extent, extent, device="cuda", dtype=dtype)
                x = x.to(memory_format=torch.channels_last)
                weights = [
                    torch.randn(width, channels, 1, 1, device="cuda", dtype=dtype)
                    for width in widths
                ]
                whole = torch.cat(weights)

                def apart(x=x, weights=weights):
                    return [functional.conv2d(x, one).relu_() for one in weights]

                def merged(x=x, whole=whole, widths=widths):
                    return functional.conv2d(x, whole).relu_().split(widths, 1)

                with torch.inference_mode():
                    times = [_median(_captured(run)) * 1000 for run in (apart, merged)]
                row = {"name": name, "precision": precision, "batch": batch, "us": times}
                rows.append(row)
                print(
                    f"| {name} | {precision} | {batch} | {times[0]:.1f} | {times[1]:.1f} "
                    f"| {times[1] / times[0]:.2f} |",
                    flush=True,
                )
    return rows


def _time(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Of one network and engine: time in each precision and batch (in a process of its own)."""
    import torch

    torch.backends.cudnn.benchmark = True
    name, engine = request["network"], request["engine"]
    module = _lively(_reference(name) if engine.startswith("reference") else _ours(name)).eval()
    size = NETWORKS[name][1]
    rows: list[dict[str, Any]] = []
    for batch in BATCHES:
        torch.manual_seed(1)
        image = torch.randn(batch, 3, size, size)
        _switch_tf32("float32")
        with torch.inference_mode():
            truth = _tensors(module.to("cuda")(image.cuda()))[0].cpu()
        for precision in SLOW.get(engine, PRECISIONS):
            _switch_tf32(precision)
            torch.cuda.reset_peak_memory_stats()
            start = time.perf_counter()
            try:
                run = _engine(engine, module, image, precision)
                with torch.inference_mode():
                    output = _tensors(run())[0].float().cpu()
                    torch.cuda.synchronize()
                    ready = time.perf_counter() - start
                    ms = _median(run)
            except Exception as error:  # what an engine cannot do is a row of the table
                failed = {"precision": precision, "batch": batch, "failed": str(error)[-300:]}
                rows.append({**request, **failed})
                continue
            rows.append(
                {
                    **request,
                    "precision": precision,
                    "batch": batch,
                    "ms": ms,
                    "ready": ready,
                    "peak": torch.cuda.max_memory_allocated(),
                    "deviation": _difference(output, truth),
                }
            )
    return rows


def _train(request: dict[str, Any]) -> list[dict[str, Any]]:
    import torch
    from torch.nn import functional

    torch.backends.cudnn.benchmark = True
    name, engine, batch = request["network"], request["engine"], request["batch"]
    module = (_reference(name) if engine == "reference" else _ours(name)).train().cuda()
    layout = torch.channels_last if "channels-last" in engine else torch.contiguous_format
    module = module.to(memory_format=layout)
    size = NETWORKS[name][1]
    images = torch.randn(batch, 3, size, size, device="cuda").to(memory_format=layout)
    labels = torch.randint(0, 1000, (batch,), device="cuda")
    optimizer = torch.optim.SGD(module.parameters(), lr=1e-4, momentum=0.9)
    rows: list[dict[str, Any]] = []
    for precision in ("float32", "tf32", "bfloat16"):
        _switch_tf32(precision)
        torch.cuda.reset_peak_memory_stats()

        def step(precision=precision):
            optimizer.zero_grad()
            with torch.autocast("cuda", torch.bfloat16, enabled=precision == "bfloat16"):
                outputs = _tensors(module(images))
                loss = sum(functional.cross_entropy(one.float(), labels) for one in outputs)
            loss.backward()
            optimizer.step()

        ms = _median(step, calls=6)
        peak = torch.cuda.max_memory_allocated()
        rows.append({**request, "precision": precision, "ms": ms, "peak": peak})
    return rows


def _engine(engine: str, module: Any, image: Any, precision: str) -> Any:
    """Return a function without arguments that runs the network once."""
    import copy

    import torch

    dtype = {"bfloat16": torch.bfloat16, "float16": torch.float16}.get(precision, torch.float32)
    plain = engine in ("eager", "reference eager")
    layout = torch.contiguous_format if plain else torch.channels_last
    module = copy.deepcopy(module)
    if engine == "folded graph":
        from torch.fx.experimental.optimization import fuse

        module = fuse(module)
    module = module.to("cuda", dtype, memory_format=layout)
    x = image.to("cuda", dtype, memory_format=layout)
    if engine == "torch.compile":
        torch.compiler.reset()
        module = torch.compile(module, mode="reduce-overhead")
    if engine in ("graph", "folded graph"):
        with torch.inference_mode():
            return _captured(lambda: module(x))
    return lambda: module(x)


def _captured(run: Any) -> Any:
    """Capture what ``run`` starts on the card, to be started again at once."""
    import torch

    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        outputs = run()

    def again():
        graph.replay()
        return outputs

    return again


def _median(run: Any, calls: int = CALLS) -> float:
    """Return milliseconds of a call, the median."""
    import torch

    for _ in range(3):
        run()
    torch.cuda.synchronize()
    times: list[float] = []
    for _ in range(calls):
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def _ours(name: str) -> Any:
    import archdsl

    return archdsl.load(ROOT / NETWORKS[name][0]).module()


def _reference(name: str) -> Any:
    if name == "inception_v4":
        import timm

        return timm.create_model(name)
    import torchvision

    options = {"init_weights": True, "aux_logits": False} if name == "googlenet" else {}
    return getattr(torchvision.models, name)(weights=None, **options)


def _lively(module: Any) -> Any:
    """Draw weights with which a deep network still tells one image from another (He et al.)."""
    import torch

    torch.manual_seed(1)
    for parameter in module.parameters():
        if parameter.dim() > 1:
            torch.nn.init.kaiming_normal_(parameter)
    return module


def _ask(request: dict[str, Any]) -> list[dict[str, Any]]:
    command = [sys.executable, __file__, "worker", json.dumps(request)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        return [{**request, "failed": done.stderr.strip()[-300:]}]
    return json.loads(done.stdout.splitlines()[-1])


def _switch_tf32(precision: str) -> None:
    import torch

    on = precision != "float32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = on


def _inputs(network: Any, batch: int) -> list[Any]:
    import torch

    shapes = [network.ir.nodes[one].shape for one in network.ir.inputs]
    return [torch.randn(batch, *one.torch) for one in shapes]


def _tensors(value: Any) -> list[Any]:
    import torch

    if isinstance(value, torch.Tensor):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [tensor for part in parts if part is not None for tensor in _tensors(part)]


def _difference(one: Any, other: Any) -> float:
    return ((one - other).abs().max() / other.abs().max().clamp_min(1e-30)).item()


def _heads() -> str:
    return "".join(f" {precision} x{batch} |" for batch in BATCHES for precision in PRECISIONS)


def _groups(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return rows by engine; one that ran twice is two groups."""
    found: list[tuple[str, list[dict[str, Any]]]] = []
    for row in rows:
        again = any(
            row.get("precision") == one.get("precision") and row.get("batch") == one.get("batch")
            for one in (found[-1][1] if found else ())
        )
        if not found or found[-1][0] != row["engine"] or again:
            found.append((row["engine"], []))
        found[-1][1].append(row)
    return found


def _cell(group: list[dict[str, Any]], precision: str, batch: int) -> str:
    for row in group:
        if "precision" not in row:
            return "failed"
        if (row["precision"], row["batch"]) == (precision, batch):
            return "failed" if "failed" in row else f"{row['ms']:.2f} ({row['deviation']:.0e})"
    return "-"


if __name__ == "__main__":
    sys.exit(main())
