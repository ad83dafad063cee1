//! What was asked of the running system and is not answered yet, and how often it answered that it failed.

use litemap::LiteMap;

/// The exchanges with the running system.
#[derive(Clone, Debug, Default)]
pub struct Exchanges {
    /// Those without an answer.
    pub open: LiteMap<u32, ()>,
    /// Answers with the status 500: the system says that the fault is its own.
    pub internal_errors: u64,
}

impl Exchanges {
    pub(super) fn asked(&mut self, exchange: u32) {
        self.open.insert(exchange, ());
    }

    pub(super) fn replied(&mut self, exchange: u32, status: u16) {
        self.open.remove(&exchange);
        self.internal_errors += u64::from(status == 500);
    }
}
