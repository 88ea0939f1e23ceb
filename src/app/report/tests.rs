//! Of the page as a whole.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::*;
use crate::app::report::data::{LogRow, PriceRow};
use crate::app::run::warnings::Warning;

fn fixture() -> ReportData {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/run-fixture");
    ReportData::from_folder(Path::new(folder)).unwrap()
}

/// The text of an element that occurs once.
fn inside<'a>(page: &'a str, open: &str, close: &str) -> &'a str {
    let (_, rest) = page.split_once(open).unwrap();
    rest.split_once(close).unwrap().0
}

/// Decodes base64 the slow way, apart from the encoder under test.
fn decode(text: &str) -> Vec<u8> {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: String = text
        .trim_end_matches('=')
        .chars()
        .map(|letter| letters.find(letter).unwrap())
        .flat_map(|value| (0..6).rev().map(move |bit| (value >> bit) & 1))
        .map(|bit| if bit == 1 { '1' } else { '0' })
        .collect();
    bits.as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}

#[test]
fn the_policy_names_the_hashes_of_style_and_script() {
    let page = render(&fixture());
    let policy = inside(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(
        policy.starts_with("default-src &#39;none&#39;;"),
        "{policy}"
    );
    for (source, open, close) in [
        ("style-src", "<style>", "</style>"),
        ("script-src", "<script>", "</script>"),
    ] {
        let said = inside(policy, &format!("{source} &#39;sha256-"), "&#39;");
        let hash = Sha256::digest(inside(&page, open, close).as_bytes());
        assert_eq!(decode(said), hash.to_vec(), "{source}");
    }
    assert_eq!(page.matches("<style").count(), 1);
    assert_eq!(page.matches("<script").count(), 1);
}

#[test]
fn nothing_is_fetched_and_no_element_has_style_or_handler() {
    let page = render(&fixture());
    let script = inside(&page, "<script>", "</script>");
    let markup = page.replace(script, "");
    for banned in [
        "http:", "https:", "src=", "url(", "@import", " style=", " onclick", " onload", "//",
    ] {
        assert!(!markup.contains(banned), "{banned}");
    }
    // The name of the SVG namespace is no address that is fetched.
    assert_eq!(script.matches("http").count(), 1);
    for banned in ["fetch(", "XMLHttpRequest", "import(", "eval(", "innerHTML"] {
        assert!(!script.contains(banned), "{banned}");
    }
    for link in markup.split("href=\"").skip(1) {
        assert!(
            link.starts_with('#') || link.starts_with("data:,\""),
            "{link:.20}"
        );
    }
}

#[test]
fn hostile_strings_stay_text() {
    const EVIL: &str =
        "</script><script>alert(1)</script><img src=x onerror='a()'>\"&\u{202e}\u{0}";
    let mut data = fixture();
    data.id = EVIL.into();
    data.summary.script = EVIL.into();
    data.summary.symbols = vec![EVIL.into()];
    data.summary.benchmark = Some(EVIL.into());
    data.summary.command = EVIL.into();
    data.summary.version = EVIL.into();
    data.summary.start = EVIL.into();
    data.summary.params.insert(EVIL.into(), EVIL.into());
    data.summary.warnings = vec![Warning {
        code: EVIL.into(),
        text: EVIL.into(),
    }];
    for trade in &mut data.trades {
        (trade.asset, trade.tag, trade.side) = (EVIL.into(), EVIL.into(), EVIL.into());
    }
    for order in &mut data.orders {
        (order.reason, order.status) = (EVIL.into(), EVIL.into());
        order.filled = rust_decimal::Decimal::ZERO;
    }
    for fill in &mut data.fills {
        (fill.asset, fill.side) = (EVIL.into(), EVIL.into());
    }
    for position in &mut data.positions {
        position.asset = EVIL.into();
    }
    let prices: Vec<PriceRow> = data.prices.values().next().unwrap().clone();
    data.prices.insert(EVIL.into(), prices);
    data.recorded.names[0] = EVIL.into();
    data.log.push(LogRow {
        time: EVIL.into(),
        level: EVIL.into(),
        text: EVIL.into(),
    });
    let page = render(&data);
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script").count(), 1);
    assert_eq!(page.matches("<img").count(), 0);
    assert!(!page.contains("onerror='") && !page.contains('\u{202e}') && !page.contains('\0'));
    assert!(page.matches("&lt;script&gt;alert(1)").count() > 20);
}

#[test]
fn the_same_data_give_the_same_bytes() {
    assert_eq!(render(&fixture()), render(&fixture()));
}

#[test]
fn a_run_without_bars_or_trades_still_has_a_page() {
    let mut data = fixture();
    data.equity.clear();
    data.trades.clear();
    data.fills.clear();
    data.orders.clear();
    data.positions.clear();
    data.prices.clear();
    data.benchmark.clear();
    data.log.clear();
    data.recorded = data::Recorded::default();
    data.summary.metrics = crate::core::stats::Metrics::default();
    let page = render(&data);
    assert!(page.contains("The run has no bars."));
    let markup = page.replace(inside(&page, "<script>", "</script>"), "");
    assert!(!markup.contains("NaN") && !markup.contains(">inf"));
}

#[test]
fn long_series_are_thinned() {
    let mut data = fixture();
    let first = data.equity[0];
    data.equity = (0..200_000_u32)
        .map(|minute| {
            let mut row = first;
            row.time =
                first.time + crate::core::model::time::Span::from_seconds(i64::from(minute) * 60);
            row.portfolio_value += f64::from(minute % 977);
            row
        })
        .collect();
    let page = render(&data);
    assert!(page.len() < 700_000, "{}", page.len());
}

#[test]
fn the_months_multiply_to_the_total_return() {
    let data = fixture();
    let daily = data.daily();
    let product = |changes: Vec<f64>| changes.iter().map(|change| 1.0 + change).product::<f64>();
    let months = data::monthly(data.capital(), &daily)
        .into_iter()
        .map(|m| m.1)
        .collect();
    let years = data::yearly(data.capital(), &daily)
        .into_iter()
        .map(|y| y.1)
        .collect();
    let total = 1.0 + data.summary.metrics.total_return.unwrap();
    assert!((product(months) - total).abs() < 1e-9);
    assert!((product(years) - total).abs() < 1e-9);
}

#[test]
fn the_head_of_the_page_reads_like_this() {
    let data = fixture();
    let parts = [
        sections::header(&data),
        sections::warnings(&data, &data.daily()),
        sections::tiles(&data),
        tables::positions(&data),
        tables::failed_orders(&data),
    ];
    insta::assert_snapshot!(parts.concat());
}
