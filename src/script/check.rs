//! Findings before a run.
