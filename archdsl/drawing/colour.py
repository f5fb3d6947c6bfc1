"""Arithmetic on colours: contrast as WCAG counts it, and mixing that looks even.

Colours are texts such as ``#dbe8f8``.
"""

from __future__ import annotations

Channels = tuple[float, float, float]

BLACK, WHITE = "#000000", "#ffffff"


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 for black to 1 for white."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def legible_on(fill: str) -> str:
    """Return black or white, whichever reads better; one of them has a contrast above 4.5."""
    return max((BLACK, WHITE), key=lambda ink: contrast(ink, fill))


def mix(start: str, end: str, share: float) -> str:
    """Return the colour ``share`` of the way: equal steps look equally large.

    The way is straight in the OKLab space, where distances are those the eye sees.
    """
    pairs = zip(to_oklab(start), to_oklab(end), strict=True)
    lightness, a, b = (one + (other - one) * share for one, other in pairs)
    return _from_oklab((lightness, a, b))


def to_oklab(colour: str) -> Channels:
    """Return lightness and the two axes of hue of a colour (Ottosson 2020)."""
    red, green, blue = linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def linear(colour: str) -> Channels:
    """Return red, green and blue as amounts of light, 0 to 1."""
    red, green, blue = (_light(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return red, green, blue


def from_linear(light: Channels) -> str:
    """Return the colour of amounts of light; what no screen shows is cut to what it does."""
    return "#" + "".join(f"{round(255 * _code(min(max(one, 0), 1))):02x}" for one in light)


def _from_oklab(lab: Channels) -> str:
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return from_linear(
        (
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        )
    )


def _light(code: float) -> float:
    return code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4


def _code(light: float) -> float:
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
