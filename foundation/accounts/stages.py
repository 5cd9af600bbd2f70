"""The steps between the first proof of who somebody is and being in."""

from typing import Any

from allauth.account.stages import PhoneVerificationStage


class SignupPhoneStage(PhoneVerificationStage):
    """A new account proves its number. Nobody else is asked: a code proves it, and staff come by email."""

    def handle(self) -> Any:
        return super().handle() if self.login.signup else (None, True)
