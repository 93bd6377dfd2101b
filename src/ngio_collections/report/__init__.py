"""What is done with findings: summing them up, and writing them for other programs."""

from __future__ import annotations

from ngio_collections.report._summary import RuleCount, Summary, Tally, summarize

__all__ = ["RuleCount", "Summary", "Tally", "summarize"]
