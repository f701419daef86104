"""What the policy says, as dated data: the rulebook model, and the shipped books."""

from __future__ import annotations
