"""The yes that a plan needs, from whoever may give it."""

from collections.abc import Callable

from tasktool_infra.engine.errors import Declined, listed
from tasktool_infra.engine.plan import Plan

Confirm = bool | Callable[[Plan], bool] | None
"""True answers what the plan lists; a function of the plan asks somebody."""
YES = "At a terminal you are asked; elsewhere say --yes (from Python: confirm=True)."


def ask(plan: Plan, confirm: Confirm, *, yes: bool, removing: bool) -> bool:
    """Get the yes that a plan needs, if it needs one; say whether somebody was asked, which takes time.

    ``yes`` answers all but which account is meant. Raises Declined.
    """
    if not plan.pinned and not callable(confirm):
        account = plan.target.get("account")
        raise Declined(
            f"The account {account} is not pinned, and there is nobody to ask; nothing was written.",
            next_step=f'If it is the right one: --account {account}, or account = "{account}" in environments.toml.',
        )
    if not (plan.asks or removing) or (yes and plan.pinned):
        return False
    if not (confirm(plan) if callable(confirm) else confirm):
        raise Declined(f"This needs a yes, which was not given; nothing was written:{listed(plan.asks)}", next_step=YES)
    return callable(confirm)
