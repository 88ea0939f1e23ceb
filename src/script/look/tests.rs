//! What an editor is told, by example. `|` marks the place.

use std::rc::Rc;
use std::sync::Arc;

use crate::script::look::{Candidate, Look, Script, What};
use crate::script::modules::ReadModule;

const HEAD: &str = "import \"std/sizing\" as sizing;
import \"lib/mine\" as mine;
const FAST = param(\"fast\", 10, 5..=50);
fn initialize(context) { context.asset = symbol(\"A\"); context.rsi = indicator(\"rsi\", context.asset, 14); }
/// Doubles.
fn twice(x) { x * 2 }
";

/// A text with a mark, and the place of the mark.
fn marked(text: &str) -> (Script, usize) {
    let text = format!("{HEAD}{text}");
    let at = text.find('|').unwrap();
    (Script::new(text.replacen('|', "", 1)), at)
}

fn reader() -> ReadModule {
    Rc::new(|path| {
        let text = "//! Mine.\nconst MOST = 3;\n/// Halves.\nfn half(x) { x / 2.0 }\nprivate fn own() {}\n";
        (path == "lib/mine").then(|| Arc::from(text))
    })
}

fn candidates(text: &str) -> Vec<Candidate> {
    let (script, at) = marked(text);
    Look::new(&script, &reader()).complete(at)
}

fn labels(text: &str) -> Vec<String> {
    candidates(text).into_iter().map(|c| c.label).collect()
}

/// Puts a line into a handler.
fn handler(line: &str) -> String {
    format!(
        "fn handle_data(context, data) {{\n    let prices = data.history(context.asset, \"close\", 20, \"1d\");\n    {line}\n}}\n"
    )
}

#[test]
fn after_a_dot_come_the_members_of_the_kind_and_no_others() {
    let cases: [(&str, &[&str], &[&str]); 14] = [
        (
            "prices.|",
            &["mean", "len", "sma", "tail"],
            &["cash", "current"],
        ),
        ("prices.tail(3).|", &["mean"], &["cash"]),
        ("prices[-5..0].me|", &["mean"], &["cash"]),
        (
            "context.|",
            &["asset", "rsi", "portfolio", "now"],
            &["mean"],
        ),
        ("context.rsi.|", &["value", "ready"], &["mean", "cash"]),
        ("context.asset.|", &["symbol", "tick_size"], &["cash"]),
        (
            "context.portfolio.|",
            &["cash", "positions", "holds"],
            &["mean"],
        ),
        (
            "context.portfolio.position(context.asset).|",
            &["amount", "since"],
            &["cash"],
        ),
        ("data.|", &["current", "history"], &["mean"]),
        (
            "let bars = data.history(context.asset, 20, \"1d\"); bars.|",
            &["close", "atr"],
            &["mean"],
        ),
        (
            "for order in open_orders() { order.| }",
            &["filled", "status"],
            &["mean"],
        ),
        ("let all = [1, 2]; all.|", &["push", "sort_desc"], &["cash"]),
        ("(prices / 2.0).|", &["mean"], &["cash"]),
        ("unknown_thing.|", &["mean", "cash", "push_nothing"], &[]),
    ];
    for (line, has, has_not) in cases {
        let found = labels(&handler(line));
        for label in has.iter().filter(|label| !label.ends_with("_nothing")) {
            assert!(
                found.iter().any(|l| l == label),
                "{line}: no {label} in {found:?}"
            );
        }
        for label in has_not {
            assert!(
                !found.iter().any(|l| l == label),
                "{line}: {label} is there"
            );
        }
    }
}

#[test]
fn names_come_with_the_nearest_first() {
    let found = labels(&handler("let near = 1; |"));
    let place = |name: &str| found.iter().position(|label| label == name).unwrap();
    assert_eq!(place("near"), 0);
    assert!(place("prices") < place("FAST"));
    assert!(place("FAST") < place("twice"));
    assert!(place("twice") < place("order_target"));
    assert!(found.contains(&"sizing".to_owned()));
    assert!(!found.contains(&"mean".to_owned()));
    assert!(!found.contains(&"on_reload".to_owned()));
}

#[test]
fn at_the_top_level_handlers_come_whole() {
    let found = candidates("hand|");
    let handler = found.iter().find(|c| c.what == What::Handler).unwrap();
    assert_eq!(handler.label, "before_trading_start");
    assert_eq!(
        handler.snippet,
        "fn before_trading_start(context, data) {\n    $0\n}"
    );
    assert!(
        !found
            .iter()
            .any(|c| c.label == "initialize" && c.what == What::Handler)
    );
    let after_fn = candidates("fn |");
    assert!(
        after_fn
            .iter()
            .all(|c| c.what == What::Handler && !c.snippet.starts_with("fn "))
    );
}

#[test]
fn keys_of_options_come_without_those_that_are_given() {
    assert_eq!(
        labels(&handler("order(context.asset, 5, #{ limit: 1.0, t| });")),
        [
            "stop",
            "trail",
            "trail_percent",
            "tif",
            "tag",
            "reduce_only",
            "post_only"
        ]
    );
    assert_eq!(
        labels(&handler("bracket(context.asset, 5, #{|")),
        ["stop", "target", "entry_limit", "tif", "tag"]
    );
    assert_eq!(
        labels(&handler("schedule(twice, every_day(), #{ |")),
        ["name", "half_days"]
    );
    assert!(labels(&handler("order(context.asset, 5, #{ limit: |")).contains(&"prices".to_owned()));
    assert!(labels(&handler("record(#{ a: 1, |")).is_empty());
}

#[test]
fn texts_are_completed_where_it_is_known_what_they_are() {
    assert!(labels("import \"std/|\" as x;").contains(&"std/signals".to_owned()));
    assert!(labels("import \"std/|").contains(&"std/sizing".to_owned()));
    assert!(labels(&handler("indicator(\"|\")")).contains(&"rsi".to_owned()));
    assert!(labels(&handler("data.current(context.asset, \"|\")")).contains(&"price".to_owned()));
    assert!(
        labels(&handler("data.history(context.asset, \"close\", 5, \"|"))
            .contains(&"15m".to_owned())
    );
    assert_eq!(
        labels(&handler("order(context.asset, 5, #{ tif: \"|\" })")),
        ["gtc", "day", "ioc", "fok"]
    );
    assert!(labels(&handler("log_info(\"|\")")).is_empty());
    assert!(labels(&handler("// prices.|")).is_empty());
}

#[test]
fn a_module_offers_what_importers_see() {
    assert_eq!(labels(&handler("mine::|")), ["half", "MOST"]);
    assert!(labels(&handler("sizing::ke|")).contains(&"kelly".to_owned()));
    assert!(labels(&handler("nothing::|")).is_empty());
}

fn hovered(text: &str) -> String {
    let (script, at) = marked(text);
    Look::new(&script, &reader())
        .hover(at)
        .map(|h| h.words)
        .unwrap_or_default()
}

#[test]
fn a_name_is_explained() {
    let cases = [
        (
            "ord|er_target(context.asset, 5);",
            "order_target(asset, amount [, options]) -> string or ()",
        ),
        ("prices.me|an();", "Series.mean() -> float or ()"),
        ("prices.l|en", "Series.len: int"),
        ("data.hist|ory(context.asset, 5, \"1d\");", "Data.history"),
        ("context.portfolio.ca|sh", "Portfolio.cash: float"),
        ("context.rs|i", "context.rsi: Indicator"),
        ("F|AST", "const FAST: int = param(\"fast\", 10, 5..=50)"),
        ("pri|ces", "let prices: Series = data.history"),
        ("twi|ce(3)", "fn twice(x)\n```\nDoubles."),
        ("mine::ha|lf(3)", "fn mine::half(x)\n```\nHalves."),
        ("mi|ne::half(3)", "Mine.\n\n`half(x)`"),
        ("sizing::kel|ly(0.5, 1.0, 0.5)", "Kelly's fraction"),
        (
            "order(context.asset, 5, #{ ti|f: \"day\" })",
            "How long the order lives",
        ),
        (
            "indicator(\"rs|i\", context.asset, 14)",
            "relative strength index",
        ),
        ("prices.sma_se|ries(5)", "simple moving average"),
        ("[1].pu|sh(2)", "array.push(item)"),
    ];
    for (line, expected) in cases {
        let words = hovered(&handler(line));
        assert!(words.contains(expected), "{line}: {words}");
    }
    assert!(hovered("fn handle|_data(context, data) { }").contains("Called each time bars close"));
    assert_eq!(hovered(&handler("1 +| 2")), "");
    assert_eq!(hovered(&handler("no_such_th|ing(1)")), "");
}

fn defined(text: &str) -> Option<(String, String)> {
    let (script, at) = marked(text);
    let reader = reader();
    let target = Look::new(&script, &reader).definition(at)?;
    let text = if target.module.is_empty() {
        script.text.clone()
    } else {
        crate::script::check::module_text(&target.module, &reader)?
    };
    let line = text[..target.at.start].matches('\n').count();
    Some((target.module, text.lines().nth(line)?.trim().to_owned()))
}

#[test]
fn a_name_leads_to_its_declaration() {
    let cases = [
        ("tw|ice(3)", "", "fn twice(x) { x * 2 }"),
        ("FA|ST + 1", "", "const FAST = param(\"fast\", 10, 5..=50);"),
        ("let near = 1; nea|r + 1", "", "let near = 1; near + 1"),
        (
            "context.rs|i.value",
            "",
            "fn initialize(context) { context.asset",
        ),
        ("mine::ha|lf(1)", "lib/mine", "fn half(x) { x / 2.0 }"),
        (
            "sizing::ke|lly(1)",
            "std/sizing",
            "fn kelly(win, payoff, part) {",
        ),
        ("mi|ne::half(1)", "", "import \"lib/mine\" as mine;"),
        ("schedule(twi|ce, every_day())", "", "fn twice(x) { x * 2 }"),
    ];
    for (line, module, expected) in cases {
        let (found, text) = defined(&handler(line)).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(found, module, "{line}");
        assert!(text.starts_with(expected), "{line}: {text}");
    }
    assert_eq!(defined(&handler("ord|er(1, 2)")), None);
    assert_eq!(
        defined("import \"lib/m|ine\" as again;").unwrap().0,
        "lib/mine"
    );
}

#[test]
fn the_call_at_a_place_is_shown_with_its_argument() {
    let call = |text: &str| {
        let (script, at) = marked(text);
        Look::new(&script, &reader())
            .call(at)
            .map(|c| (c.forms[c.form].0.clone(), c.argument))
    };
    let cases = [
        ("order(|", "order(asset, amount [, options])", 0),
        (
            "order(context.asset, |",
            "order(asset, amount [, options])",
            1,
        ),
        (
            "order(context.asset, 5, #{ limit: |",
            "order(asset, amount [, options])",
            2,
        ),
        (
            "data.history(context.asset, \"close\", 5, |",
            "history(asset, field, count, frequency)",
            3,
        ),
        ("prices.sma(|", "sma(period = 30)", 0),
        ("twice(|", "twice(x)", 0),
        ("mine::half(|", "half(x)", 0),
        ("order(twice(1), |", "order(asset, amount [, options])", 1),
    ];
    for (line, form, argument) in cases {
        assert_eq!(
            call(&handler(line)),
            Some((form.to_owned(), argument)),
            "{line}"
        );
    }
    assert_eq!(call(&handler("let x = 1 + |")), None);
    assert_eq!(call(&handler("if (1 > |")), None);
}

#[test]
fn nothing_panics_wherever_one_looks_in_a_text_that_is_cut_anywhere() {
    let text = format!(
        "{HEAD}{}",
        handler("let x = `a ${prices.mean()} ü`; order(context.asset, #{ a: [1, |y| y] });")
    );
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        let script = Script::new(&text[..end]);
        let reader = reader();
        let look = Look::new(&script, &reader);
        for at in [end, end / 2, end.saturating_sub(3)] {
            if text.is_char_boundary(at) {
                let _seen = (
                    look.complete(at),
                    look.hover(at),
                    look.definition(at),
                    look.call(at),
                );
            }
        }
        let _symbols = look.symbols();
    }
}
