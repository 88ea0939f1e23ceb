//! The standard library: modules written in Rhai that ship inside the program.

/// Every module: the path that a script imports, and its text.
const MODULES: &[(&str, &str)] = &[
    ("std/signals", include_str!("../../stdlib/signals.rhai")),
    ("std/sizing", include_str!("../../stdlib/sizing.rhai")),
    ("std/portfolio", include_str!("../../stdlib/portfolio.rhai")),
    ("std/risk", include_str!("../../stdlib/risk.rhai")),
    ("std/stats", include_str!("../../stdlib/stats.rhai")),
    ("std/dates", include_str!("../../stdlib/dates.rhai")),
];

/// Returns the text of a module.
pub fn text(path: &str) -> Option<&'static str> {
    MODULES
        .iter()
        .find(|(name, _)| *name == path)
        .map(|(_, text)| *text)
}

/// Returns the paths of all modules.
pub fn names() -> impl Iterator<Item = &'static str> {
    MODULES.iter().map(|(name, _)| *name)
}
