"""Judgements -> proposals: contiguous blocks, and which of them to consolidate into parks."""

from __future__ import annotations
