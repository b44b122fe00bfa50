"""What may become of a call on its way, as a proxy does it. Each is told by what a client can see of it."""

from attrs import frozen


@frozen
class Answer:
    """What a call is answered in place of the server."""

    status: int
    body: bytes = b""
    content_type: str = "text/xml"


@frozen
class Swallowed:
    """Nothing is ever answered, and the connection stays open; ``done`` says whether the server did the work."""

    done: bool = False


@frozen
class Dropped:
    """The connection is reset instead of an answer; ``done`` says whether the server did the work."""

    done: bool = False


@frozen
class Cut:
    """The server does the work, and the connection ends in the middle of its answer."""


@frozen
class Dripped:
    """The server does the work, and its answer comes byte by byte, ``pause`` seconds apart."""

    pause: float = 0.1


Mishap = Answer | Swallowed | Dropped | Cut | Dripped
