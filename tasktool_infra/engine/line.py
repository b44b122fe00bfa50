"""Who has not begun yet, and what each waits for: what ends is told once, and costs as much as waits for it."""

from collections import deque
from collections.abc import Collection, Hashable
from typing import Any

from attrs import define, field


@define
class Line:
    """Those that wait, in the order in which they came; none may come after what it waits for has ended."""

    _left: dict[Any, set[Any]] = field(init=False, factory=dict)
    _needs: dict[Any, Collection[Any]] = field(init=False, factory=dict)
    _followers: dict[Any, list[Any]] = field(init=False, factory=dict)
    _ready: "deque[Any]" = field(init=False, factory=deque)

    def join(self, key: Hashable, needs: Collection[Any] = (), after: Collection[Any] = ()) -> None:
        """Let somebody wait until those it needs have succeeded, and those it comes after have ended."""
        self._left[key], self._needs[key] = {*needs, *after}, needs
        for other in self._left[key]:
            self._followers.setdefault(other, []).append(key)
        if not self._left[key]:
            self._ready.append(key)

    def begin(self) -> list[Any]:
        """Give all who have nothing left to wait for; they wait no longer."""
        begun = [key for key in self._ready if self._left.pop(key, None) is not None]
        self._ready.clear()
        return begun

    def leave(self) -> list[Any]:
        """Give all who still wait, of whom none will begin any more."""
        left = list(self._left)
        self._left.clear()
        return left

    def ended(self, key: Hashable, *, lost: bool) -> list[Any]:
        """Take note that somebody has ended; give those who need it, and so never begin when it is ``lost``."""
        never = []
        for follower in self._followers.pop(key, ()):
            if follower not in self._left:
                continue
            self._left[follower].discard(key)
            if lost and key in self._needs[follower]:
                never.append(follower)
                del self._left[follower]
            elif not self._left[follower]:
                self._ready.append(follower)
        return never
