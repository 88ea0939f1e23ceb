//! `lsp --stdio`, spoken with as an editor speaks: real messages over real pipes.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Folder, root};

/// How long a server may think before the test has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server, and the editor's end of its pipes.
struct Editor {
    server: Child,
    input: Option<ChildStdin>,
    /// What the server says, read by a thread of its own so that a silent server fails the test.
    output: Receiver<Value>,
    reader: Option<JoinHandle<()>>,
    /// Notifications that came while an answer was awaited.
    notices: VecDeque<Value>,
    next_id: i64,
}

fn framed(message: &Value) -> Vec<u8> {
    let body = message.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Reads a message; `None` at the end of the stream. Anything but messages is a failure.
fn read_message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).unwrap() == 0 {
            assert_eq!(length, None, "the stream ends inside a message");
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => {
                let value = header.strip_prefix("Content-Length: ");
                length = Some(value.expect("nothing but messages").parse().unwrap());
            }
        }
    }
    let mut body = vec![0; length.unwrap()];
    output.read_exact(&mut body).unwrap();
    Some(serde_json::from_slice(&body).unwrap())
}

impl Editor {
    fn start(folder: &Folder) -> Self {
        let mut server = folder
            .command(&["lsp", "--stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(server.stdout.take().unwrap());
        let (sender, output) = mpsc::channel();
        let reader = thread::spawn(move || {
            while let Some(message) = read_message(&mut stdout) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self {
            input: server.stdin.take(),
            output,
            reader: Some(reader),
            server,
            notices: VecDeque::new(),
            next_id: 1,
        }
    }

    /// Starts and shakes hands.
    fn open(folder: &Folder, capabilities: &Value) -> Self {
        let mut editor = Self::start(folder);
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        editor.ask("initialize", &params);
        editor.tell("initialized", &json!({}));
        editor
    }

    fn send(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn read(&mut self) -> Value {
        let message = self.output.recv_timeout(PATIENCE);
        let message = message.expect("the server answers while it runs");
        assert_eq!(message["jsonrpc"], "2.0");
        message
    }

    /// Reads up to the next answer; notifications are kept.
    fn answer(&mut self) -> Value {
        loop {
            let message = self.read();
            if message.get("method").is_none() {
                return message;
            }
            self.notices.push_back(message);
        }
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
    }

    /// Sends a request and returns the whole answer.
    fn call(&mut self, method: &str, params: &Value) -> Value {
        let request = self.request(method, params);
        self.send(&framed(&request));
        let answer = self.answer();
        assert_eq!(answer["id"], request["id"]);
        answer
    }

    /// Sends a request that must succeed and returns its result.
    fn ask(&mut self, method: &str, params: &Value) -> Value {
        let answer = self.call(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&framed(
            &json!({ "jsonrpc": "2.0", "method": method, "params": params }),
        ));
    }

    fn open_text(&mut self, uri: &str, text: &str) -> Value {
        let document = json!({ "uri": uri, "languageId": "rhai", "version": 1, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        self.published(uri)
    }

    fn change(&mut self, uri: &str, version: i64, changes: &Value) {
        let params = json!({
            "textDocument": { "uri": uri, "version": version },
            "contentChanges": changes,
        });
        self.tell("textDocument/didChange", &params);
    }

    /// Returns the next diagnostics of a document; those of others are kept.
    fn published(&mut self, uri: &str) -> Value {
        loop {
            let is_it = |notice: &Value| notice["params"]["uri"] == uri;
            if let Some(at) = self.notices.iter().position(is_it) {
                let message = self.notices.remove(at).unwrap();
                assert_eq!(
                    message["method"], "textDocument/publishDiagnostics",
                    "{message}"
                );
                return message["params"].clone();
            }
            let message = self.read();
            self.notices.push_back(message);
        }
    }

    fn at(&mut self, method: &str, uri: &str, line: u32, character: u32) -> Value {
        let params = json!({
            "textDocument": { "uri": uri },
            "position": { "line": line, "character": character },
        });
        self.ask(method, &params)
    }

    fn labels(&mut self, uri: &str, line: u32, character: u32) -> Vec<String> {
        let found = self.at("textDocument/completion", uri, line, character);
        let items = found["items"].as_array().unwrap().iter();
        items
            .map(|item| item["label"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Closes the pipe, waits, and returns the exit code; nothing may be left on standard output.
    fn end(mut self) -> Option<i32> {
        self.input = None;
        let code = self.server.wait().unwrap().code();
        let reader = self.reader.take().unwrap();
        reader
            .join()
            .expect("the server writes nothing but messages");
        code
    }

    /// Says goodbye.
    fn goodbye(mut self) {
        assert_eq!(self.ask("shutdown", &Value::Null), Value::Null);
        self.tell("exit", &Value::Null);
        assert_eq!(self.end(), Some(0));
    }
}

fn uri_of(folder: &Folder, name: &str) -> String {
    format!("file://{}", folder.path().join(name).display()).replace(' ', "%20")
}

const SCRIPT: &str = "import \"lib/mine\" as mine;
import \"std/sizing\" as sizing;
const FAST = param(\"fast\", 10, 5..=50);
fn initialize(context) {
    context.asset = symbol(\"A\");
}
fn handle_data(context, data) {
    let prices = data.history(context.asset, \"close\", FAST, \"1d\");
    let ratio = mine::half(prices.last() ?? 0.0) * sizing::kelly(0.5, 1.0, 0.5);
    order(context.asset, ratio);
}
";

fn project() -> Folder {
    let folder = Folder::new();
    folder.write(
        "lib/mine.rhai",
        "// ünë 😀\n/// Halves.\nfn half(x) { x / 2.0 }\n",
    );
    folder.write("a.rhai", SCRIPT);
    folder
}

#[test]
fn the_handshake_says_what_the_server_can_and_the_exit_code_what_was_asked() {
    let folder = Folder::new();
    let mut editor = Editor::start(&folder);
    let early = editor.call("textDocument/hover", &json!({}));
    assert_eq!(early["error"]["code"], -32002);
    let capabilities = json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } });
    let answer = editor.ask("initialize", &json!({ "capabilities": capabilities }));
    let can = &answer["capabilities"];
    assert_eq!(can["positionEncoding"], "utf-8");
    assert_eq!(can["textDocumentSync"]["change"], 2);
    for provider in [
        "hoverProvider",
        "definitionProvider",
        "documentSymbolProvider",
    ] {
        assert_eq!(can[provider], true, "{provider}");
    }
    assert!(can["completionProvider"].is_object() && can["signatureHelpProvider"].is_object());
    assert_eq!(answer["serverInfo"]["name"], "rustybt");
    let twice = editor.call("initialize", &json!({}));
    assert_eq!(twice["error"]["code"], -32600);
    assert_eq!(editor.ask("shutdown", &Value::Null), Value::Null);
    let late = editor.call("textDocument/hover", &json!({}));
    assert_eq!(late["error"]["code"], -32600);
    editor.tell("exit", &Value::Null);
    assert_eq!(editor.end(), Some(0));

    let mut rude = Editor::open(&folder, &json!({}));
    rude.tell("exit", &Value::Null);
    assert_eq!(rude.end(), Some(1));
    assert_eq!(
        Editor::open(&folder, &json!({})).end(),
        Some(1),
        "the pipe was closed"
    );
}

#[test]
fn findings_come_with_code_severity_whole_span_and_hint_and_go_when_they_are_mended() {
    let folder = project();
    let uri = uri_of(&folder, "a.rhai");
    let mut editor = Editor::open(&folder, &json!({}));
    assert_eq!(editor.open_text(&uri, SCRIPT)["diagnostics"], json!([]));

    // `/* 😀 */` is 8 columns in UTF-16 and 7 characters; the finding stands behind it.
    let insert = json!({ "line": 9, "character": 4 });
    let edits = json!([
        { "range": { "start": insert, "end": insert }, "text": "/* 😀 */ odrer(1, 1 / 3); " },
    ]);
    editor.change(&uri, 2, &edits);
    let published = editor.published(&uri);
    assert_eq!(published["version"], 2);
    let found = published["diagnostics"].as_array().unwrap();
    assert_eq!(found.len(), 2, "{published}");
    assert_eq!(found[0]["code"], "RBT101");
    assert_eq!(found[0]["severity"], 1);
    assert_eq!(found[0]["source"], "rustybt");
    let message = found[0]["message"].as_str().unwrap();
    let start = "unknown function `odrer`\nhint: did you mean `order(asset, amount [, options])`?";
    assert!(message.starts_with(start), "{message}");
    let span =
        json!({ "start": { "line": 9, "character": 13 }, "end": { "line": 9, "character": 18 } });
    assert_eq!(found[0]["range"], span);
    assert_eq!(found[1]["code"], "RBT120");
    assert_eq!(found[1]["severity"], 2);
    let explained = found[1]["data"]["explanation"].as_str().unwrap();
    assert!(explained.contains("drops the fraction"), "{explained}");
    let hover = editor.at("textDocument/hover", &uri, 9, 14);
    let words = hover["contents"]["value"].as_str().unwrap();
    assert!(words.contains("**RBT101**"), "{words}");

    // Two changes in one message, the second in the text that the first leaves.
    let edits = json!([
        { "range": { "start": { "line": 9, "character": 4 }, "end": { "line": 9, "character": 30 } }, "text": "" },
        { "range": { "start": { "line": 9, "character": 4 }, "end": { "line": 9, "character": 4 } }, "text": "/* fine */ " },
    ]);
    editor.change(&uri, 3, &edits);
    assert_eq!(editor.published(&uri)["diagnostics"], json!([]));
    editor.change(
        &uri,
        4,
        &json!([{ "text": "fn handle_data(context, data) { let = ; }" }]),
    );
    let published = editor.published(&uri);
    assert_eq!(published["diagnostics"][0]["code"], "RBT001", "{published}");

    editor.tell(
        "textDocument/didClose",
        &json!({ "textDocument": { "uri": uri } }),
    );
    assert_eq!(editor.published(&uri)["diagnostics"], json!([]));
    editor.goodbye();
}

#[test]
fn a_finding_with_a_cure_offers_it_and_the_project_says_which_findings_count() {
    let folder = project();
    let uri = uri_of(&folder, "a.rhai");
    let mut editor = Editor::open(&folder, &json!({}));
    let text = SCRIPT.replace("    order(", "    /* 😀 */ odrer(");
    let found = editor.open_text(&uri, &text)["diagnostics"][0].clone();
    let params = json!({
        "textDocument": { "uri": uri },
        "range": found["range"],
        "context": { "diagnostics": [found] },
    });
    let actions = editor.ask("textDocument/codeAction", &params);
    assert_eq!(actions[0]["kind"], "quickfix", "{actions}");
    assert_eq!(actions[0]["diagnostics"][0], found);
    let edits = actions[0]["edit"]["changes"][&uri].clone();
    assert_eq!(edits[0]["newText"], "order");
    assert_eq!(edits[0]["range"], found["range"]);
    let edit = json!([{ "range": edits[0]["range"], "text": edits[0]["newText"] }]);
    editor.change(&uri, 2, &edit);
    assert_eq!(editor.published(&uri)["diagnostics"], json!([]));
    let elsewhere = json!({
        "textDocument": { "uri": uri },
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } },
    });
    assert_eq!(editor.ask("textDocument/codeAction", &elsewhere), json!([]));

    let division = SCRIPT.replace("ratio)", "ratio + 1 / 3)");
    editor.change(&uri, 3, &json!([{ "text": division }]));
    assert_eq!(editor.published(&uri)["diagnostics"][0]["severity"], 2);
    folder.write("rustybt.yaml", "check:\n  RBT120: off\n");
    editor.tell(
        "textDocument/didSave",
        &json!({ "textDocument": { "uri": uri } }),
    );
    assert_eq!(editor.published(&uri)["diagnostics"], json!([]));
    editor.goodbye();
}

#[test]
fn a_module_is_read_from_the_editor_where_it_is_open_and_from_its_file_where_not() {
    let folder = project();
    let (script, module) = (uri_of(&folder, "a.rhai"), uri_of(&folder, "lib/mine.rhai"));
    let mut editor = Editor::open(&folder, &json!({}));
    assert_eq!(editor.open_text(&script, SCRIPT)["diagnostics"], json!([]));
    // In the editor the module has another function and a mistake.
    let text = "fn third(x) { x / 3.0 + nothing(1) }\n";
    let own = editor.open_text(&module, text);
    assert_eq!(own["diagnostics"].as_array().unwrap().len(), 1, "{own}");
    let found = editor.published(&script);
    let codes: Vec<_> = found["diagnostics"].as_array().unwrap().iter().collect();
    assert_eq!(codes.len(), 2, "{found}");
    let of_module = codes
        .iter()
        .find(|d| d["message"].as_str().unwrap().starts_with("in lib/mine: "))
        .unwrap();
    assert_eq!(
        of_module["range"]["start"],
        json!({ "line": 0, "character": 7 })
    );
    let related = &of_module["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], module);
    assert_eq!(
        related["location"]["range"]["start"],
        json!({ "line": 0, "character": 24 })
    );
    // Closed, the file counts again.
    editor.tell(
        "textDocument/didClose",
        &json!({ "textDocument": { "uri": module } }),
    );
    assert_eq!(editor.published(&script)["diagnostics"], json!([]));
    // And a change on disk is seen when the editor tells of it.
    folder.write("lib/mine.rhai", "fn other() {}");
    editor.tell("workspace/didChangeWatchedFiles", &json!({ "changes": [] }));
    assert_eq!(
        editor.published(&script)["diagnostics"][0]["code"],
        "RBT101"
    );
    editor.goodbye();
}

#[test]
fn names_are_completed_while_the_text_cannot_be_parsed() {
    let folder = project();
    let uri = uri_of(&folder, "a.rhai");
    let snippets = json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
    let mut editor = Editor::open(&folder, &snippets);
    let text = format!(
        "{SCRIPT}fn on_order_fill(context, order, fill) {{\n    let größe = 1; /* 😀 */ order.\n    mine::\n    context.\n    order(context.asset, 5, #{{ \n"
    );
    editor.open_text(&uri, &text);
    let line = 12;
    let fields = editor.labels(&uri, line, 34);
    assert!(fields.contains(&"average_price".to_owned()), "{fields:?}");
    assert!(!fields.contains(&"mean".to_owned()));
    assert_eq!(editor.labels(&uri, line + 1, 10), ["half"]);
    assert!(
        editor
            .labels(&uri, line + 2, 12)
            .contains(&"asset".to_owned())
    );
    let keys = editor.labels(&uri, line + 3, 31);
    assert_eq!(keys[..2], ["limit", "stop"], "{keys:?}");

    let all = editor.at("textDocument/completion", &uri, 9, 6);
    let item = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|i| i["label"] == "order")
        .unwrap()
        .clone();
    assert_eq!(item["insertTextFormat"], 2);
    assert_eq!(
        item["textEdit"]["newText"],
        "order(${1:asset}, ${2:amount})$0"
    );
    let span =
        json!({ "start": { "line": 9, "character": 4 }, "end": { "line": 9, "character": 9 } });
    assert_eq!(item["textEdit"]["range"], span);
    assert_eq!(item["documentation"]["kind"], "markdown");
    editor.goodbye();

    let mut plain = Editor::open(&folder, &json!({}));
    plain.open_text(&uri, SCRIPT);
    let all = plain.at("textDocument/completion", &uri, 9, 6);
    let item = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|i| i["label"] == "order")
        .unwrap()
        .clone();
    assert_eq!(item["textEdit"]["newText"], "order");
    assert!(item.get("insertTextFormat").is_none());
    plain.goodbye();
}

#[test]
fn names_are_explained_and_lead_to_where_they_are_declared() {
    let folder = project();
    let uri = uri_of(&folder, "a.rhai");
    let hierarchical = json!({ "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } });
    let mut editor = Editor::open(&folder, &hierarchical);
    editor.open_text(&uri, SCRIPT);
    let mut words = |line, character| {
        let hover = editor.at("textDocument/hover", &uri, line, character);
        hover["contents"]["value"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert!(words(7, 23).contains("Data.history(asset, field, count, frequency) -> Series"));
    assert!(words(7, 56).contains("const FAST: int = param(\"fast\", 10, 5..=50)"));
    assert!(words(8, 23).contains("Halves."));
    assert!(words(1, 12).contains("kelly("));
    assert_eq!(words(10, 0), "");

    let half = editor.at("textDocument/definition", &uri, 8, 23);
    assert_eq!(half["uri"], uri_of(&folder, "lib/mine.rhai"));
    assert_eq!(half["range"]["start"], json!({ "line": 2, "character": 3 }));
    let fast = editor.at("textDocument/definition", &uri, 7, 56);
    assert_eq!(fast["uri"], uri);
    assert_eq!(fast["range"]["start"], json!({ "line": 2, "character": 6 }));
    let ratio = editor.at("textDocument/definition", &uri, 9, 27);
    assert_eq!(
        ratio["range"]["start"],
        json!({ "line": 8, "character": 8 })
    );
    assert_eq!(
        editor.at("textDocument/definition", &uri, 1, 12),
        Value::Null
    );

    let help = editor.at("textDocument/signatureHelp", &uri, 9, 25);
    assert_eq!(
        help["signatures"][0]["label"],
        "order(asset, amount [, options])"
    );
    assert_eq!(help["activeParameter"], 1);
    assert_eq!(help["signatures"][0]["parameters"][1]["label"], "amount");
    assert_eq!(
        editor.at("textDocument/signatureHelp", &uri, 10, 0),
        Value::Null
    );

    let symbols = editor.ask(
        "textDocument/documentSymbol",
        &json!({ "textDocument": { "uri": uri } }),
    );
    let names: Vec<_> = symbols
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["mine", "sizing", "FAST", "initialize", "handle_data"]
    );
    assert_eq!(
        symbols[4]["range"]["end"],
        json!({ "line": 10, "character": 1 })
    );
    editor.goodbye();
}

#[test]
fn what_is_wrong_is_answered_and_the_next_message_is_read() {
    let folder = project();
    let uri = uri_of(&folder, "a.rhai");
    let mut editor = Editor::open(&folder, &json!({}));
    let code = |answer: &Value| answer["error"]["code"].as_i64();
    assert_eq!(
        code(&editor.call("textDocument/rename", &json!({}))),
        Some(-32601)
    );
    assert_eq!(code(&editor.call("$/unknown", &json!({}))), Some(-32601));
    assert_eq!(
        code(&editor.call("textDocument/hover", &json!({}))),
        Some(-32602)
    );
    let closed =
        json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 0 } });
    assert_eq!(
        code(&editor.call("textDocument/hover", &closed)),
        Some(-32602)
    );
    editor.open_text(&uri, SCRIPT);
    let no_place = json!({ "textDocument": { "uri": uri }, "position": { "line": "x" } });
    assert_eq!(
        code(&editor.call("textDocument/completion", &no_place)),
        Some(-32602)
    );
    editor.send(b"Content-Length: 5\r\n\r\n{\"a\":");
    assert_eq!(code(&editor.answer()), Some(-32700));
    editor.send(b"Content-Type: nonsense\r\n\r\n");
    assert_eq!(code(&editor.answer()), Some(-32700));
    editor.send(&framed(&json!([1, 2])));
    assert_eq!(code(&editor.answer()), Some(-32600));
    // Nobody asked for these; they are passed over.
    editor.tell("$/setTrace", &json!({ "value": "off" }));
    editor.tell(
        "textDocument/didChange",
        &json!({ "textDocument": { "uri": "file:///never/opened" } }),
    );
    editor.send(&framed(
        &json!({ "jsonrpc": "2.0", "id": 7, "result": null }),
    ));
    editor.change(
        &uri,
        2,
        &json!([{ "range": { "start": 5 }, "text": "x" }, {}]),
    );
    assert_eq!(editor.published(&uri)["version"], 2);
    let beyond = editor.at("textDocument/hover", &uri, 4_000_000, 9);
    assert_eq!(beyond, Value::Null);
    editor.goodbye();
}

#[test]
fn a_request_that_is_canceled_before_its_turn_is_not_worked_on() {
    let folder = project();
    let uri = uri_of(&folder, "a.rhai");
    let mut editor = Editor::open(&folder, &json!({}));
    editor.open_text(&uri, SCRIPT);
    let place =
        json!({ "textDocument": { "uri": uri }, "position": { "line": 7, "character": 23 } });
    let first = editor.request("textDocument/hover", &place);
    let second = editor.request("textDocument/hover", &place);
    let cancel =
        json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": second["id"] } });
    // One write, far shorter than a pipe takes at once: all of it is there when the first is read.
    let mut bytes = framed(&first);
    bytes.extend(framed(&second));
    bytes.extend(framed(&cancel));
    editor.send(&bytes);
    let answer = editor.answer();
    assert_eq!(answer["id"], first["id"]);
    assert!(answer["result"].is_object());
    let answer = editor.answer();
    assert_eq!(answer["id"], second["id"]);
    assert_eq!(answer["error"]["code"], -32800);
    editor.goodbye();
}

#[test]
fn texts_without_a_file_and_large_ones_are_served_too() {
    let folder = Folder::new();
    let mut editor = Editor::open(&folder, &json!({}));
    let untitled = "untitled:Untitled-1";
    let found = editor.open_text(
        untitled,
        "import \"lib/x\" as x;\nfn handle_data(context, data) { x::f(); }",
    );
    assert_eq!(found["diagnostics"][0]["code"], "RBT104", "{found}");
    let lines = (0..5_000)
        .map(|line| format!("    let v{line} = data.current(context.asset, \"close\"); // ü\n"));
    let mut large = format!(
        "fn handle_data(context, data) {{\n{}",
        lines.collect::<String>()
    );
    large.push_str("    context.\n");
    let uri = uri_of(&folder, "large one.rhai");
    let found = editor.open_text(&uri, &large);
    assert_eq!(found["diagnostics"][0]["code"], "RBT001");
    assert!(
        editor
            .labels(&uri, 5_001, 12)
            .contains(&"portfolio".to_owned())
    );
    assert!(editor.labels(&uri, 5_000, 4).contains(&"v4998".to_owned()));
    editor.goodbye();
}

#[test]
fn the_scripts_that_ship_are_without_findings_in_an_editor() {
    let folder = Folder::new();
    let mut editor = Editor::open(&folder, &json!({}));
    for name in [
        "scripts/sma_cross.rhai",
        "scripts/momentum.rhai",
        "stdlib/sizing.rhai",
    ] {
        let path = root().join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        let found = editor.open_text(&format!("file://{}", path.display()), &text);
        assert_eq!(found["diagnostics"], json!([]), "{name}");
    }
    editor.goodbye();
}
