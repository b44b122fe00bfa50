"""Scripts that let a shell complete what is typed after ``tasktool``; made from the parser itself."""

from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator

from attrs import frozen


@frozen
class Words:
    """What may follow one command: its options with their help, and the choices of its arguments."""

    command: str
    about: str
    options: tuple[tuple[str, str], ...]
    choices: tuple[str, ...] = ()


def words(parser: ArgumentParser) -> tuple[Words, ...]:
    """Give the words of every command of a parser."""
    subs = next(action for action in parser._actions if isinstance(action, _SubParsersAction))  # noqa: SLF001
    abouts = {action.dest: action.help or "" for action in subs._choices_actions}  # noqa: SLF001
    return tuple(_of(name, abouts.get(name, ""), sub) for name, sub in subs.choices.items())


def _of(name: str, about: str, parser: ArgumentParser) -> Words:
    actions = parser._actions  # noqa: SLF001 - argparse tells of its options nowhere else
    options = [(option, action.help or "") for action in actions for option in action.option_strings]
    choices = [str(c) for action in actions if not action.option_strings for c in action.choices or ()]
    return Words(name, about, tuple(options), tuple(choices))


def bash(listed: tuple[Words, ...], environments: tuple[str, ...]) -> str:
    """Give the script for bash: ``source <(tasktool completion bash)``."""
    cases = "\n".join(f"    {each.command}) words='{' '.join(_all(each, environments))}' ;;" for each in listed)
    return f"""_tasktool() {{
  local words current=${{COMP_WORDS[COMP_CWORD]}} command=${{COMP_WORDS[1]}}
  if [ "$COMP_CWORD" -eq 1 ]; then command=; fi
  case "$command" in
    '') words='{" ".join(each.command for each in listed)}' ;;
{cases}
    *) words= ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _tasktool tasktool
"""


def zsh(listed: tuple[Words, ...], environments: tuple[str, ...]) -> str:
    """Give the script for zsh: ``source <(tasktool completion zsh)``."""
    cases = "\n".join(f"    {each.command}) compadd -- {' '.join(_all(each, environments))} ;;" for each in listed)
    return f"""#compdef tasktool
_tasktool() {{
  if (( CURRENT == 2 )); then compadd -- {" ".join(each.command for each in listed)}; return; fi
  case "$words[2]" in
{cases}
  esac
  _files
}}
compdef _tasktool tasktool
"""


def fish(listed: tuple[Words, ...], environments: tuple[str, ...]) -> str:
    """Give the script for fish: ``tasktool completion fish | source``."""
    return "\n".join([*_fish(listed, environments), ""])


def _fish(listed: tuple[Words, ...], environments: tuple[str, ...]) -> Iterator[str]:
    for each in listed:
        yield f"complete -c tasktool -n __fish_use_subcommand -a {each.command} -d {_quoted(each.about)}"
        inside = f"complete -c tasktool -n '__fish_seen_subcommand_from {each.command}'"
        for option, text in each.options:
            if option.startswith("--"):
                yield f"{inside} -l {option[2:]} -d {_quoted(text)}"
        for word in each.choices or environments:
            yield f"{inside} -a {word}"


def _all(each: Words, environments: tuple[str, ...]) -> list[str]:
    return [*(each.choices or environments), *(option for option, _ in each.options if option.startswith("--"))]


def _quoted(text: str) -> str:
    return "'" + text.replace("%%", "%").replace("\\", "\\\\").replace("'", "\\'") + "'"


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}
