"""The workbook of live formulas that an auditor recalculates."""

from __future__ import annotations
