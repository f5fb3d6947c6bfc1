from __future__ import annotations

import pytest

from archdsl.cli.options import parameter


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10", 10),
        ("-3", -3),
        ("42_679_816", 42_679_816),
        ("0.5", 0.5),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("yes", True),
        ("True", True),
        ("no", False),
        ("false", False),
        ("relu", "relu"),
        ("3x3", "3x3"),
        ("nan", "nan"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_setting_is_a_number_a_switch_or_a_word(text: str, value: object) -> None:
    found = parameter(text)
    assert found == value
    assert type(found) is type(value)
