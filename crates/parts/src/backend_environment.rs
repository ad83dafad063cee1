//! The variables that the backend is configured by, of which several patterns show a part.
//!
//! Their names are those of its fields in capitals, with an underscore where a word begins; a pattern says which of its parameters takes which, and
//! takes the whole file of such lines: what it shows nothing of is left.

use millrace_spec::{Form, Variable};

/// The twelve.
pub static BACKEND_VARIABLES: [Variable; 12] = [
    Variable { name: "CONCURRENCY_ENABLED", form: Form::Switch },
    Variable { name: "MAX_CONCURRENT_DB_OPS", form: Form::Number },
    Variable { name: "MAX_CONCURRENT_HTTP_OPS", form: Form::Number },
    Variable { name: "MAX_CONCURRENT_CACHE_OPS", form: Form::Number },
    Variable { name: "WORKER_POOL_SIZE_DB", form: Form::Number },
    Variable { name: "WORKER_POOL_SIZE_HTTP", form: Form::Number },
    Variable { name: "WORKER_POOL_SIZE_CACHE", form: Form::Number },
    Variable { name: "BACKGROUND_WORKER_COUNT", form: Form::Number },
    Variable { name: "BACKGROUND_QUEUE_SIZE", form: Form::Number },
    Variable { name: "CIRCUIT_BREAKER_THRESHOLD", form: Form::Number },
    Variable { name: "REQUEST_TIMEOUT_SECONDS", form: Form::Seconds },
    Variable { name: "HEALTH_CHECK_INTERVAL", form: Form::Seconds },
];
