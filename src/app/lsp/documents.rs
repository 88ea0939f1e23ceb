//! The texts that are open in the editor, and what was found in each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::app::lsp::text::path_of;
use crate::app::run::script::{ScriptFile, read_module_file};
use crate::script::check::Finding;
use crate::script::look::Script;
use crate::script::modules::ReadModule;

/// An open text.
#[derive(Debug)]
pub(super) struct Document {
    /// Its file; `None` where it is not saved yet.
    pub(super) path: Option<PathBuf>,
    /// How often the editor has changed it, as the editor counts.
    pub(super) version: i64,
    /// The text with what it declares.
    pub(super) script: Script,
    /// What was found in it.
    pub(super) findings: Vec<Finding>,
    /// Whether it has changed since.
    pub(super) stale: bool,
}

impl Document {
    /// Opens a text.
    pub(super) fn new(uri: &str, version: i64, text: String) -> Self {
        Self {
            path: path_of(uri),
            version,
            script: Script::new(text),
            findings: Vec::new(),
            stale: true,
        }
    }

    /// Returns the text as a file that can be checked; without a file it is known by its URI.
    pub(super) fn file(&self, uri: &str) -> ScriptFile {
        ScriptFile {
            path: self.path.clone().unwrap_or_else(|| PathBuf::from(uri)),
            text: self.script.text.to_string(),
        }
    }

    /// Returns the files that a module might be.
    fn module_places(&self, uri: &str, module: &str) -> Vec<PathBuf> {
        match &self.path {
            Some(_) => self.file(uri).module_places(module),
            None => Vec::new(),
        }
    }
}

/// All of them, by URI.
#[derive(Debug, Default)]
pub(super) struct Documents(pub(super) BTreeMap<String, Document>);

impl Documents {
    /// Returns what reads the modules of a document: the text in the editor where it is open, else the
    /// file.
    pub(super) fn reader(&self, uri: &str) -> ReadModule {
        let Some(document) = self.0.get(uri).filter(|document| document.path.is_some()) else {
            return Rc::new(|_| None);
        };
        let file = ScriptFile {
            path: document.path.clone().unwrap_or_default(),
            text: String::new(),
        };
        let open: BTreeMap<PathBuf, Arc<str>> = self
            .0
            .values()
            .filter_map(|d| Some((d.path.clone()?, Arc::clone(&d.script.text))))
            .collect();
        Rc::new(move |module| {
            file.module_places(module)
                .iter()
                .find_map(|path| open.get(path).cloned().or_else(|| read_module_file(path)))
        })
    }

    /// Returns the file that is a module of a document, with its text.
    pub(super) fn module_file(&self, uri: &str, module: &str) -> Option<(PathBuf, Arc<str>)> {
        let document = self.0.get(uri)?;
        let places = document.module_places(uri, module);
        places.into_iter().find_map(|path| {
            let text = self.text_of(&path)?;
            Some((path, text))
        })
    }

    fn text_of(&self, path: &Path) -> Option<Arc<str>> {
        let mut open = self.0.values();
        open.find(|document| document.path.as_deref() == Some(path))
            .map(|document| Arc::clone(&document.script.text))
            .or_else(|| read_module_file(path))
    }

    /// Returns the URI under which the editor knows a file, if it is open.
    pub(super) fn uri_of_open(&self, path: &Path) -> Option<String> {
        let mut all = self.0.iter();
        all.find(|(_, document)| document.path.as_deref() == Some(path))
            .map(|(uri, _)| uri.clone())
    }

    /// Marks what must be checked again: a document, and those that import anything.
    pub(super) fn touch(&mut self, uri: &str) {
        for (other, document) in &mut self.0 {
            let imports = document.script.outline.imports.iter();
            let mut own = imports.filter(|import| !import.path.starts_with("std/"));
            if other == uri || own.next().is_some() {
                document.stale = true;
            }
        }
    }
}
