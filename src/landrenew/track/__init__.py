"""What happened: the ledger of renewal, the stage each parcel has reached, land cleared so far."""

from __future__ import annotations
