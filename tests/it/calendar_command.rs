//! `calendar` as a person starts it, and the calendars and triggers of a project.

use serde_json::Value;

use crate::support::{Folder, rustybt};

fn project() -> Folder {
    let folder = Folder::new();
    folder.write("rustybt.yaml", "engine: {seed: 1}\n");
    folder.write(
        "calendars/nyse.yaml",
        "calendar: XNYS\nclosed: [2025-06-03]\nopen: [2025-06-07]\nearly_close:\n  2025-06-04: 13:00\nlate_open:\n  2025-06-05: \"10:30\"\n",
    );
    folder.write(
        "calendars/desk.yml",
        "calendar: Desk\nbase: NYSE\nclosed: [2025-06-02]\n",
    );
    folder
}

#[test]
fn a_year_and_an_instant_are_shown() {
    let shown = [
        ["XNYS", "--year", "2024"],
        ["xtks", "--year", "2024"],
        ["cme", "--year", "2001"],
        ["XNYS", "--at", "2024-11-29T17:30:00Z"],
        ["XNYS", "--at", "2024-11-29T18:00:00Z"],
        ["XTKS", "--at", "2024-11-05T03:00:00Z"],
        ["24/7", "--at", "2024-11-05T03:00:00Z"],
        ["XLON", "--year", "2031"],
        ["forex", "--year", "2050"],
    ]
    .map(|args| {
        let ran = rustybt(&[["calendar"].as_slice(), &args].concat());
        format!("$ rustybt calendar {}\n{}", args.join(" "), ran.all())
    });
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn calendars_are_listed_with_what_the_project_has_changed() {
    let folder = project();
    insta::assert_snapshot!(folder.rustybt(&["calendar"]).all());
    assert_eq!(
        folder.rustybt(&["calendar"]).all(),
        folder.rustybt(&["calendar", "--list"]).all()
    );
    let ran = folder.rustybt(&["calendar", "--json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let all = document["data"]["calendars"].as_array().unwrap();
    let own = all.iter().filter(|calendar| calendar["own"] == true);
    let own: Vec<&str> = own.map(|c| c["calendar"].as_str().unwrap()).collect();
    assert_eq!(own, ["XNYS", "Desk"]);
}

#[test]
fn a_wrong_question_is_answered_with_the_right_one() {
    let typed: [&[&str]; 5] = [
        &["calendar", "XNSY"],
        &["calendar", "Timbuktu", "--year", "2024"],
        &["calendar", "--year", "2024"],
        &["calendar", "XNYS", "--year", "99999"],
        &["calendar", "XNYS", "--at", "noon"],
    ];
    let answers =
        typed.map(|args| format!("$ rustybt {}\n{}", args.join(" "), rustybt(args).all()));
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn the_document_has_every_session_of_the_year() {
    let ran = rustybt(&["calendar", "XTKS", "--year", "2024", "--json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["schema"], "rustybt.calendar/1");
    let data = &document["data"];
    let sessions = data["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 245);
    let last = sessions.last().unwrap();
    let text = serde_json::to_string(last).unwrap();
    assert_eq!(
        text,
        r#"{"date":"2024-12-30","open":"2024-12-30T00:00:00Z","close":"2024-12-30T06:30:00Z","break_start":"2024-12-30T02:30:00Z","break_end":"2024-12-30T03:30:00Z"}"#
    );
    assert!(data.get("at").is_none());
    let ran = rustybt(&["calendar", "XNYS", "--at", "2031-01-01T15:00:00Z", "--json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["diagnostics"][0]["code"], "RBT211");
    assert_eq!(document["data"]["year"], 2031);
    assert_eq!(document["data"]["at"]["open"], true);
    assert_eq!(document["data"]["at"]["next_close"], "2031-01-01T21:00:00Z");
    assert_eq!(document["data"]["sessions"][0]["break_start"], Value::Null);
    // Without a year and an instant: those of the clock.
    let ran = rustybt(&["calendar", "24/7", "--json"]);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["data"]["at"]["open"], true);
    assert!(document["data"]["sessions"].as_array().unwrap().len() >= 365);
}

#[test]
fn days_of_the_project_hold_for_the_changed_and_the_new_calendar() {
    let folder = project();
    let sessions = |name: &str| -> Vec<String> {
        let ran = folder.rustybt(&["calendar", name, "--year", "2025", "--json"]);
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        let all = document["data"]["sessions"].as_array().unwrap().iter();
        let june = all.filter(|s| s["date"].as_str().unwrap() < "2025-06-08");
        june.skip_while(|s| s["date"].as_str().unwrap() < "2025-06-01")
            .map(|s| {
                let time = |key: &str| s[key].as_str().unwrap()[11..16].to_owned();
                format!(
                    "{} {} {}",
                    &s["date"].as_str().unwrap()[8..],
                    time("open"),
                    time("close")
                )
            })
            .collect()
    };
    assert_eq!(
        sessions("NYSE"),
        [
            "02 13:30 20:00",
            "04 13:30 17:00",
            "05 14:30 20:00",
            "06 13:30 20:00",
            "07 13:30 20:00"
        ]
    );
    assert_eq!(
        sessions("desk"),
        [
            "04 13:30 17:00",
            "05 14:30 20:00",
            "06 13:30 20:00",
            "07 13:30 20:00"
        ]
    );
    let ran = folder.rustybt(&["config", "check"]);
    assert_eq!(
        ran.stdout,
        "rustybt.yaml, calendars/desk.yml, calendars/nyse.yaml are in order\n"
    );
}

#[test]
fn every_mistake_in_a_calendar_is_told_at_its_place() {
    let files = [
        "",
        "[XNYS]",
        "closed: [2025-06-02]",
        "calendar: XNSY",
        "calendar: XNYS\nclosd: [2025-06-02]\nopen: 2025-06-07\n",
        "calendar: [a]\nclosed: [tomorrow, 2025-02-30]\nearly_close: [2025-06-02]\n",
        "calendar: XNYS\nearly_close:\n  2025-06-01: 13:00\n",
        "calendar: XNYS\nearly_close:\n  2025-06-02: 25:00\n  2025-06-03: 17:00\n",
        "calendar: XNYS\nlate_open:\n  2025-06-03: 17:00\n",
        "calendar: XNYS\nopen: [2025-06-02]\nclosed: [2025-06-02]\n",
        "calendar: nyse\nbase: XLON\n",
        "calendar: Desk\nbase: XNSY\n",
        "calendar: Desk\n",
        "calendar: XNYS\n\tclosed: []\n",
    ];
    let answers = files.map(|text| {
        let folder = Folder::new();
        folder.write("calendars/x.yaml", text);
        format!("{text}\n{}", folder.rustybt(&["config", "check"]).all())
    });
    insta::assert_snapshot!(answers.join("\n"));
}

const SCRIPT: &str = "fn initialize(context) { }\nfn handle_data(context, data) { }\nfn f(context, data) { log_info(\"f at \" + context.now); }\n";

fn bars(dates: &[&str]) -> String {
    let rows = dates
        .iter()
        .map(|date| format!("{date},10,10,10,10,1000\n"));
    format!(
        "timestamp,open,high,low,close,volume\n{}",
        rows.collect::<String>()
    )
}

#[test]
fn a_backtest_takes_days_of_the_project_and_triggers_from_the_configuration() {
    let folder = project();
    folder.write("a.rhai", SCRIPT);
    folder.write(
        "A.csv",
        bars(&[
            "2025-06-02",
            "2025-06-04",
            "2025-06-05",
            "2025-06-06",
            "2025-06-07",
        ]),
    );
    folder.write(
        "rustybt.yaml",
        "schedule:\n  triggers:\n    close: {function: f, time: market_close()}\n    f: {cron: 0 12 * * SAT, zone: UTC}\n    off: {function: f, every: 1h, enabled: false}\n    never: {function: f, date: on_date(\"2025-06-03\")}\n",
    );
    let ran = folder.rustybt(&[
        "backtest",
        "a.rhai",
        "--data",
        "A.csv",
        "--calendar",
        "XNYS",
        "--out",
        "out",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let log = folder.read("out/log.jsonl");
    let lines: Vec<Value> = log
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let text: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["text"].as_str())
        .collect();
    assert_eq!(
        text,
        [
            "schedule `never` never runs: 2025-06-03 is no session of XNYS",
            "f at 2025-06-02T20:00:00Z",
            "f at 2025-06-04T17:00:00Z",
            "f at 2025-06-05T20:00:00Z",
            "f at 2025-06-06T20:00:00Z",
            "f at 2025-06-07T12:00:00Z",
            "f at 2025-06-07T20:00:00Z",
        ]
    );
}

#[test]
fn a_wrong_trigger_is_told_at_its_place() {
    let sections = [
        "f: {function: g}",
        "f: {date: monthly}",
        "f: {time: month_end()}",
        "f: {every: 0s}",
        "f: {every: 1h, time: market_open()}",
        "f: {cron: 61 * * * *}",
        "f: {cron: 0 9 * * MON, zone: Europe/Lundon}",
        "f: {zone: Europe/London}",
        "f: {enabled: maybe}",
        "f: {evry: 1h}",
    ];
    let answers = sections.map(|text| {
        let folder = Folder::new();
        folder.write("a.rhai", SCRIPT);
        folder.write("A.csv", bars(&["2025-06-02", "2025-06-04"]));
        folder.write(
            "rustybt.yaml",
            format!("schedule:\n  triggers:\n    {text}\n"),
        );
        folder
            .rustybt(&["backtest", "a.rhai", "--data", "A.csv", "--no-save"])
            .all()
    });
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn a_run_beyond_the_table_warns() {
    let folder = Folder::new();
    folder.write("a.rhai", SCRIPT);
    folder.write("A.csv", bars(&["2030-12-31", "2031-01-02", "2031-01-03"]));
    let args = [
        "backtest",
        "a.rhai",
        "--data",
        "A.csv",
        "--calendar",
        "XNYS",
        "--no-save",
        "--json",
    ];
    let ran = folder.rustybt(&args);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let warnings = document["data"]["warnings"].as_array().unwrap();
    let found = warnings.iter().find(|w| w["code"] == "RBT211").unwrap();
    assert_eq!(
        found["text"],
        "XNYS is known from 1990-01-01 to 2030-12-31, and 2031-01-03 lies beyond; there every weekday is taken for a session with regular hours"
    );
}

#[test]
fn a_calendar_that_does_not_exist_is_told_where_it_is_named() {
    let folder = project();
    folder.write("a.rhai", SCRIPT);
    folder.write("A.csv", bars(&["2025-06-02", "2025-06-04"]));
    folder.write(
        "rustybt.yaml",
        "data: {calendar: Desc}\nassets:\n  A: {calendar: desk}\n  B: {calendar: XNSY}\n",
    );
    let check = folder.rustybt(&["config", "check"]).all();
    let args = ["backtest", "a.rhai", "--data", "A.csv", "--no-save"];
    folder.write("rustybt.yaml", "assets:\n  A: {calendar: desk}\n");
    let flag = folder.rustybt(&[args.as_slice(), &["--calendar", "XNSY"]].concat());
    insta::assert_snapshot!(format!("{check}\n{}", flag.all()));
    // The new calendar knows the first of the two days as a day off.
    let ran = folder.rustybt(&args);
    assert!(
        ran.stderr
            .contains("1 bars on days without a session of Desk"),
        "{}",
        ran.all()
    );
}
