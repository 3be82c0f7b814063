"""The account: who is signed in, and the credits that are left."""

from __future__ import annotations

from heygen.sandbox.call import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call

USERNAME = "sandbox"


def get(call: Call) -> dict[str, Any]:
    return {
        "data": {
            "username": USERNAME,
            "email": "sandbox@example.com",
            "first_name": "Sandbox",
            "last_name": "User",
            "billing_type": "wallet",
            "wallet": {"currency": "credits", "remaining_balance": call.world.credits, "auto_reload": {"enabled": False}},
            "subscription": ABSENT,
            "usage_based": ABSENT,
        }
    }


OPERATIONS = {"me get": get}
