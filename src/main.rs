//! The `rustybt` program: parse, run, exit code.

fn main() -> std::process::ExitCode {
    rustybt::app::cli::main(std::env::args_os())
}
