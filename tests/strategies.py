"""Random networks, as whole trees of steps.

Trees are drawn step by step against the witness: it runs what is there so far, so that a step
can be chosen for the shape at hand. A tame network takes only steps that torch runs; a wild one
also keeps some that torch refuses.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from torch import Tensor

from archdsl.ops import operators, signature
from tests.arguments import arguments, maps, values, vectors
from tests.own_rules import Refused
from tests.raw_torch import REFUSALS
from tests.trees import (
    Aux,
    Block,
    BlockCall,
    Call,
    Default,
    Expr,
    Group,
    If,
    Join,
    Net,
    Ref,
    Repeat,
    Residual,
    Seq,
    Step,
    Tap,
)
from tests.witness import Scope, Witness, extents, of_input, tensor

Draw = Callable[..., Any]

calls = {
    name: st.builds(Call, st.just(name), arguments(name))
    for name, cls in operators().items()
    if not cls.joins
}

LARGEST = 50_000
"""Most numbers in a value of a drawn network, so that running it stays quick."""

OFTEN = (
    *("groupnorm", "groupnorm", "shuffle", "shuffle", "flatten", "pad", "linear"),
    *("slice", "slice", "crop", "crop", "layerscale"),
)

CONDITIONS = (
    "channels > 4",
    "height == width",
    "index % 2 == 0",
    "channels % 2 == 0 and width > 2",
)
NAMES = ("stem", "body", "tail", "part", "middle")
PARAMETERS = ("c", "k", "wide")


class _Drawer:
    """Draws one network; knows the value at hand by running everything it draws."""

    def __init__(self, draw: Draw, wild: bool) -> None:
        self.draw = draw
        self.wild = wild
        self.budget = draw(st.integers(3, 16))
        self.names = 0
        self.in_head = False
        self.blocks: dict[str, Block] = {}
        self.witness = Witness(self.blocks)

    def one_in(self, count: int) -> bool:
        return bool(self.draw(st.integers(1, count)) == count)

    def fresh(self, base: str) -> str:
        self.names += 1
        return f"{base}{self.names}"

    # Sequences

    def seq(self, x: Tensor, scope: Scope, depth: int, most: int = 4) -> tuple[Seq, Tensor]:
        steps: list[Step] = []
        for _ in range(self.draw(st.integers(1, most))):
            if self.budget <= 0 and steps:
                break
            self.budget -= 1
            step, x, scope = self.step(x, scope, depth)
            steps.append(step)
        return Seq(tuple(steps)), x

    def step(self, x: Tensor, scope: Scope, depth: int) -> tuple[Step, Tensor, Scope]:
        """Draw steps until the witness runs one; a wild network may keep one it refuses."""
        for _ in range(4):
            step = self.decorated(Step(self.action(x, scope, depth)), x, scope)
            labels = dict(scope.labels.maps[0])
            heads = len(self.witness.aux)
            try:
                y, after = self.witness.step(step, x, scope)
                if y.numel() <= LARGEST:
                    return step, y, after
            except (*REFUSALS, Refused):
                if self.wild:
                    self.restore(scope, labels, heads)
                    return replace(step, label=None), x, scope
            self.restore(scope, labels, heads)
        return Step(Call("relu")), x, scope

    def restore(self, scope: Scope, labels: dict[str, Tensor], heads: int) -> None:
        """Forget what a step that is not kept has left behind."""
        scope.labels.maps[0].clear()
        scope.labels.maps[0].update(labels)
        del self.witness.aux[heads:]

    def decorated(self, step: Step, x: Tensor, scope: Scope) -> Step:
        """Give the step a name or a claim, now and then a wrong one in a wild network."""
        if isinstance(step.action, Default | Aux | Tap):
            return step
        if self.one_in(4) and not isinstance(step.action, If | Group):
            step = replace(step, label=self.fresh("v"))
        if self.one_in(6):
            try:
                y, _ = self.witness.step(replace(step, label=None), x, self.copied(scope))
            except (*REFUSALS, Refused):
                return step
            height, width, channels = extents(y)
            wrong = self.wild and self.one_in(4)
            step = replace(step, claim=(height, width, channels + wrong))
        return step

    def copied(self, scope: Scope) -> Scope:
        return replace(scope, labels=ChainMap(dict(scope.labels), *scope.labels.maps[1:]))

    # Actions

    def action(self, x: Tensor, scope: Scope, depth: int) -> Any:
        if self.wild and self.one_in(5):
            return self.sabotage(x, scope)
        if depth >= 3 or self.budget <= 0:
            return self.operator(x)
        kinds = ["operator"] * 8 + ["join"] * 3
        kinds += ["residual", "repeat", "repeat", "block", "block", "group", "if", "tap", "default"]
        if not self.in_head:
            kinds.append("aux")
        return getattr(self, self.draw(st.sampled_from(kinds)))(x, scope, depth)

    def operator(self, x: Tensor, scope: Scope | None = None, depth: int = 0) -> Call:
        names = [*calls, *["conv"] * 10, *["maxpool", "avgpool", "upconv"] * 4, *OFTEN]
        if x.ndim == 2 and not self.wild:
            names = [
                "linear",
                "linear",
                "relu",
                "prelu",
                "batchnorm",
                "dropout",
                "softmax",
                "scale",
            ]
        call = self.draw(calls[self.draw(st.sampled_from(names))])
        args = dict(call.args)
        if "kernel" in args and not self.wild:
            args = {name: one for name, one in args.items() if name not in ("global", "to")}
        if call.op in ("maxpool", "avgpool") and x.ndim == 4 and not self.wild and self.one_in(2):
            args = self.sliding(x)
        if call.op in ("slice", "crop") and x.ndim == 4 and not self.wild:
            args = self.fitting(call.op, x)
        if scope is not None and self.one_in(4):
            for name in ("channels", "features"):
                if name in args:
                    args[name] = self.count(scope)
        return Call(call.op, args)

    def sliding(self, x: Tensor) -> dict[str, Any]:
        """Arguments of a pool with a window, its places often counted up; most others fit none."""
        kernel = tuple(self.draw(st.integers(1, min(extent + 1, 4))) for extent in x.shape[2:])
        amount = self.draw(st.integers(0, min(kernel) // 2))
        pad = self.draw(st.sampled_from(["same", "valid", amount, amount]))
        args = {"kernel": kernel, "stride": self.draw(st.sampled_from([1, 2, 2, 3, 5])), "pad": pad}
        return args if pad == "same" or self.one_in(2) else {**args, "ceil": True}

    def fitting(self, op: str, x: Tensor) -> dict[str, Any]:
        """Arguments that fit the value at hand, of operators that would hardly ever fit else."""
        height, width, channels = extents(x)
        if op == "slice":
            start = self.draw(st.integers(0, channels - 1))
            return {"start": start, "stop": self.draw(st.integers(start + 1, channels))}
        top = self.draw(st.integers(0, min(height - 1, 3)))
        left = self.draw(st.integers(0, min(width - 1, 3)))
        return {"amount": [top, 0, 0, left]}

    def sabotage(self, x: Tensor, scope: Scope) -> Any:
        """A step that does not fit the value at hand, as people write them by mistake."""
        height, width, channels = extents(x)
        more = channels + self.draw(st.integers(1, 3))
        wide = width + self.draw(st.integers(1, 3))
        tall = height + self.draw(st.integers(1, 3))
        same = Seq((Step(Call("identity")),))
        wider = Seq((Step(Call("pad", {"amount": [0, wide, 0, 0]})),))
        deeper = Seq((Step(Call("conv", {"kernel": 1, "channels": more + 1})),))
        bodies: list[Any] = [
            Call("conv", {"kernel": (1, wide), "channels": 2, "pad": "valid"}),
            Call("conv", {"kernel": (tall, 1), "channels": 2, "pad": [0, 0, 1, 1]}),
            Call("conv", {"kernel": 2, "channels": 2, "dilation": (tall, 1), "pad": 0}),
            Call("conv", {"kernel": 3, "channels": more, "groups": more}),
            Call("conv", {"kernel": 1, "channels": 3, "groups": 2}),
            Call("conv", {"kernel": 1, "channels": 4, "norm": Ref("groupnorm", {"groups": 3})}),
            Call("upconv", {"kernel": 1, "channels": 2, "pad": max(height, width)}),
            Call("upconv", {"kernel": 2, "channels": 2 * more + 1, "groups": 2}),
            Call("maxpool", {"kernel": tall, "pad": "valid", "stride": 1}),
            Call("avgpool", {"kernel": (1, wide), "pad": "valid", "ceil": True}),
            Call("avgpool", {"kernel": 3, "pad": 2}),
            Call("maxpool", {"kernel": 2, "pad": 1, "to": 2}),
            Call("avgpool", {}),
            Call("resize", {"factor": 2, "to": 4}),
            Call("resize", {}),
            Call("pad", {"amount": height, "edge": "reflect"}),
            Call("pad", {"amount": "same"}),
            Call("shuffle", {"groups": more}),
            Call("groupnorm", {"groups": more}),
            Call("affine", {"scale": [0.5] * (more + 1)}),
            Call("linear", {"features": 2}) if height * width > 1 else Tap("nowhere"),
            Seq((Step(Call("flatten")), Step(Call("conv", {"kernel": 1, "channels": 2})))),
            Seq((Step(Call("flatten")), Step(Call("lrn")))),
            Seq((Step(Call("flatten")), Step(Call("resize", {"factor": 2})))),
            Join("concat", (same, wider)),
            Join("concat", (same, Seq((Step(Call("flatten")),)))),
            Join("add", (same, wider)),
            Join("add", (same, deeper)),
            Join("mul", (same, wider)),
            Residual(deeper),
            Residual(wider, 0.5),
            Repeat(2, Call("maxpool", {"kernel": (height, width), "pad": "valid", "stride": 2})),
            If(Expr("channels > 0"), Seq((Step(Tap("nowhere")),))),
        ]
        return self.draw(st.sampled_from(bodies))

    def count(self, scope: Scope) -> Expr:
        """An expression for a number of channels."""
        texts = ["channels", "channels * 2", "max(channels // 2, 1)", "min(height, 3) + 1"]
        texts += [f"{n} * 2" for n in scope.values if n in PARAMETERS]
        texts += [n for n in scope.values if n in PARAMETERS] * 2
        texts += [n for n in ("in_channels", "in_height") if n in scope.values]
        if "index" in scope.values:
            texts.append("channels + index")
        return Expr(self.draw(st.sampled_from(texts)))

    def join(self, x: Tensor, scope: Scope, depth: int) -> Join:
        op = self.draw(st.sampled_from(["concat", "concat", "add", "mul"]))
        branches: list[Seq] = []
        for _ in range(self.draw(st.integers(1, 3))):
            labels = self.copied(scope)
            branch, _ = self.seq(x, labels, depth + 1, most=2)
            branches.append(branch if op == "concat" else self.matched(branch, op, x))
        if self.one_in(3):
            branches.append(Seq((Step(Call("identity")),)))
        return Join(op, tuple(branches))

    def matched(self, branch: Seq, op: str, x: Tensor) -> Seq:
        """Bring a branch back to the shape it began with, most of the time."""
        if x.ndim != 4 or self.one_in(4):
            return branch
        if op == "mul" and self.one_in(2):
            return Seq((Step(Call("avgpool", {"global": True})), Step(Call("sigmoid"))))
        height, width, channels = extents(x)
        resize = Step(Call("resize", {"to": (height, width)}))
        return Seq((*branch.steps, resize, Step(Call("conv", {"kernel": 1, "channels": channels}))))

    def residual(self, x: Tensor, scope: Scope, depth: int) -> Residual:
        body, _ = self.seq(x, self.copied(scope), depth + 1, most=2)
        scale = self.draw(st.sampled_from([None, 0.17, 1, 0.5]))
        return Residual(self.matched(body, "add", x), scale)

    def repeat(self, x: Tensor, scope: Scope, depth: int) -> Repeat:
        count: int | Expr = self.draw(st.sampled_from([0, 1, 2, 2, 3]))
        known = [name for name in scope.values if name in PARAMETERS]
        if known and self.one_in(3):
            count = Expr(self.draw(st.sampled_from(known)))
        inside = replace(
            scope, values={**scope.values, "index": 0}, labels=scope.labels.new_child()
        )
        match self.draw(st.sampled_from(["operator", "seq", "block", "join"])):
            case "operator":
                return Repeat(count, self.operator(x, inside))
            case "seq":
                body, _ = self.seq(x, inside, depth + 1, most=2)
                return Repeat(count, body)
            case "block":
                return Repeat(count, self.block(x, inside, depth))
            case _:
                return Repeat(count, self.join(x, inside, depth + 1))

    def block(self, x: Tensor, scope: Scope, depth: int) -> BlockCall:
        """Call a block that is there already, or write a new one for the shape at hand."""
        if self.blocks and self.one_in(3):
            block = self.blocks[self.draw(st.sampled_from(sorted(self.blocks)))]
            return self.called(block, scope)
        names = self.draw(st.lists(st.sampled_from(PARAMETERS), max_size=2, unique=True))
        given: dict[str, object] = {name: self.draw(st.sampled_from([1, 2, 4])) for name in names}
        inside = Scope(given | of_input(x), ChainMap(), scope.defaults)
        body, _ = self.seq(x, inside, depth + 1, most=3)
        parameters: list[tuple[str, object | None]] = []
        for name in names:
            has_default = bool(parameters and parameters[-1][1] is not None) or self.one_in(3)
            parameters.append((name, given[name] if has_default else None))
        block = Block(self.fresh("unit_"), tuple(parameters), body)
        self.blocks[block.name] = block
        named = {name: given[name] for name in names}
        return BlockCall(block.name, (), named)

    def called(self, block: Block, scope: Scope) -> BlockCall:
        given = [self.draw(st.sampled_from([1, 2, 4])) for _ in block.parameters]
        if not self.wild or not self.one_in(4):
            return BlockCall(block.name, tuple(given))
        return BlockCall(block.name, tuple(given[:-1]))

    def group(self, x: Tensor, scope: Scope, depth: int) -> Group:
        name = self.fresh(self.draw(st.sampled_from(NAMES)) + "_")
        body, _ = self.seq(x, scope, depth + 1, most=3)
        return Group(name, body)

    def if_(self, x: Tensor, scope: Scope, depth: int) -> If:
        usable = [text for text in CONDITIONS if "index" not in text or "index" in scope.values]
        condition = Expr(self.draw(st.sampled_from(usable)))
        body, _ = self.seq(x, self.copied(scope), depth + 1, most=2)
        if self.one_in(2):
            return If(condition, body)
        otherwise, _ = self.seq(x, self.copied(scope), depth + 1, most=2)
        return If(condition, body, otherwise)

    def tap(self, x: Tensor, scope: Scope, depth: int) -> Any:
        known = [*scope.labels, *(["nowhere"] if self.wild else [])]
        return Tap(self.draw(st.sampled_from(known))) if known else self.operator(x, scope)

    def default(self, x: Tensor, scope: Scope, depth: int) -> Default:
        ops = ["conv", "conv", "batchnorm", "maxpool", "avgpool", "linear", "resize"]
        op = self.draw(st.sampled_from(ops))
        settings = {
            "conv": ("pad", "act", "norm", "bias"),
            "batchnorm": ("eps", "gamma", "beta"),
            "maxpool": ("stride", "pad", "ceil", "global", "to"),
            "avgpool": ("stride", "pad", "ceil", "global", "to", "count_include_pad"),
            "resize": ("factor", "to", "blend"),
            "linear": ("act", "bias"),
        }[op]
        by_name = {argument.name: argument for argument in signature(operators()[op])}
        name = self.draw(st.sampled_from(settings))
        return Default(op, {name: self.draw(values(by_name[name]))})

    def aux(self, x: Tensor, scope: Scope, depth: int) -> Aux:
        inside = replace(scope, labels=scope.labels.new_child())
        self.in_head = True
        body, _ = self.seq(x, inside, depth + 1, most=3)
        self.in_head = False
        return Aux(self.fresh("aux"), self.draw(st.sampled_from([0.3, 1])), body)


setattr(_Drawer, "if", _Drawer.if_)


@st.composite
def networks(draw: Draw, wild: bool = False) -> Net:
    """Networks that torch runs; ``wild`` ones often hold something it refuses."""
    drawer = _Drawer(draw, wild)
    inputs: list[tuple[tuple[int, ...], str | None]] = []
    labels: ChainMap[str, Tensor] = ChainMap()
    x = tensor((1,), 1)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        shape = draw(maps if not inputs or drawer.one_in(2) else st.just(inputs[-1][0]))
        if drawer.one_in(12):
            shape = draw(vectors)
        label = drawer.fresh("in") if drawer.one_in(2) else None
        x = tensor(shape, 1)
        inputs.append((shape, label))
        if label is not None:
            labels[label] = x
    parameters = tuple(
        (name, draw(st.sampled_from([1, 2, 3])))
        for name in draw(st.lists(st.sampled_from(PARAMETERS), max_size=2, unique=True))
    )
    given = of_input(*(tensor(shape, 1) for shape, _ in inputs))
    scope = Scope(dict(parameters) | given, labels, {})
    body, x = drawer.seq(x, scope, 0, most=8)
    if wild and not drawer.one_in(4):
        body = Seq((*body.steps, Step(drawer.sabotage(x, scope))))
    outputs: tuple[str, ...] = ()
    if labels and drawer.one_in(3):
        outputs = tuple(draw(st.lists(st.sampled_from(sorted(labels)), min_size=1, max_size=3)))
    # Blocks that a discarded step drew are only warned about.
    return Net(
        tuple(inputs),
        parameters,
        tuple(drawer.blocks.values()),
        body,
        outputs,
        draw(st.integers(0, 999)),
    )
