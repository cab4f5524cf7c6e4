# SPDX-License-Identifier: BSD-2-Clause
"""Whether a request is sent once more, which all HTTP clients here ask."""

from __future__ import annotations

from typing import TypeVar

from .signature import Signature
from .types import Judgement, Verdict

#: As apam_judge has it: after a challenge, and after all else.
_CHALLENGES_MAX = 3
_OTHERS_MAX = 1

_S = TypeVar("_S", bound=Signature)


class Rounds:
    """How often one request was sent already."""

    def __init__(self) -> None:
        self._challenges = 0
        self._others = 0

    def wants(self, judged: Judgement) -> bool:
        """True if it is worth it to sign once more after this answer."""
        if not judged.replay:
            return False
        if judged.verdict is Verdict.CHALLENGED:
            self._challenges += 1
            return self._challenges <= _CHALLENGES_MAX
        self._others += 1
        return self._others <= _OTHERS_MAX

    @staticmethod
    def news(sent: _S, fresh: _S) -> _S | None:
        """The fresh signature, if it may bring another answer; it is released
        otherwise.  The one that was sent is released if it may."""
        if fresh.differs(sent):
            sent.release()
            return fresh
        fresh.release()
        return None
