//! Findings as SARIF 2.1.0 (OASIS, 2020), which code scanning services read.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::app::cli::diagnostic::{Diagnostic, Severity};
use crate::script::check::codes;
use crate::script::edit::Fix;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Returns the log of one run.
pub(super) fn document(diagnostics: &[Diagnostic]) -> Value {
    let rules: Vec<(&str, &str)> = codes().collect();
    let results: Vec<Value> = diagnostics.iter().map(|d| result(d, &rules)).collect();
    let rules: Vec<Value> = rules.iter().map(|(code, text)| rule(code, text)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "rustybt",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &str, text: &str) -> Value {
    let first = text.split_inclusive(". ").next().unwrap_or(text).trim();
    json!({
        "id": code,
        "shortDescription": { "text": first },
        "fullDescription": { "text": text },
        "help": { "text": format!("rustybt check --explain {code}") },
    })
}

fn result(found: &Diagnostic, rules: &[(&str, &str)]) -> Value {
    let level = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut message = found.what.clone();
    for hint in &found.hints {
        message.push_str("\nhint: ");
        message.push_str(hint);
    }
    let code = found.code.as_deref().unwrap_or_default();
    let mut result = json!({
        "ruleId": code,
        "level": level,
        "message": { "text": message },
    });
    if let Some(index) = rules.iter().position(|(known, _)| *known == code) {
        result["ruleIndex"] = json!(index);
    }
    if let Some(place) = &found.place {
        let artifact = json!({ "uri": uri(&place.file) });
        let mut location = json!({ "artifactLocation": artifact });
        if let Some(at) = place.position {
            location["region"] = json!({
                "startLine": at.line,
                "startColumn": at.column,
                "endLine": at.line,
                "endColumn": at.end_column,
            });
        }
        result["locations"] = json!([{ "physicalLocation": location }]);
        if let Some(fix) = &found.fix {
            result["fixes"] = json!([fix_of(fix, &artifact)]);
        }
    }
    result
}

fn fix_of(fix: &Fix, artifact: &Value) -> Value {
    let replacements: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "deletedRegion": {
                    "startLine": edit.line,
                    "startColumn": edit.column,
                    "endLine": edit.end_line,
                    "endColumn": edit.end_column,
                },
                "insertedContent": { "text": edit.text },
            })
        })
        .collect();
    json!({
        "description": { "text": fix.what },
        "artifactChanges": [{ "artifactLocation": artifact, "replacements": replacements }],
    })
}

/// Returns a path as a URI reference (RFC 3986): forward slashes, everything unusual escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _written = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(uri("a b/é%.rhai"), "a%20b/%C3%A9%25.rhai");
        assert_eq!(uri("a\\b.rhai"), "a/b.rhai");
    }
}
