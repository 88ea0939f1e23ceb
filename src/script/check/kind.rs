//! Kinds of values, as far as a text shows them.

/// A kind of value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Nothing has been seen of it yet.
    Never,
    /// Nothing is known of it.
    Any,
    Unit,
    Bool,
    Int,
    Float,
    Decimal,
    Text,
    Char,
    Array,
    /// An array of assets.
    Assets,
    Map,
    Function,
    /// A type of the host, by the name that scripts know.
    Host(&'static str),
    /// A type without a name.
    Strange,
}

impl Kind {
    pub(super) const ASSET: Self = Self::Host("Asset");
    pub(super) const SERIES: Self = Self::Host("Series");
    pub(super) const BARS: Self = Self::Host("Bars");
    pub(super) const CONTEXT: Self = Self::Host("Context");
    pub(super) const DATA: Self = Self::Host("Data");

    /// Whether anything is known.
    pub(super) const fn is_known(self) -> bool {
        !matches!(self, Self::Never | Self::Any | Self::Strange)
    }

    pub(super) const fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Decimal)
    }

    pub(super) const fn is_array(self) -> bool {
        matches!(self, Self::Array | Self::Assets)
    }

    /// Whether a value of this kind is one of another too: an array of assets is an array.
    pub(super) fn is(self, other: Self) -> bool {
        self == other || (self.is_array() && other.is_array())
    }

    /// Returns what a person calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Never | Self::Any | Self::Strange => "a value",
            Self::Unit => "()",
            Self::Bool => "a bool",
            Self::Int => "an int",
            Self::Float => "a float",
            Self::Decimal => "a Decimal",
            Self::Text => "a string",
            Self::Char => "a char",
            Self::Array | Self::Assets => "an array",
            Self::Map => "a map",
            Self::Function => "a function",
            Self::Host(name) => host(name),
        }
    }

    /// Reads the kind that documentation gives a field.
    pub(super) fn of_doc(text: &str) -> Value {
        let (text, maybe) = match text.strip_suffix(" or ()") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let kind = match text {
            "int" => Self::Int,
            "float" => Self::Float,
            "bool" => Self::Bool,
            "string" => Self::Text,
            "array" => Self::Array,
            "map" => Self::Map,
            "Time" => Self::Host("Time"),
            "Asset" => Self::ASSET,
            "Series" => Self::SERIES,
            _ => Self::Any,
        };
        Value {
            kind,
            maybe,
            computed: false,
        }
    }
}

/// Names a host type with its article.
const fn host(name: &'static str) -> &'static str {
    match name.as_bytes() {
        b"Asset" => "an Asset",
        b"Account" => "an Account",
        b"Order" => "an Order",
        b"Indicator" => "an Indicator",
        b"Context" => "the context",
        b"Data" => "the market data",
        b"Portfolio" => "the portfolio",
        b"Series" => "a Series",
        b"Position" => "a Position",
        b"Fill" => "a Fill",
        b"Time" => "a Time",
        b"Panel" => "a Panel",
        _ => name,
    }
}

/// What is known of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Value {
    pub(super) kind: Kind,
    /// Whether it may also be `()`.
    pub(super) maybe: bool,
    /// Whether it is a float that a calculation gave, so that it may be off by a rounding error.
    pub(super) computed: bool,
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            maybe: false,
            computed: false,
        }
    }
}

impl Value {
    pub(super) const ANY: Self = Self {
        kind: Kind::Any,
        maybe: false,
        computed: false,
    };

    pub(super) const NEVER: Self = Self {
        kind: Kind::Never,
        maybe: false,
        computed: false,
    };

    /// A value that may be missing.
    pub(super) fn or_unit(kind: Kind) -> Self {
        Self {
            maybe: true,
            ..kind.into()
        }
    }

    /// A float that may be off by a rounding error.
    pub(super) fn computed(self) -> Self {
        Self {
            computed: self.kind == Kind::Float,
            ..self
        }
    }

    /// What is known of a value that is one or the other.
    pub(super) fn join(self, other: Self) -> Self {
        let (one, two) = (self.kind, other.kind);
        let maybe = self.maybe || other.maybe;
        let computed = self.computed || other.computed;
        let (kind, maybe) = match (one, two) {
            (Kind::Never, kind) | (kind, Kind::Never) => (kind, maybe),
            (one, two) if one == two => (one, maybe),
            (Kind::Any, _) | (_, Kind::Any) => (Kind::Any, maybe),
            (Kind::Unit, kind) | (kind, Kind::Unit) => (kind, true),
            (one, two) if one.is_array() && two.is_array() => (Kind::Array, maybe),
            _ => (Kind::Any, maybe),
        };
        Self {
            kind,
            maybe,
            computed,
        }
    }

    /// The kind, where there surely is one.
    pub(super) fn sure(self) -> Option<Kind> {
        (self.kind.is_known() && !self.maybe).then_some(self.kind)
    }
}
