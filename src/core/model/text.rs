//! How nouns are written down: as the text that they print, so that people can read state and journal.
//!
//! Invariants: what is read back equals what was written. Numbers lose their trailing zeros, which
//! change no result.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::core::model::number::{Money, Price, Quantity};
use crate::core::model::status::OrderStatus;
use crate::core::model::time::{Timeframe, Timestamp};

/// Writes a type by its `Display` and reads it by `$read`.
macro_rules! textual {
    ($name:ty, $read:expr) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(from)?;
                $read(&text).map_err(D::Error::custom)
            }
        }
    };
}

fn status(text: &str) -> Result<OrderStatus, String> {
    OrderStatus::parse(text).ok_or_else(|| format!("`{text}` is no state of an order"))
}

textual!(Timestamp, Timestamp::parse);
textual!(Timeframe, Timeframe::parse);
textual!(Price, |text: &str| text.parse().map(Self::new));
textual!(Quantity, |text: &str| text.parse().map(Self::new));
textual!(Money, |text: &str| text.parse().map(Self::new));
textual!(OrderStatus, status);
