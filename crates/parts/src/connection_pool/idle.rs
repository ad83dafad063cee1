//! How many connections may be idle, as a parameter: what does not fit is said at its field, wherever a system has such a pool.

use millrace_spec::Values;

/// How many may be idle unless somebody says so; where fewer may be open, as many as those.
pub const IDLE: u32 = 5;

/// No more can be idle than may be open, where somebody has chosen how many: of parameters `open` and `idle`.
///
/// # Errors
/// A sentence that says so.
pub fn idle_fits(values: &Values) -> Result<(), String> {
    let (open, idle) = (values.count("open"), values.count("idle"));
    if idle <= open || idle == u64::from(IDLE) {
        Ok(())
    } else {
        Err(format!("{idle} cannot be idle where only {open} may be open"))
    }
}

/// How many may be idle where no more may be open.
pub fn idle_acts_as(values: &Values) -> Option<String> {
    let (open, idle) = (values.count("open"), values.count("idle"));
    (idle > open).then(|| format!("acts as {open}: no more may be open"))
}
