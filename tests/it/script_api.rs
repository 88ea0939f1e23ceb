//! Semantics of what scripts call, asserted by scripts.
