"""Words that people bring along from other libraries and papers, and what is meant by them here.

All of it is data: a line for each thing meant, behind it what others call it. Capitals and
underscores make no difference, so that `BatchNorm2d` and `batch_norm_2d` are one word.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from types import MappingProxyType

_JOINS = {
    ("concat",): "concatenate concatenation cat hcat depthconcat depth_concat filter_concat",
    ("add",): "sum plus summation addition sum_up",
    ("mul",): "multiply multiplication times prod product gate hadamard",
    ("residual", "add"): "skip shortcut skip_connection shortcut_connection residual_add resnet",
    ("concat", "add", "mul"): (
        "merge join parallel branches branch_and_merge split fork stack route combine fuse"
        " elementwise eltwise aggregate average maximum minimum subtract"
    ),
}

JOIN_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {word: joins for joins, words in _JOINS.items() for word in words.split()}
)
"""Names of joins elsewhere, and the joins here that can be meant. A group is a sequence instead."""

_OPERATORS = {
    "conv": "conv2d convolution convolution2d conv2dlayer conv_layer cnn",
    "upconv": (
        "deconv deconv2d deconvolution convtranspose convtranspose2d conv2dtranspose transpose_conv"
        " transposed_conv transposed_convolution conv_transpose up_conv fractional_conv"
    ),
    "maxpool": "maxpool2d maxpooling maxpooling2d max_pool2d pool pooling mp",
    "avgpool": "avgpool2d averagepool averagepooling averagepooling2d avg_pool2d meanpool ap",
    "avgpool global": (
        "gap globalavgpool globalaveragepool globalaveragepooling globalaveragepooling2d"
        " globalavgpool2d global_pool globalpool reduce_mean"
    ),
    "maxpool global": "gmp globalmaxpool globalmaxpooling globalmaxpooling2d",
    "avgpool to=7x7": "adaptiveavgpool adaptiveavgpool2d adaptivepool adaptive_avg_pooling",
    "maxpool to=7x7": "adaptivemaxpool adaptivemaxpool2d",
    "batchnorm": "bn batchnorm1d batchnorm2d batchnormalization batchnormalisation bnorm",
    "groupnorm": "gn groupnormalization",
    "layernorm": "ln layernormalization layernorm2d",
    "lrn": "localresponsenorm local_response_normalization localnorm response_norm",
    "l2norm": "normalize l2_normalize l2normalize",
    "layerscale": "layer_scale gamma",
    "linear": "fc dense fullyconnected inner_product innerproduct",
    "leaky_relu": "lrelu leaky",
    "relu6": "clipped_relu",
    "silu": "swish swish1",
    "hard_swish": "hswish",
    "hard_sigmoid": "hsigmoid",
    "hard_tanh": "htanh clip",
    "sigmoid": "logistic",
    "dropout": "dropout2d spatialdropout spatialdropout2d drop",
    "droppath": "drop_path stochastic_depth stochasticdepth drop_connect dropconnect",
    "pad": "zeropad zeropad2d zeropadding zeropadding2d padding reflectionpad2d replicationpad2d",
    "crop": "cropping cropping2d centercrop center_crop",
    "resize": "upsample upsampling upsampling2d interpolate unpool unpooling nearest_upsample",
    "shuffle": "channelshuffle",
    "slice": "narrow chunk index_select",
    "flatten": "flat vectorize ravel",
    "identity": "noop no_op nop linear_activation pass skip_layer",
    "scale": "rescale constant_mul mul_const",
}

_VALUES = {
    "yes": "True on enabled",
    "no": "False off disabled",
    "none": "None null nil nothing",
}

_ARGUMENTS = {
    ("channels", "features"): (
        "out_channels filters num_filters n_filters nfilters num_output out_features units"
        " output_channels out_planes planes outputs num_outputs features width depth c out"
    ),
    (
        "kernel",
        "size",
    ): "kernel_size kernel_shape ksize filter_size pool_size window_size k kernels",
    ("stride",): "strides s step steps subsample subsampling",
    ("pad", "amount"): "padding pads p autopad border",
    ("dilation",): "dilation_rate dilations rate atrous_rate atrous d",
    ("groups",): "group num_groups g cardinality n_groups",
    ("bias",): "use_bias bias_term has_bias with_bias",
    (
        "act",
    ): "activation activation_fn act_layer activation_layer nonlinearity non_linearity act_fn",
    ("norm",): (
        "normalization normalisation norm_layer normalizer normalizer_fn bn batch_norm use_bn"
        " norm_fn batchnorm"
    ),
    ("rate",): "p prob probability drop_rate drop_prob dropout_rate drop ratio",
    ("rate=(1 - {own.value})",): "keep_prob keep keep_rate survival_prob survival_rate",
    ("eps",): "epsilon variance_epsilon",
    ("momentum=(1 - {own.value})",): "decay bn_decay",
    ("slope", "alpha"): "negative_slope alpha leak leakiness",
    ("size",): "local_size nsize n",
    ("size=(2 * {own.value} + 1)",): "depth_radius radius",
    ("k",): "bias",
    ("init",): "init_values init_value gamma_init weight_init",
    ("factor",): "scale_factor upscale_factor scale value by",
    ("blend",): "mode interpolation method upsampling",
    ("edge",): "mode padding_mode border_mode fill",
    ("to",): "output_size size shape target_size out_size target",
    ("ceil",): "ceil_mode rounding round_mode",
    ("shared",): "shared_axes weight_shared",
    ("gamma",): "scale use_scale",
    ("beta",): "center use_offset",
    ("affine",): "elementwise_affine learned scale",
    ("scale",): "factor weight gain",
    ("shift",): "bias offset mean",
    ("stop",): "end to",
    ("start",): "begin from_",
    (
        "",
    ): "in_channels in_features in_planes num_features num_channels inplace dim axis input_shape",
}

_BEYOND = (
    (
        "attention multiplies two maps as matrices, and archdsl has no such product",
        "a gate is what it has of the kind:"
        " `mul { identity; avgpool global -> conv 1x1 64 act=sigmoid }`",
        "attention self_attention selfattention multihead_attention multiheadattention mha mhsa"
        " cross_attention softmax_attention scaled_dot_product_attention sdpa transformer qkv"
        " transformer_block transformer_encoder transformerencoderlayer transformer_decoder vit"
        " window_attention swin matmul bmm mm einsum dot dot_product outer gram",
    ),
    (
        "nothing runs over time steps: every step of a net is computed once",
        "a sequence of T steps can be a map of 1xT: `input 1x1000x16`, and `conv 1x3 32`",
        "lstm gru rnn bilstm bigru birnn convlstm recurrent lstmcell grucell timedistributed",
    ),
    (
        "inputs are numbers, and no table is looked up by them",
        "give the net what comes out of the table: `input 1x128x300` for 128 words of 300 numbers",
        "embedding embeddings token_embedding word_embedding positional_embedding pos_embed"
        " position_embedding cls_token positional_encoding one_hot onehot",
    ),
    (
        "a value is a map, height x width x channels, or a vector, and is not arranged anew",
        "`flatten` makes a vector of a map, `slice` and `shuffle` pick and move channels",
        "reshape view permute transpose squeeze unsqueeze rearrange swapaxes movedim expand"
        " unflatten repeat_interleave tile roll flip pixelshuffle pixel_unshuffle depth_to_space"
        " space_to_depth depthtospace spacetodepth focus reorg unfold fold im2col",
    ),
    (
        "one dimension is a map of one row: 1xT",
        "write `input 1x1000x16`, and windows of one row: `conv 1x3 32`, `maxpool 1x2/1x2`",
        "conv1d convolution1d maxpool1d maxpooling1d avgpool1d averagepooling1d globalavgpool1d"
        " adaptiveavgpool1d deconv1d convtranspose1d upsample1d conv_1d causal_conv tcn",
    ),
    (
        "a map has a height and a width, and no third dimension",
        "frames or slices can be channels: `input 112x112x48` for 16 frames of 3",
        "conv3d convolution3d maxpool3d maxpooling3d avgpool3d batchnorm3d upsample3d"
        " convtranspose3d globalavgpool3d conv_3d",
    ),
    (
        "a convolution reads fixed places of the grid",
        "a fixed spread is written `conv 3x3 64 dilation=2`",
        "deformconv deform_conv2d deformable_conv deformableconv roialign roipool roi_align"
        " grid_sample spatial_transformer stn affine_grid nms anchors",
    ),
    (
        "statistics are those of the batch, of groups of channels, or of one cell",
        "`groupnorm 1` normalises over a whole image, and `groupnorm 64` with as many groups as"
        " channels over each channel of it",
        "instancenorm instancenorm2d instance_norm instancenormalization spectral_norm weight_norm"
        " rmsnorm",
    ),
    (
        "no operator computes this function",
        "`gelu` and `silu` are curves of the kind; docs/operators.md lists all activations",
        "mish selu celu softplus softsign hardshrink softshrink logsigmoid glu swiglu geglu maxout"
        " log_softmax logsoftmax crelu rrelu",
    ),
    (
        "a net ends in numbers, and what is made of them is the program's",
        "end the net in the scores: `linear 1000`; losses stand in a `recipe { … }`",
        "argmax topk loss cross_entropy crossentropy crossentropyloss mse criterion optimizer"
        " optim adam sgd train fit compile",
    ),
    (
        "weights belong to one step, and no other step uses them",
        "write the step or the block twice: each has weights of its own",
        "shared share share_weights tied weight_sharing siamese reuse",
    ),
)

_BLOCKS = {
    "conv 3x3 channels groups=channels": (
        "depthwise dwconv depthwiseconv depthwise_conv depthwiseconv2d depthwise_conv2d dw_conv dw"
    ),
    "conv 3x3 channels groups=channels -> conv 1x1 64": (
        "sepconv separable separableconv separableconv2d separable_conv depthwise_separable"
    ),
    "conv 1x1 64": "pointwise pointwise_conv pwconv pw conv1x1 conv_1x1",
    "conv 3x3 64": "conv3x3 conv_3x3",
    "conv 3x3 64 norm=batchnorm act=relu": "convbnrelu conv_bn_relu convbn cbr basicconv2d cbs",
    "mul { identity; avgpool global -> conv 1x1 8 act=relu -> conv 1x1 64 act=sigmoid }": (
        "se squeeze_excite squeezeexcitation squeeze_excitation se_block selayer semodule"
    ),
}

_ORDERS_OF_CONV = (
    ("", "channels", "kernel", "stride", "pad", "dilation", "groups"),  # torch
    ("channels", "kernel", "stride"),  # Keras
    ("kernel", "channels", "stride", "pad", "dilation", "groups"),  # as in papers
    ("size:kernel", "channels", "pad"),
    ("channels", "size:kernel", "pad"),
    ("size:kernel", "size:stride", "channels", "pad"),
    ("size:kernel", "size:pad", "channels"),
)
_ORDERS_OF_POOL = (
    ("kernel+stride",),  # torch, Keras: windows that do not overlap
    ("kernel", "stride", "pad"),
    ("size:kernel", "pad"),
)

ORDERS: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "conv": _ORDERS_OF_CONV,
        "upconv": _ORDERS_OF_CONV,
        "maxpool": _ORDERS_OF_POOL,
        "avgpool": _ORDERS_OF_POOL,
        "linear": (("", "features"),),
        "batchnorm": (("", "eps", "momentum"), ("share:eps", "share:momentum")),
        "layernorm": (("", "eps"), ("share:eps",)),
        "groupnorm": (("groups", "", "eps"), ("groups", "share:eps")),
        "lrn": (("size", "alpha", "beta", "k"),),
        "layerscale": (("", "init"), ("name:init",)),
        "prelu": (("", "init"), ("share:init",)),
        "elu": (("alpha",),),
        "affine": (("scale", "shift"),),
        "resize": (("to",),),
        "softmax": (("",),),
        "flatten": (("", ""),),
    }
)
"""In which orders people write an operator's numbers, as names of its arguments here.

`` is what archdsl knows from what comes in. `size:kernel` is written as a size, `share:eps` is no
whole number, `name:init` is written with its name, `kernel+stride` is both at once.
"""


def _folded(word: str) -> str:
    return word.lower().replace("_", "")


def _by_word(table: Mapping[str, str]) -> dict[str, str]:
    return {_folded(word): meant for meant, words in table.items() for word in words.split()}


OPERATORS: Mapping[str, str] = MappingProxyType(_OPERATORS | _BLOCKS)
"""How operators are written here, and what others call them."""

_OPERATOR_WORDS = _by_word(OPERATORS)
_VALUE_WORDS = {word.lower(): meant for meant, words in _VALUES.items() for word in words.split()}
_BEYOND_WORDS = {
    _folded(word): (why, help) for why, help, words in _BEYOND for word in words.split()
}


def operator_meant(name: str) -> str | None:
    """Return how the operator is written here that others call ``name``; its call may follow."""
    return _OPERATOR_WORDS.get(_folded(name))


def value_meant(name: str) -> str | None:
    """Return the word here for a value such as `True`."""
    return _VALUE_WORDS.get(name.lower())


def beyond(name: str) -> tuple[str, str] | None:
    """Return why archdsl has nothing called ``name``, and what comes nearest to it."""
    return _BEYOND_WORDS.get(_folded(name))


def argument_meant(name: str, known: Container[str]) -> str | None:
    """Return how the argument is written here that others call ``name``, as a reading.

    ``known`` are the names that the operator takes; the reading is empty for what is known.
    """
    for names, words in _ARGUMENTS.items():
        if _folded(name) not in {_folded(word) for word in words.split()}:
            continue
        for meant in names:
            here, _, value = meant.partition("=")
            if here == "" or here in known:
                return meant and f"{here}={value or '{own.value}'}"
    return None
