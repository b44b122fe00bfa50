"""Whether the conditions of a statement hold for a request.

Source: IAM user guide, condition operators, and conditions with several keys or values.
"""

from collections.abc import Callable, Iterable, Sequence

from tasktool_infra.aws.authorization.patterns import Context, arn_matches, matches, resolved
from tasktool_infra.aws.documents.parts import Condition

ALL, ANY, IF_EXISTS = "forallvalues:", "foranyvalue:", "ifexists"
Compare = Callable[[str, str], bool]
"""Takes what the policy says and what the request brings."""


def _lower(wanted: str, found: str) -> bool:
    return wanted.lower() == found.lower()


def _arn(wanted: str, found: str) -> bool:
    return found.startswith("arn:") and arn_matches(wanted, found)


def _number(compare: Callable[[float, float], bool]) -> Compare:
    def compared(wanted: str, found: str) -> bool:
        try:
            return compare(float(found), float(wanted))
        except ValueError:
            return False

    return compared


POSITIVE: dict[str, Compare] = {
    "stringequals": lambda wanted, found: wanted == found,
    "stringequalsignorecase": _lower,
    "stringlike": matches,
    "arnequals": _arn,
    "arnlike": _arn,
    "bool": _lower,
    "numericequals": _number(lambda found, wanted: found == wanted),
    "numericlessthan": _number(lambda found, wanted: found < wanted),
    "numericlessthanequals": _number(lambda found, wanted: found <= wanted),
    "numericgreaterthan": _number(lambda found, wanted: found > wanted),
    "numericgreaterthanequals": _number(lambda found, wanted: found >= wanted),
}
NEGATIVE: dict[str, Compare] = {
    "stringnotequals": POSITIVE["stringequals"],
    "stringnotequalsignorecase": _lower,
    "stringnotlike": matches,
    "arnnotequals": _arn,
    "arnnotlike": _arn,
    "numericnotequals": POSITIVE["numericequals"],
}


def hold(conditions: Iterable[Condition], context: Context) -> bool | None:
    """Say whether all conditions hold; None when one can't be judged here and none fails."""
    verdicts = [holds(condition, context) for condition in conditions]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def holds(condition: Condition, context: Context) -> bool | None:
    """Say whether one condition holds; None for an operator that is not known here."""
    operator = condition.operator.text.lower()
    values = context.get(condition.key.text.lower())
    if operator == "null":
        return {"true": values is None, "false": values is not None}.get(next(iter(condition.values)).lower())
    quantifier = next((each for each in (ALL, ANY) if operator.startswith(each)), "")
    base = operator.removeprefix(quantifier).removesuffix(IF_EXISTS)
    if base not in POSITIVE and base not in NEGATIVE:
        return None
    if values is None or not values:
        return _without(operator, base, quantifier)
    wanted = [text for value in sorted(condition.values) if (text := resolved(value, context)) is not None]
    return _compared(base, quantifier, wanted, values)


def _without(operator: str, base: str, quantifier: str) -> bool:
    """Judge a request that lacks the key."""
    return operator.endswith(IF_EXISTS) or quantifier == ALL or (base in NEGATIVE and quantifier != ANY)


def _compared(base: str, quantifier: str, wanted: Sequence[str], found: Sequence[str]) -> bool:
    def one(value: str) -> bool:
        compare = POSITIVE.get(base) or NEGATIVE[base]
        met = any(compare(each, value) for each in wanted)
        return met if base in POSITIVE else not met

    if quantifier:
        return all(map(one, found)) if quantifier == ALL else any(map(one, found))
    # A key with one value; where it brings several without a quantifier, AWS looks for any (or, negated, for none).
    return any(map(one, found)) if base in POSITIVE else all(map(one, found))
