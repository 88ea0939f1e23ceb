//! The documentation as pages: an index, one page a subject, the standard library, options, codes.
//!
//! Invariants: the pages load nothing from anywhere, each holds its style and its script, and they read
//! well without the script; the same program writes the same bytes; every link leads somewhere (a test
//! holds it).

use std::fmt::Write;

use crate::app::doc::beyond::{library, meanings, modules, takers};
use crate::app::report::page::sha256_base64;
use crate::script::api::docs::{self, Doc, OPTION_KEYS, title};
use crate::script::check;

const STYLE: &str = include_str!("site.css");
const SCRIPT: &str = include_str!("site.js");

/// Something with a place of its own on a page.
struct Item {
    anchor: String,
    title: String,
    /// What a search looks at: the name.
    name: String,
    /// Its first sentence.
    brief: String,
    body: String,
}

struct Page {
    file: String,
    title: String,
    intro: String,
    items: Vec<Item>,
}

/// Returns all pages: names of files with their texts.
pub fn pages() -> Vec<(String, String)> {
    let mut pages: Vec<Page> = docs::subjects().map(of_subject).collect();
    pages.push(standard_library());
    pages.push(options());
    pages.push(code_page());
    let mut written = vec![("index.html".to_owned(), index(&pages))];
    for page in &pages {
        written.push((
            page.file.clone(),
            whole(&pages, &page.file, &page.title, &body(page)),
        ));
    }
    written
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Makes a word of letters, digits and hyphens of any text.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

fn file_of(subject: &str) -> String {
    format!("{}.html", slug(subject))
}

/// Returns the place of a method, field or function; all forms of a function share it.
fn anchor(doc: &Doc) -> String {
    let kind = if doc.is_field { "-field" } else { "" };
    let receiver = if doc.receiver.is_empty() {
        String::new()
    } else {
        format!("{}-", doc.receiver)
    };
    slug(&format!("{receiver}{}{kind}", doc.name))
}

fn brief(text: &str) -> String {
    text.split(". ")
        .next()
        .unwrap_or("")
        .trim_end_matches('.')
        .to_owned()
}

fn of_subject(subject: &str) -> Page {
    let mut items: Vec<Item> = Vec::new();
    for doc in docs::all().iter().filter(|doc| doc.subject == subject) {
        let anchor = anchor(doc);
        let body = form(doc);
        match items.iter_mut().find(|item| item.anchor == anchor) {
            Some(item) => item.body.push_str(&body),
            None => items.push(Item {
                title: if doc.receiver.is_empty() {
                    doc.name.to_owned()
                } else {
                    format!("{}.{}", doc.receiver, doc.name)
                },
                name: doc.name.to_owned(),
                brief: brief(&doc.text),
                anchor,
                body,
            }),
        }
    }
    Page {
        file: file_of(subject),
        title: subject.to_owned(),
        intro: String::new(),
        items,
    }
}

/// Writes one form of a function, or a field.
fn form(doc: &Doc) -> String {
    let returns = doc.returns();
    let arrow = if doc.is_field || returns == "()" {
        String::new()
    } else {
        format!(" → {returns}")
    };
    let mut text = format!(
        "<p class=\"form\"><code>{}</code></p>\n<p>{}</p>\n",
        escape(&format!("{}{arrow}", title(doc))),
        escape(&doc.text)
    );
    let parameters = doc.parameters();
    if !parameters.is_empty() && doc.subject != "Handlers" {
        text.push_str("<ul class=\"parameters\">\n");
        for parameter in parameters {
            let told = parameter.told();
            let rest = told.strip_prefix(&parameter.name).unwrap_or(&told);
            let _infallible = writeln!(
                text,
                "<li><code>{}</code>{}</li>",
                escape(&parameter.name),
                escape(rest)
            );
        }
        text.push_str("</ul>\n");
    }
    if !doc.example.is_empty() {
        let _infallible = writeln!(
            text,
            "<pre tabindex=\"0\"><code>{}</code></pre>",
            escape(&doc.example)
        );
    }
    let links: Vec<String> = doc.see_also().into_iter().filter_map(link).collect();
    if !links.is_empty() {
        let _infallible = writeln!(text, "<p class=\"near\">See also {}.</p>", links.join(", "));
    }
    text
}

/// Returns a link to a function.
fn link(name: &str) -> Option<String> {
    let doc = docs::find(name).into_iter().find(|doc| !doc.is_field)?;
    Some(format!(
        "<a href=\"{}#{}\"><code>{}</code></a>",
        file_of(doc.subject),
        anchor(doc),
        escape(name)
    ))
}

fn standard_library() -> Page {
    let mut items = Vec::new();
    for found in library() {
        let short = found.module.trim_start_matches("std/");
        let anchor = slug(&format!("{}-{}", found.module, found.name));
        // Another form of the same function stands with it.
        if let Some(same) = items
            .iter_mut()
            .find(|item: &&mut Item| item.anchor == anchor)
        {
            let _infallible = write!(
                same.body,
                "<p class=\"form\"><code>{short}::{}</code></p>\n<p>{}</p>\n",
                escape(&found.signature),
                escape(&found.text)
            );
            continue;
        }
        items.push(Item {
            anchor,
            title: format!("{}.{}", found.module, found.name),
            name: found.name.clone(),
            brief: brief(&found.text),
            body: format!(
                "<p class=\"form\"><code>{short}::{}</code></p>\n<p>{}</p>\n<pre tabindex=\"0\"><code>import \"{}\" as {short};</code></pre>\n",
                escape(&found.signature),
                escape(&found.text),
                found.module
            ),
        });
    }
    let told: Vec<String> = modules()
        .iter()
        .map(|(name, words)| format!("<dt><code>{name}</code></dt><dd>{}</dd>", escape(words)))
        .collect();
    Page {
        file: "standard-library.html".to_owned(),
        title: "Standard library".to_owned(),
        intro: format!(
            "<p>Modules written in Rhai that ship inside the program.</p>\n<dl>{}</dl>\n",
            told.join("\n")
        ),
        items,
    }
}

fn options() -> Page {
    let items = OPTION_KEYS.iter().map(|key| {
        let links: Vec<String> = takers(key.name).into_iter().filter_map(link).collect();
        Item {
            anchor: slug(key.name),
            title: key.name.to_owned(),
            name: key.name.to_owned(),
            brief: brief(key.text),
            body: format!(
                "<p class=\"form\"><code>#{{ {}: {} }}</code></p>\n<p>{}</p>\n<p class=\"near\">Known to {}.</p>\n",
                key.name,
                key.kind,
                escape(key.text),
                links.join(", ")
            ),
        }
    });
    Page {
        file: "options.html".to_owned(),
        title: "Options".to_owned(),
        intro: "<p>Keys of the maps that some functions take last. A key that is not known is an error.</p>\n".to_owned(),
        items: items.collect(),
    }
}

fn code_page() -> Page {
    let items = meanings().into_iter().map(|(code, text)| Item {
        anchor: slug(code),
        title: code.to_owned(),
        name: code.to_owned(),
        brief: brief(text),
        body: format!("<p>{}</p>\n{}", escape(text), examples(code)),
    });
    Page {
        file: "codes.html".to_owned(),
        title: "Codes".to_owned(),
        intro: "<p>What the codes of findings, errors and warnings mean.</p>\n".to_owned(),
        items: items.collect(),
    }
}

/// Writes a script with the fault of a code, and one without.
fn examples(code: &str) -> String {
    let mut text = String::new();
    let Some(meaning) = check::meanings().find(|meaning| meaning.code == code) else {
        return text;
    };
    for (title, script) in [("Wrong", meaning.wrong), ("Right", meaning.right)] {
        if !script.is_empty() {
            let script = escape(script.trim_end());
            let _infallible = write!(
                text,
                "<p>{title}:</p>\n<pre tabindex=\"0\"><code>{script}</code></pre>\n"
            );
        }
    }
    text
}

fn body(page: &Page) -> String {
    let mut text = format!(
        "<h1>{}</h1>\n{}<ul class=\"toc\">\n",
        escape(&page.title),
        page.intro
    );
    for item in &page.items {
        let _infallible = writeln!(
            text,
            "<li><a href=\"#{}\"><code>{}</code></a></li>",
            item.anchor,
            escape(&item.title)
        );
    }
    text.push_str("</ul>\n");
    for item in &page.items {
        let _infallible = write!(
            text,
            "<section id=\"{}\">\n<h2><a href=\"#{}\"><code>{}</code></a></h2>\n{}</section>\n",
            item.anchor,
            item.anchor,
            escape(&item.title),
            item.body
        );
    }
    text
}

/// Writes the first page: what there is, and a search over it.
fn index(pages: &[Page]) -> String {
    let mut text = String::from(
        "<h1>What a strategy can call</h1>\n<p class=\"search\" hidden><label for=\"wanted\">Search</label>\
         <input id=\"wanted\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\">\
         <output id=\"count\" for=\"wanted\"></output></p>\n",
    );
    for page in pages {
        let _infallible = write!(
            text,
            "<section class=\"group\">\n<h2><a href=\"{}\">{}</a></h2>\n<dl>\n",
            page.file,
            escape(&page.title)
        );
        for item in &page.items {
            let _infallible = writeln!(
                text,
                "<div data-name=\"{}\"><dt><a href=\"{}#{}\"><code>{}</code></a></dt><dd>{}</dd></div>",
                escape(&item.name.to_lowercase()),
                page.file,
                item.anchor,
                escape(&item.title),
                escape(&item.brief)
            );
        }
        text.push_str("</dl>\n</section>\n");
    }
    whole(pages, "index.html", "What a strategy can call", &text)
}

/// Writes a page around its body.
fn whole(pages: &[Page], file: &str, title: &str, body: &str) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        sha256_base64(STYLE),
        sha256_base64(SCRIPT)
    );
    let mut links = String::new();
    let all = std::iter::once(("index.html", "Overview"))
        .chain(pages.iter().map(|p| (&*p.file, &*p.title)));
    for (to, name) in all {
        let here = if to == file {
            " aria-current=\"page\""
        } else {
            ""
        };
        let _infallible = writeln!(
            links,
            "<li><a href=\"{to}\"{here}>{}</a></li>",
            escape(name)
        );
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{} · rustybt</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#content\">To the content</a>\n\
         <nav aria-label=\"Pages\"><details open><summary>rustybt {}</summary>\n<ul>\n{links}</ul></details></nav>\n\
         <main id=\"content\">\n{body}</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        escape(title),
        env!("CARGO_PKG_VERSION")
    )
}
