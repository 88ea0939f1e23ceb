//! The `rustybt` program.

fn main() {}
