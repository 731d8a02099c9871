"""How much of a draft a human changed."""


def edit_ratio(before: str, after: str) -> float:
    """Return the share of the longer text that was changed: 0.0 the same, 1.0 all of it.

    The edit distance (Levenshtein: insertions, deletions, substitutions of single characters) over
    the longer text's length; white space at the ends and its kind do not count.
    """
    old, new = " ".join(before.split()), " ".join(after.split())
    longest = max(len(old), len(new))
    return _distance(old, new) / longest if longest else 0.0


def _distance(old: str, new: str) -> int:
    old, new = _without_common_ends(old, new)
    previous = list(range(len(new) + 1))
    for row, letter in enumerate(old, start=1):
        current = [row]
        for column, other in enumerate(new, start=1):
            change = previous[column - 1] + (letter != other)
            current.append(min(change, previous[column] + 1, current[-1] + 1))
        previous = current
    return previous[-1]


def _without_common_ends(old: str, new: str) -> tuple[str, str]:
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    old, new = old[start:], new[start:]
    shorter = min(len(old), len(new))
    end = next((at for at in range(shorter) if old[-1 - at] != new[-1 - at]), shorter)
    return old[: len(old) - end], new[: len(new) - end]
