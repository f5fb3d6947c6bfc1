"""Rule: the totals a net expects are the totals it has."""

from __future__ import annotations

from archdsl.check.cost import Totals
from archdsl.diagnostics import Diagnostic, Edit, Label
from archdsl.graph import Elaborated

NAMES = {
    "params": "parameters",
    "macs": "multiply-accumulates",
    "aux_params": "parameters in its auxiliary heads",
    "aux_macs": "multiply-accumulates in its auxiliary heads",
}


def wrong_totals(elaborated: Elaborated, cost: Totals) -> tuple[Diagnostic, ...]:
    """Return an error for each `expect` that does not hold.

    The claims are about the net as written, so they are not asked of a net whose parameters
    were set from outside.
    """
    if elaborated.changed:
        return ()
    found: list[Diagnostic] = []
    for claim in elaborated.claims:
        real: int = getattr(cost, claim.quantity)
        if real == claim.value:
            continue
        found.append(
            Diagnostic(
                "wrong-claim",
                f"the net has {real:,} {NAMES[claim.quantity]}, not {claim.value:,}",
                (Label(claim.span, f"{claim.value - real:+,} off"),),
                help=f"`{claim.quantity} = {real:_}`",
                edits=(Edit(claim.span, f"{claim.quantity} = {real:_}"),),
            )
        )
    return tuple(found)
