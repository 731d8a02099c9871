"""What a call may say: one check for each parameter, which returns the value it stands for.

A check takes the text (or dict, or list) of the form and the parameter's full name; it raises
Stripe's refusal. A parameter without a check is refused as unknown.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.standins.front import RefusedError
from sandbox.stripe.errors import missing, refuse, unknown

Check = Callable[[Any, str], Any]
Spec = Mapping[str, Check]
MOST_KEYS, LONGEST_KEY, LONGEST_VALUE = 50, 40, 500
WHOLE = re.compile(r"-?[0-9]{1,15}")


def read(form: Any, spec: Spec, *, needs: tuple[str, ...] = (), name: str = "") -> dict[str, Any]:
    """Return the checked values of a form, or of a dict inside it called `name`."""
    if not isinstance(form, dict):
        raise refuse("Invalid object", code="parameter_invalid_object", param=name)
    for key in form:
        if key not in spec:
            raise unknown(_inside(name, key))
    for key in needs:
        if form.get(key) in (None, ""):
            raise missing(_inside(name, key))
    return {key: spec[key](value, _inside(name, key)) for key, value in form.items()}


def text(most: int = 5000) -> Check:
    """Take a text of at most `most` characters, which is not empty."""

    def check(value: Any, name: str) -> str:
        if not isinstance(value, str):
            raise refuse("Invalid string", code="parameter_invalid_string", param=name)
        if value == "":
            sentence = "You passed an empty string. Leave it out or send a value."
            raise refuse(sentence, code="parameter_invalid_empty", param=name)
        if len(value) > most:
            sentence = f"Invalid string: must be at most {most} characters"
            raise refuse(sentence, code="parameter_invalid_string_too_long", param=name)
        return value

    return check


def whole(least: int | None = None, most: int | None = None) -> Check:
    """Take a whole number between the two."""

    def check(value: Any, name: str) -> int:
        if not isinstance(value, str) or not WHOLE.fullmatch(value):
            sentence = f"Invalid integer: {value}"
            raise refuse(sentence, code="parameter_invalid_integer", param=name)
        number = int(value)
        if (least is not None and number < least) or (most is not None and number > most):
            sentence = f"Invalid integer: {number} is out of range"
            raise refuse(sentence, code="parameter_invalid_integer", param=name)
        return number

    return check


def flag(value: Any, name: str) -> bool:
    """Take true or false."""
    if value not in ("true", "false"):
        raise refuse(f"Invalid boolean: {value}", param=name)
    return bool(value == "true")


def one_of(*known: str) -> Check:
    """Take one of the texts."""

    def check(value: Any, name: str) -> str:
        if value not in known:
            raise refuse(f"Invalid {name}: must be one of {', '.join(known)}", param=name)
        return str(value)

    return check


def either(*checks: Check) -> Check:
    """Take what one of the checks takes; the last one refuses."""

    def check(value: Any, name: str) -> Any:
        for one in checks[:-1]:
            try:
                return one(value, name)
            except RefusedError:
                continue
        return checks[-1](value, name)

    return check


def clearable(inner: Check) -> Check:
    """Take an empty text as well, which takes the value away: None."""
    return lambda value, name: None if value == "" else inner(value, name)


def each(inner: Check, most: int = 100) -> Check:
    """Take a list of what `inner` takes; an empty text is an empty list."""

    def check(value: Any, name: str) -> list[Any]:
        if value == "":
            return []
        if not isinstance(value, list):
            raise refuse("Invalid array", code="parameter_invalid_array", param=name)
        if len(value) > most:
            raise refuse(f"Array too long: at most {most}", param=name)
        return [inner(one, f"{name}[{index}]") for index, one in enumerate(value)]

    return check


def inside(needs: tuple[str, ...] = (), /, **spec: Check) -> Check:
    """Take a dict whose values the checks take."""
    return lambda value, name: read(value, spec, needs=needs, name=name)


def anything(value: Any, _name: str) -> Any:
    """Take whatever comes: the stand-in shows it again and does nothing else with it."""
    return value


def metadata(value: Any, name: str) -> dict[str, str]:
    """Take at most 50 texts with names; one empty text takes all of them away."""
    if value == "":
        return {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise refuse("Invalid hash", param=name)
    if len(value) > MOST_KEYS:
        raise refuse(f"Metadata has more than {MOST_KEYS} keys", param=name)
    for key, one in value.items():
        if len(key) > LONGEST_KEY or len(one) > LONGEST_VALUE:
            sentence = (
                f"Metadata: keys up to {LONGEST_KEY}, values up to {LONGEST_VALUE} characters"
            )
            raise refuse(sentence, param=f"{name}[{key}]")
    return value


def merged(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Return metadata after an update: an empty value takes its key away, none takes all."""
    both = {**old, **new} if new else {}
    return {key: value for key, value in both.items() if value != ""}


def moments(value: Any, name: str) -> dict[str, int]:
    """Take a filter by time: a moment, or `gt`, `gte`, `lt`, `lte`."""
    if isinstance(value, str):
        moment = whole()(value, name)
        return {"gte": moment, "lte": moment}
    names = ("gt", "gte", "lt", "lte")
    return read(value, dict.fromkeys(names, whole()), name=name)


def _inside(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key
