//! Of the page as a whole.
