//! How fast virtual time goes by.

/// How fast virtual time passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// So many virtual seconds a second.
    Times(f64),
    /// As fast as it can be computed.
    Max,
}

impl Speed {
    /// The stops of the slider and of the keys 1 to 6.
    pub const STOPS: [Speed; 6] = [
        Speed::Times(0.1),
        Speed::Times(1.0),
        Speed::Times(10.0),
        Speed::Times(100.0),
        Speed::Times(1000.0),
        Speed::Max,
    ];

    /// In words: "10×", "max".
    pub fn label(self) -> String {
        match self {
            Speed::Times(x) => format!("{x}×"),
            Speed::Max => "max".to_owned(),
        }
    }
}
