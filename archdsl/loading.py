"""From a spec to a checked network."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from archdsl.check import check, check_others
from archdsl.diagnostics import Diagnostic, SpecError, bounded_effort
from archdsl.graph import Limits, Setting, Settings
from archdsl.network import Network
from archdsl.syntax import Project, read_project, read_text

MOST_NAMED = 12
"""Nets of a file that a message names."""


def load(
    spec: str | PathLike[str],
    *,
    net: str | None = None,
    max_nodes: int | None = None,
    **params: Setting,
) -> Network:
    """Load a network from a ``.arch`` file, or from the text of one.

    Text is told from a path by a brace or a line end in it. ``params`` set the net's parameters:
    to numbers, also numpy's, True or False, lists of numbers, or text as a spec would have it
    (``kernel="3x3/2"``). ``net`` picks one of several nets. Raises :class:`SpecError`, which says
    what is wrong and where, if the spec is not sound.

        network = archdsl.load("specs/inception_v4.arch", classes=10)
        module = network.module()
    """
    with bounded_effort():
        if isinstance(spec, str) and ("{" in spec or "\n" in spec):
            project, found = read_text(spec)
        else:
            project, found = read_project(Path(spec))
        if net is not None and not any(one.is_error for one in found):
            found = (*found, *check_others(project, net))
        return network_of(project, found, net, params, max_nodes)


def network_of(
    project: Project,
    found: tuple[Diagnostic, ...],
    net: str | None,
    params: Settings,
    max_nodes: int | None = None,
) -> Network:
    """Return the network of a project that was read with diagnostics ``found``."""
    if any(one.is_error for one in found):
        raise SpecError(found)
    named = {candidate.name.text: candidate for candidate in project.nets}
    if net is None and len(named) == 1:
        (tree,) = named.values()
    elif net is not None and net in named:
        tree = named[net]
    else:
        raise SpecError((_which_net(project, net, tuple(named)),))
    limits = Limits() if max_nodes is None else Limits(nodes=max_nodes)
    checked, more = check(project, tree, params, limits)
    if checked is None:
        raise SpecError((*found, *more))
    return Network(checked, project, (*found, *more))


def _which_net(project: Project, net: str | None, names: tuple[str, ...]) -> Diagnostic:
    if not names:
        return Diagnostic("no-net", f"`{project.source.name}` defines no net")
    listed = ", ".join(f"`{name}`" for name in names[:MOST_NAMED])
    listed += f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    if net is None:
        return Diagnostic(
            "no-net",
            f"`{project.source.name}` defines {len(names)} nets: {listed}",
            help="choose one by its name: `--net NAME`, or `net=` in Python",
        )
    return Diagnostic(
        "no-net",
        f"there is no net `{net}` in `{project.source.name}`",
        help=f"it defines {listed}",
    )
