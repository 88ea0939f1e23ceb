//! `${NAME}` in the values of a configuration.
//!
//! Invariants: what is put in is text, never structure, since it happens after the YAML was read; what
//! was put in is not looked at again. Knows nothing of where variables come from.

use std::collections::BTreeMap;

/// A variable that a value needs and that is not there, or a `${` that is not one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SubstituteError {
    /// `${NAME}`, and `NAME` is not set.
    #[error("the environment variable {0} is not set")]
    Missing(String),
    /// `${NAME:?message}`, and `NAME` is not set or empty.
    #[error("the environment variable {name} is not set: {message}")]
    Required {
        /// The variable.
        name: String,
        /// What the file says about it.
        message: String,
    },
    /// Not one of the forms.
    #[error("`{0}` is not a variable")]
    Form(String),
}

impl SubstituteError {
    /// Returns what to do.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing(name) => {
                format!("set it, or give a default: ${{{name}:-value}}")
            }
            Self::Required { name, .. } => format!("set it: export {name}=value"),
            Self::Form(_) => {
                "write ${NAME}, ${NAME:-default} or ${NAME:?message}, and $$ for a dollar"
                    .to_owned()
            }
        }
    }
}

/// Returns `text` with `${NAME}`, `${NAME:-default}` (also where empty), `${NAME:?message}` and `$$`
/// replaced. A `$` before anything else stays.
///
/// # Errors
/// All that is missing, in order.
pub fn substitute(
    text: &str,
    variables: &BTreeMap<String, String>,
) -> Result<String, Vec<SubstituteError>> {
    let mut done = String::with_capacity(text.len());
    let mut errors = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        done.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            done.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let Some((inside, behind)) = after.split_once('}') else {
                errors.push(SubstituteError::Form(format!("${rest}")));
                break;
            };
            match value(inside, variables) {
                Ok(value) => done.push_str(&value),
                Err(error) => errors.push(error),
            }
            rest = behind;
        } else {
            done.push('$');
        }
    }
    done.push_str(rest);
    if errors.is_empty() {
        Ok(done)
    } else {
        Err(errors)
    }
}

/// Returns the value of what stands between the braces.
fn value(inside: &str, variables: &BTreeMap<String, String>) -> Result<String, SubstituteError> {
    let length = inside
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(inside.len());
    let (name, rule) = inside.split_at(length);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(SubstituteError::Form(format!("${{{inside}}}")));
    }
    let found = variables.get(name);
    let filled = found.filter(|value| !value.is_empty());
    if rule.is_empty() {
        return found
            .cloned()
            .ok_or_else(|| SubstituteError::Missing(name.to_owned()));
    }
    if let Some(default) = rule.strip_prefix(":-") {
        return Ok(filled.map_or_else(|| default.to_owned(), Clone::clone));
    }
    if let Some(message) = rule.strip_prefix(":?") {
        return filled.cloned().ok_or_else(|| SubstituteError::Required {
            name: name.to_owned(),
            message: message.to_owned(),
        });
    }
    Err(SubstituteError::Form(format!("${{{inside}}}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, Vec<SubstituteError>> {
        let variables = BTreeMap::from([
            ("CAPITAL".to_owned(), "5000".to_owned()),
            ("EMPTY".to_owned(), String::new()),
            ("NESTED".to_owned(), "${CAPITAL}".to_owned()),
        ]);
        substitute(text, &variables)
    }

    #[test]
    fn each_form_has_its_value() {
        for (text, expected) in [
            ("plain", "plain"),
            ("${CAPITAL}", "5000"),
            ("a-${CAPITAL}-${CAPITAL}", "a-5000-5000"),
            ("${EMPTY}", ""),
            ("${EMPTY:-7}", "7"),
            ("${NOT_THERE:-7}", "7"),
            ("${NOT_THERE:-}", ""),
            ("${CAPITAL:?give it}", "5000"),
            ("$$5 $5 5$ $${CAPITAL}", "$5 $5 5$ ${CAPITAL}"),
            ("${NESTED}", "${CAPITAL}"),
        ] {
            assert_eq!(filled(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn everything_missing_is_reported_at_once() {
        let errors = filled("${A}/${B:?ask the desk}/${1}/${C:+x}/${open").unwrap_err();
        let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "the environment variable A is not set",
                "the environment variable B is not set: ask the desk",
                "`${1}` is not a variable",
                "`${C:+x}` is not a variable",
                "`${open` is not a variable",
            ]
        );
    }
}
