# SPDX-License-Identifier: BSD-2-Clause
"""Which profile signs a request, which all HTTP clients here ask."""

from __future__ import annotations

from .context import Context
from .errors import Error, Status
from .profile import Profile


class Chooser:
    """``profile``: that one alone; None: the one that is for the URL."""

    def __init__(self, profile: str | Profile | None) -> None:
        #: The one for all requests, where it is known already.
        self.fixed = profile if isinstance(profile, Profile) else None
        self._name = profile if isinstance(profile, str) else None

    @classmethod
    def of_now(
        cls, profile: str | Profile | None, context: Context
    ) -> Chooser:
        """With the profile of a name looked up once, and not each time."""
        if isinstance(profile, str):
            profile = context.profile(profile)
        return cls(profile)

    def of(self, context: Context, url: str) -> Profile:
        """The profile; raises UsageError for a URL of none."""
        if self.fixed is not None:
            return self.fixed
        if self._name is not None:
            return context.profile(self._name)
        return context.find(url)

    def of_any(self, context: Context, url: str) -> Profile | None:
        """The same, with None for a URL of none."""
        try:
            return self.of(context, url)
        except Error as error:
            if self._name is None and error.status is Status.NO_PROFILE:
                return None
            raise
