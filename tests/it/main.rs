//! The integration tests: one binary, one file a subject.

mod generated_data;
mod reference_vectors;
