//! Doors that tests go through.

pub(crate) mod script;
