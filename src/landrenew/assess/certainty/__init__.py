"""How sure judgements are: errors drawn by chance, rows judged anew, what comes out how often."""

from __future__ import annotations
