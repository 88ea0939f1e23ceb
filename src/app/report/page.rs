//! The frame of the page: policy, style, script.
//!
//! Invariants: the policy allows the one style and the one script of this file, by SHA-256, and
//! images within the page; no element has a style or a handler of its own.

use sha2::{Digest, Sha256};

use crate::app::report::data::ReportData;
use crate::app::report::svg::tag;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Puts the body's markup into a whole page.
pub fn wrap(data: &ReportData, body: &str) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        sha256_base64(STYLE),
        sha256_base64(SCRIPT)
    );
    let meta = tag("meta").set("http-equiv", "Content-Security-Policy");
    let title = format!("{} {}", data.summary.name(), data.id);
    let head = [
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n".to_owned(),
        meta.set("content", &policy).empty(),
        "\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n".to_owned(),
        "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n"
            .to_owned(),
        tag("title").text(&title),
    ];
    let marks = "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\
        <path id=\"buy\" d=\"M0 2L5 11H-5Z\"/><path id=\"sell\" d=\"M0 -2L5 -11H-5Z\"/></defs></svg>";
    format!(
        "{}\n<style>{STYLE}</style>\n</head>\n<body>\n{marks}\n<main>\n{body}</main>\n{}\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        head.concat(),
        footer(data)
    )
}

fn footer(data: &ReportData) -> String {
    let made = format!(
        "rustybt {}. Past results of a simulation say little about future ones.",
        data.summary.version
    );
    tag("footer").text(&made)
}

pub(in crate::app) fn sha256_base64(text: &str) -> String {
    base64(&Sha256::digest(text.as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let at = |place: usize| u32::from(chunk.get(place).copied().unwrap_or(0));
        let word = at(0) << 16 | at(1) << 8 | at(2);
        for letter in 0..4 {
            if letter <= chunk.len() {
                let index = (word >> (18 - 6 * letter)) & 63;
                out.push(char::from(LETTERS[index as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_matches_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        // SHA-256 of nothing, as browsers print it in their reports.
        assert_eq!(
            sha256_base64(""),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }
}
