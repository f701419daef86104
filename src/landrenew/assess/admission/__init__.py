"""Proposed projects against the bars of their day: findings, lists by industry, the whole."""

from __future__ import annotations
