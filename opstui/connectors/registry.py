"""Which connectors are installed, and the door they come in through.

Loading one runs its package's code, so only the engine's worker and the plugin commands' probe do it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opstui.connectors.api import API_VERSION, GROUP, OPTION_TYPES, Connector, Option
from opstui.errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

HOME = "opstui"
"""The distribution whose connectors win when another one offers the same name."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry point of the group: not loaded, so nothing of it has run."""

    name: str
    value: str
    distribution: str = ""
    version: str = ""

    @property
    def origin(self) -> str:
        """``distribution version``, as messages name it."""
        return f"{self.distribution} {self.version}".strip() or "an unknown package"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What ``load_all`` found: the connectors that work, and why each of the others does not."""

    connectors: Mapping[str, type[Connector]]
    quarantined: tuple[PluginError, ...] = ()


def offers() -> tuple[Offer, ...]:
    """Every entry point of the group by name, opstui's own first among equals. Runs no plugin code."""
    from importlib.metadata import entry_points  # 25 ms that only the engine's side should pay

    found = [_offer(point) for point in entry_points(group=GROUP)]
    return tuple(sorted(found, key=lambda offer: (offer.name, offer.distribution != HOME, offer.distribution)))


def names() -> tuple[str, ...]:
    """The names that a config can use as ``connector``, sorted. Runs no plugin code."""
    return tuple(sorted({offer.name for offer in offers()}))


def find(name: str, among: tuple[Offer, ...] | None = None) -> Offer:
    """The offer that ``name`` stands for; ``among`` saves looking again at what is installed.

    Raises:
        PluginError: nobody offers it, or two packages do and neither is opstui itself.
    """
    all_offers = offers() if among is None else among
    mine = [offer for offer in all_offers if offer.name == name]
    if not mine:
        raise PluginError(f"there is no connector {name!r}", _known(name, all_offers), "Run: opstui plugin list", plugin=name)
    if len(mine) > 1 and mine[0].distribution != HOME:
        raise _clash(name, mine)
    return mine[0]


def load(name: str) -> type[Connector]:
    """The connector class called ``name``; runs its package's code.

    Raises:
        PluginError: nobody offers it, its code does not import, or it is not a connector of this API version.
    """
    return load_offer(find(name))


def load_offer(offer: Offer) -> type[Connector]:
    """Import what an offer points at and check that it is a connector we can work with.

    Raises:
        PluginError: it cannot be used; ``why`` says what is wrong and ``distribution`` who ships it.
    """
    from importlib import import_module

    module, _, attribute = offer.value.partition(":")
    try:
        target: Any = import_module(module.strip())
        for part in filter(None, attribute.split("[")[0].strip().split(".")):
            target = getattr(target, part)
    except (Exception, SystemExit) as error:
        raise _broken(offer, f"{type(error).__name__}: {error}" if str(error) else type(error).__name__) from error
    why = _fault(offer, target)
    if why:
        raise _broken(offer, why)
    connector: type[Connector] = target
    return connector


def load_all() -> Loaded:
    """Load every connector; a broken one is set aside with its reason and never keeps the others out."""
    good: dict[str, type[Connector]] = {}
    bad: list[PluginError] = []
    by_name: dict[str, list[Offer]] = {}
    for offer in offers():
        by_name.setdefault(offer.name, []).append(offer)
    for name, same in by_name.items():
        if len(same) > 1:
            bad.append(_clash(name, same))
            if same[0].distribution != HOME:
                continue
        try:
            good[name] = load_offer(same[0])
        except PluginError as error:
            bad.append(error)
    return Loaded(good, tuple(bad))


def _offer(point: EntryPoint) -> Offer:
    dist = point.dist
    return Offer(point.name, point.value, dist.name if dist else "", dist.version if dist else "")


def _fault(offer: Offer, target: object) -> str:
    """Why ``target`` is no connector we can use, or nothing."""
    if not (isinstance(target, type) and issubclass(target, Connector)):
        return f"{offer.value} is not a subclass of opstui.connectors.Connector"
    version = getattr(target, "api_version", None)
    if version != API_VERSION:
        written = f"API version {version}" if version is not None else "no api_version"
        return f"it declares {written}, this opstui has {API_VERSION}"
    missing = sorted(getattr(target, "__abstractmethods__", ()))
    if missing:
        return f"it does not implement {', '.join(missing)}"
    if getattr(target, "name", None) != offer.name:
        return f"its name is {getattr(target, 'name', None)!r}, its entry point says {offer.name!r}"
    if not isinstance(getattr(target, "title", None), str):
        return "it has no title"
    return _option_fault(target.options)


def _option_fault(options: object) -> str:
    if not isinstance(options, tuple) or not all(isinstance(option, Option) for option in options):
        return "options is not a tuple of Option"
    seen: set[str] = set()
    for option in options:
        if option.type not in OPTION_TYPES:
            return f"option {option.name} has the unknown type {option.type!r}; there are {', '.join(sorted(OPTION_TYPES))}"
        if option.name in seen:
            return f"option {option.name} is declared twice"
        seen.add(option.name)
    return ""


def _broken(offer: Offer, why: str) -> PluginError:
    what = f"connector {offer.name!r} of {offer.origin} cannot be used"
    return PluginError(what, why, "Update or uninstall that package.", plugin=offer.name, distribution=offer.origin)


def _clash(name: str, same: list[Offer]) -> PluginError:
    who = " and ".join(offer.origin for offer in same)
    used = f"{same[0].origin} is used" if same[0].distribution == HOME else "none is used"
    return PluginError(
        f"connector {name!r} is offered more than once",
        f"by {who}; {used}",
        "Uninstall all but one of them.",
        plugin=name,
        distribution=same[-1].origin,
    )


def _known(name: str, all_offers: tuple[Offer, ...]) -> str:
    from difflib import get_close_matches

    known = sorted({offer.name for offer in all_offers})
    near = get_close_matches(name, known, 1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    return guess + (f"installed are {', '.join(known)}" if known else "none is installed")
