"""Two invented months of the demo's figures, for a picture: `python -m tests.picture_past`.

Run with the settings of the product whose folder is to be filled. The numbers follow the days of a
week and grow a little; nothing is random.
"""

from datetime import timedelta

import django

DAYS = 59
WEEK = (9, 11, 10, 12, 15, 19, 6)
"""Messages on each day from Monday on."""


def main() -> None:
    """Add the figures of the days before today, where there are none."""
    django.setup()
    from accounts.models import Workspace  # noqa: PLC0415 - after the settings are named
    from processing.figures import today_of  # noqa: PLC0415 - as above
    from processing.models import DailyFigure  # noqa: PLC0415 - as above
    from sandbox import demo  # noqa: PLC0415 - as above

    workspace = Workspace.objects.get(name=demo.WORKSPACE_NAME)
    today = today_of(workspace)
    rows = [
        DailyFigure(workspace=workspace, day=day, name=name, count=count, amount=amount)
        for day in (today - timedelta(days=back) for back in range(1, DAYS + 1))
        for name, (count, amount) in figures(WEEK[day.weekday()], (today - day).days).items()
        if count
    ]
    DailyFigure.objects.bulk_create(rows, ignore_conflicts=True)


def figures(messages: int, back: int) -> dict[str, tuple[int, int]]:
    """Return each figure's count and amount of a day with so many messages, so long ago."""
    received = messages + (DAYS - back) // 9
    held, handed, silent = received // 6, received // 9, received // 7
    replied = received - held - handed - silent
    hot, warm = received // 8, received // 4
    answered = replied + held - 1
    return {
        "received::received": (received, 0),
        "decided:reply:replied": (replied, 0),
        "decided:hold:needs_approval": (held, 0),
        "decided:handoff:complaint": (handed, 0),
        "decided:silent:nothing_to_add": (silent, 0),
        "answered:assistant": (answered, 0),
        "delivery:sent:sent": (answered + handed, 0),
        "answered:human": (handed, 0),
        "first_answer": (answered + handed, 22 * answered + 900 * handed),
        "first_answer:lt30": (answered, 0),
        "first_answer:lt3600": (handed, 0),
        "draft:approved": (held - 1, 0),
        "draft:edited": (1, 0),
        "lead_new:hot": (hot, 0),
        "lead_new:warm": (warm, 0),
        "lead:hot": (hot, 0),
        "lead:warm": (warm, 0),
        "calls": (replied + held, 0),
        "tokens": (replied + held, 1400 * (replied + held)),
        "cost": (replied + held, 900 * (replied + held)),
    }


if __name__ == "__main__":
    main()
