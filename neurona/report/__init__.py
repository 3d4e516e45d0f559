"""One HTML file that tells what a run found, to a person without Neurona: words, tables, pictures, errors with their traces, provenance."""

from __future__ import annotations

from neurona.report.report import write_report

__all__ = ["write_report"]
