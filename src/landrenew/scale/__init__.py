"""The same measure step, part by part, on threads."""

from __future__ import annotations
