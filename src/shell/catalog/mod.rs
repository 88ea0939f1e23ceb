//! Bars at rest: files, folders, the local catalog, the built-in sample.
