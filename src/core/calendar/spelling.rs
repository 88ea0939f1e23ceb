//! Suggestions for names that are nearly right.

use std::fmt::Write;

/// Returns at most three of `names` that are spelled like `typed`, the closest first. Each name is
/// a spelling to compare with and what to suggest for it; case does not matter.
pub(super) fn closest<'a>(
    typed: &str,
    names: impl Iterator<Item = (&'a str, &'a str)>,
) -> Vec<String> {
    let typed = typed.to_lowercase();
    let mut found: Vec<(usize, &str)> = names
        .filter_map(|(spelling, name)| {
            let distance = strsim::osa_distance(&typed, &spelling.to_lowercase());
            (distance <= typed.chars().count().div_ceil(3)).then_some((distance, name))
        })
        .collect();
    found.sort_unstable();
    let mut names: Vec<String> = Vec::new();
    for (_, name) in found {
        if names.len() < 3 && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Writes candidates as a part of a sentence that stands after the wrong name; empty without any.
pub(super) fn did_you_mean(candidates: &[String]) -> String {
    let mut text = String::new();
    for (i, name) in candidates.iter().enumerate() {
        let before = if i == 0 { " (did you mean " } else { " or " };
        write!(text, "{before}`{name}`").expect("a string takes any text");
    }
    if !candidates.is_empty() {
        text.push_str("?)");
    }
    text
}
