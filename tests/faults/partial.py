"""Answers that are only half a success: DeleteObjects that leaves some, lists of two pages."""

from typing import Any

from attrs import define

from tasktool_infra.engine.calls import Call


@define(eq=False)
class Spared:
    """A hook by which DeleteObjects answers 200 and lists objects that it did not delete, as often as said."""

    times: int
    code: str = "AccessDenied"
    said: str = "Access Denied because object protected by object lock."

    def before(self, call: Call, attempt: int) -> None:
        """Let it pass."""

    def after(self, call: Call, answer: Any) -> Any:
        if call.operation != "delete_objects" or self.times <= 0:
            return answer
        self.times -= 1
        spared = call.parameters["Delete"]["Objects"][0]["Key"]
        return {**answer, "Errors": [{"Key": spared, "Code": self.code, "Message": self.said}]}
