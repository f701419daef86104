"""Weights for a bureau that must set its own: methods, cautions, and one pool's answer."""

from __future__ import annotations
