"""What each code means: the pages that `archdsl explain` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Page:
    """One code: what is wrong, a spec that shows it, and how it is mended."""

    code: str
    meaning: str
    example: str
    cure: str


def _net(*lines: str) -> str:
    return "net example {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


_IMAGE = "input 32x32x16"

_PAGES = (
    # Files
    Page(
        "unreadable-file",
        "A file cannot be read: it is missing, a folder, no regular file, too large, or protected.",
        'use "no_such_file.arch"\n' + _net(_IMAGE, "relu"),
        "Check the name. A path behind `use` starts at the folder of the file that holds it.",
    ),
    Page(
        "not-text",
        "A file holds bytes that are not UTF-8 text.",
        "net example { input 32x32x16 -> relu }  # saved as UTF-16, or not a spec at all\n",
        "Save the file as UTF-8.",
    ),
    Page(
        "use-outside-project",
        "`use` reaches for a file that does not belong to the project: the nearest folder above"
        " with a `.git` or a `pyproject.toml`, or else the spec's own folder.",
        'use "/etc/blocks.arch"\n' + _net(_IMAGE, "relu"),
        "Copy the file into the project, and name it by its path from this file.",
    ),
    Page(
        "cyclic-use",
        "Files use each other in a circle, so that none of them can come first.",
        'use "example.arch"  # in example.arch itself\n' + _net(_IMAGE, "relu"),
        "Move the blocks that both files need to a file of their own, and use that.",
    ),
    Page(
        "too-many-files",
        "A spec uses more than a thousand files, counting those that its files use.",
        'use "blocks/0001.arch"\nuse "blocks/0002.arch"  # … and so on\n' + _net(_IMAGE, "relu"),
        "Gather blocks in fewer files.",
    ),
    Page(
        "no-net",
        "A spec defines no net, or several of which one has to be chosen.",
        "block A { conv 3x3 64 }\n",
        "Add a `net`, or choose one: `--net NAME` on the command line, `net=` in Python.",
    ),
    # Syntax
    Page(
        "syntax",
        "The text is not written as the language wants it. After such a mistake reading goes on"
        " at the next statement; shapes are looked at once the text can be read.",
        _net(_IMAGE, "conv(3x3, 64)"),
        "The headline says what was expected. `docs/language.md` has the whole language.",
    ),
    Page(
        "unclosed-bracket",
        "A bracket is opened and never closed.",
        "net example {\n  input 32x32x16\n  concat { relu; tanh\n}\n",
        "Close it. Where a new `net` or `block` begins, all brackets before have to be closed.",
    ),
    Page(
        "unmatched-bracket",
        "A bracket closes nothing, or one of another kind.",
        _net(_IMAGE, "conv 3x3 (4 * 16}"),
        "Remove it, or close what was opened.",
    ),
    Page(
        "nested-too-deep",
        "Brackets or steps stand inside of one another more than 64 deep.",
        "net example { input 32x32x16; " + "{ " * 64 + "relu" + " }" * 64 + " }\n",
        "Give an inner part a name as a `block`; let blocks that call blocks be fewer.",
    ),
    Page(
        "number-too-large",
        "A number, or the result of an expression, is beyond 10^18.",
        _net(_IMAGE, "conv 3x3 1000000000000000000000000"),
        "No network needs it: check the expression.",
    ),
    # Names
    Page(
        "name-too-long",
        "A name has more than 100 letters. The path of a step holds the names of everything around"
        " it.",
        _net(_IMAGE, f"relu as {'very_' * 20}long"),
        "Shorten it.",
    ),
    Page(
        "too-many-parameters",
        "A block or a net has more than 256 parameters.",
        _net(_IMAGE, "relu")
        + "block A("
        + ", ".join(f"p{number} = 1" for number in range(257))
        + ") { relu }\n",
        "Make several blocks of it, or pass numbers that belong together as one list.",
    ),
    Page(
        "unknown-operator",
        "There is no operator, block or statement of this name.",
        _net(_IMAGE, "covn 3x3 64"),
        "Check the spelling; `docs/operators.md` lists the operators. Blocks stand in the same"
        " file or in one that it uses.",
    ),
    Page(
        "not-in-the-language",
        "The step is something that archdsl cannot say, such as attention, a recurrent layer or"
        " a reshape. The headline has the reason.",
        _net(_IMAGE, "attention 8"),
        "The help line has what comes nearest; `docs/language.md` lists what cannot be said. A"
        " block or a group may have such a name.",
    ),
    Page(
        "unknown-argument",
        "The operator, block or net has no argument or parameter of this name.",
        _net(_IMAGE, "conv 3x3 64 stide=2"),
        "The help line lists the arguments there are.",
    ),
    Page(
        "unknown-word",
        "The operator does not know this bare word.",
        _net(_IMAGE, "conv 3x3 64 global"),
        "The help line lists the words it knows.",
    ),
    Page(
        "unknown-name",
        "A name in an argument or expression is no parameter, no value such as `channels`, and"
        " no word of any operator.",
        _net(_IMAGE, "conv 3x3 widht"),
        "Declare it: `net example(filters = 64) { … }`, or check the spelling.",
    ),
    Page(
        "unknown-label",
        "A tap reads a label that is not given before it, or not where it can be seen: labels"
        " belong to their block, copy of a repeat or auxiliary head.",
        _net(_IMAGE, "concat { identity; @skip }"),
        "Name the step before its value is used: `conv 3x3 64 as skip`.",
    ),
    Page(
        "ambiguous-label",
        "A tap reads a name that several groups are called by, or a group and a labelled step.",
        _net(_IMAGE, "stem { relu }", "stem { tanh }", "add { identity; @stem }"),
        "Name the one that is meant by a label of its own: `stem { … } as first`.",
    ),
    Page(
        "ambiguous-step",
        "A step has the name of an operator or block and of a parameter that is another operator.",
        _net(_IMAGE, "A tanh") + "block A(relu) { conv 3x3 64; relu }\n",
        "Call the parameter something else.",
    ),
    Page(
        "duplicate-name",
        "Two things in one place have the same name.",
        _net(_IMAGE, "conv 3x3 16 as first", "conv 3x3 16 as first"),
        "Rename one of them.",
    ),
    Page(
        "reserved-name",
        "The name means something already: to the language, to modules, or to Python.",
        _net(_IMAGE, "conv 3x3 16 as forward"),
        "Choose another name.",
    ),
    Page(
        "recursive-block",
        "Blocks call each other in a circle, and would never end.",
        _net(_IMAGE, "A") + "block A { conv 3x3 16; A }\n",
        "Repeat instead: `4 x A`.",
    ),
    # Arguments and expressions
    Page(
        "missing-argument",
        "The call leaves out something that has no default.",
        _net(_IMAGE, "conv 3x3"),
        "Add it; the help line has an example.",
    ),
    Page(
        "too-many-arguments",
        "The call has a value that no argument is left for.",
        _net(_IMAGE, "linear 10 20"),
        "Remove it, or name the argument it is meant for, as in `groups=4`.",
    ),
    Page(
        "ambiguous-argument",
        "A number, size or list without a name could be meant in more than one way: behind a"
        " window, it is the stride to some readers and the padding to others. An even window of a"
        " pool without a stride moves by one cell to some, and by itself to others.",
        _net(_IMAGE, "conv 3x3 64 2"),
        "Give the argument its name: `stride=2` or `pad=2`. A stride may also stand in the size:"
        " `3x3/2`.",
    ),
    Page(
        "repeated-argument",
        "An argument is given twice.",
        _net(_IMAGE, "conv 3x3/2 64 stride=2"),
        "Keep one of the two.",
    ),
    Page(
        "conflicting-arguments",
        "Arguments that exclude each other are given together.",
        _net(_IMAGE, "maxpool 3x3 global"),
        "Keep the one that is meant.",
    ),
    Page(
        "argument-type",
        "An argument gets a value of another kind than it takes.",
        _net(_IMAGE, "conv 3x3 64 groups=3x3"),
        "The headline says what it takes.",
    ),
    Page(
        "argument-out-of-range",
        "A number is smaller or larger than it can be.",
        _net(_IMAGE, "dropout 1.5"),
        "The headline says the bounds.",
    ),
    Page(
        "wrong-length",
        "A list has another length than the value has channels.",
        _net(_IMAGE, "affine scale=[0.5, 0.5, 0.5]"),
        "Give one number per channel, or a single one for all.",
    ),
    Page(
        "expression-type",
        "An expression needs a number or a comparison, and got something else.",
        _net(_IMAGE, "if 3 { relu }"),
        "Compare: `if channels != 64 { … }`.",
    ),
    Page(
        "ambiguous-input",
        "`in_channels`, `in_height` or `in_width` is asked for in the body of a net whose inputs"
        " differ.",
        "net example {\n  input 32x32x16 as left\n  input 32x32x3 as right\n"
        "  @left -> conv 3x3 (2 * in_channels) as a\n  concat { @a; @right }\n}\n",
        "Write `channels` for the value at hand, or put the steps in a block, which has one input.",
    ),
    Page(
        "compared-after-change",
        "A block compares `channels`, `height` or `width` after its own steps have changed it (a"
        " warning). The number is that of the value at hand; a shortcut most often asks for that"
        " of the block's input.",
        _net(_IMAGE, "widen 64")
        + "block widen(c) {\n  conv 1x1 c\n  if channels != c { relu }\n}\n",
        "Write `in_channels`, `in_height` or `in_width` for the block's input. Where the value at"
        " hand is meant, put the steps from there on in a block of their own.",
    ),
    Page(
        "division-by-zero",
        "An expression divides by zero.",
        _net(_IMAGE, "conv 3x3 (64 / (channels - 16))"),
        "Check the values it is made of; `if` can keep it from being reached.",
    ),
    # Statements
    Page(
        "missing-input",
        "A step stands before the net's first `input`, or the net has none.",
        _net("conv 3x3 64"),
        "Begin the net with `input 224x224x3`.",
    ),
    Page(
        "misplaced-statement",
        "A statement stands where it means nothing: `input`, `output` and `expect` belong to"
        " the body of a net, and an `aux` head cannot hold another.",
        _net(_IMAGE, "stem { output }"),
        "Move it to the body of the net.",
    ),
    Page(
        "misplaced-label",
        "`as` names a statement that has no value: `aux`, `output` or `expect`.",
        _net(_IMAGE, "relu", "expect params = 0 as size"),
        "Remove the name; a head's name stands behind `aux`.",
    ),
    Page(
        "missing-branches",
        "A join, a residual or an auxiliary head has nothing to work on.",
        _net(_IMAGE, "concat { }"),
        "Write the branches between its braces: `concat { conv 1x1 64; conv 3x3 64 }`.",
    ),
    Page(
        "unexpected-body",
        "A block, or an operator that is no join, is followed by braces.",
        _net(_IMAGE, "relu { tanh }"),
        "Remove the braces, or give the group a name of its own.",
    ),
    # Shapes
    Page(
        "swapped-input",
        "An input looks as if it were written channels first, as torch does.",
        _net("input 3x299x299", "relu"),
        "Write height x width x channels: `input 299x299x3`.",
    ),
    Page(
        "unequal-branches",
        "The branches of an `add`, a `mul` or a residual have shapes that do not go together.",
        _net(_IMAGE, "add { conv 3x3 32; conv 3x3/2 32 }"),
        "Make the shapes equal: the same strides and padding, and the same last channels.",
    ),
    Page(
        "unequal-grids",
        "Branches to concatenate differ in height or width.",
        _net(_IMAGE, "concat { conv 3x3/2 32; conv 3x3/2 32 valid }"),
        "Give them the same strides and padding.",
    ),
    Page(
        "kernel-too-large",
        "A window does not fit into its grid, padding included.",
        _net(_IMAGE, "avgpool 7x7 valid", "conv 27x27 64 valid"),
        "Use a smaller kernel or `same` padding, or shrink the grid less before.",
    ),
    Page(
        "padding-too-wide",
        "Padding is wider than half of a pool's window, which could then lie wholly outside of"
        " the map, or than the map whose border it reflects.",
        _net(_IMAGE, "maxpool 3x3 pad=2"),
        "Pad less, or put a `pad` of zeros before the pool.",
    ),
    Page(
        "indivisible-groups",
        "Groups do not divide the channels.",
        _net(_IMAGE, "conv 3x3 32 groups=3"),
        "Choose a number of groups that divides the channels on both sides.",
    ),
    Page(
        "not-flattened",
        "`linear` follows a map that is larger than 1x1.",
        _net(_IMAGE, "linear 10"),
        "Put `flatten` before it to use every number, or `avgpool global` for one per channel.",
    ),
    Page(
        "not-a-feature-map",
        "An operator that works on a grid follows a vector.",
        _net(_IMAGE, "flatten", "conv 3x3 64"),
        "Move it before the `flatten` or `linear` that made the vector.",
    ),
    Page(
        "nothing-to-normalise",
        "A norm sees a single number at a time, and would make it zero.",
        _net("input 1x1x16", "groupnorm 16"),
        "Use fewer groups, or put the norm where the map is larger.",
    ),
    Page(
        "too-large",
        "A feature map or a weight tensor is larger than any machine can hold.",
        _net(_IMAGE, "conv 3x3 2000000000"),
        "Check the channels and sizes.",
    ),
    Page(
        "too-many-nodes",
        "A net expands to more nodes than allowed: a million, unless `--max-nodes` says else. Or it"
        " takes more than four times as many steps to expand, whatever comes of them.",
        _net(_IMAGE, "1000 x { 1000 x { 2 x relu } }"),
        "Check the repeats, or raise the limit.",
    ),
    # Recipes
    Page(
        "unknown-ingredient",
        "A line of a `recipe` begins with a word that no recipe knows, or is a step.",
        _net(_IMAGE, "conv 3x3 64", "recipe { optimiser sgd lr=0.1 }"),
        "A recipe holds plain lines: `loss`, `optimizer`, `schedule`, `weight_decay`, `clip`,"
        " `average` and `init`.",
    ),
    Page(
        "too-many-lines",
        "A recipe has more than 256 lines.",
        _net(_IMAGE, "conv 3x3 64", "recipe {", *["  init conv normal 0.1"] * 257, "}"),
        "Let a line speak of many steps: those of one operator, or all inside of a block.",
    ),
    Page(
        "unmatched-init",
        "An `init` line of a recipe chooses no step, or only steps without the numbers it sets.",
        _net(_IMAGE, "conv 3x3 64 as stem", "recipe { init conv at=stern normal std=0.01 }"),
        "Check the operator, the kernel and the name behind `at=`. A convolution that a norm"
        " follows has no bias.",
    ),
    Page(
        "softmax-before-loss",
        "A net with a loss in its recipe ends in a softmax. The loss takes one itself, and two of"
        " them learn badly.",
        _net(_IMAGE, "avgpool global", "linear 10 -> softmax", "recipe { loss cross_entropy }"),
        "Leave the softmax out, and apply it where probabilities are wanted.",
    ),
    # Claims and what is unused
    Page(
        "wrong-claim",
        "A shape behind `=>` or a total behind `expect` is not what the net has. With parameters"
        " set from outside, a shape that differs is a warning, and totals are not asked.",
        _net(_IMAGE, "conv 3x3/2 64  => 32x32x64"),
        "Correct the claim, or the net.",
    ),
    Page(
        "unused-block",
        "A block of this file is not called by any of its nets (a warning).",
        _net(_IMAGE, "relu") + "block A { conv 3x3 64 }\n",
        "Call it or remove it. A file without nets, made to be used by others, has no warning.",
    ),
    Page(
        "unused-label",
        "A named value goes nowhere: nothing reads the step or taps the label (a warning).",
        _net(_IMAGE, "conv 3x3 64 as left", "input 32x32x3 as right", "relu"),
        "Tap it, name it in `output`, or remove the step.",
    ),
    Page(
        "unused-step",
        "The value of a step or an input goes nowhere (a warning).",
        _net(_IMAGE, "relu as used", "conv 3x3 64", "@used"),
        "Remove the step, or use its value.",
    ),
)

CODES: Mapping[str, Page] = MappingProxyType({page.code: page for page in _PAGES})
