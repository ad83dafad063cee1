//! The status of an answer, in words and as a kind: colour alone says nothing. From 1,000 on it is the code that a WebSocket was closed with.

/// The word that HTTP has for a status.
pub const fn reason(status: u16) -> &'static str {
    match status {
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        1_000.. => "closed",
        _ => match status / 100 {
            1 => "informational",
            2 => "success",
            3 => "redirection",
            4 => "client error",
            _ => "server error",
        },
    }
}

/// The state token of the design that stands for a status.
pub const fn token(status: u16) -> &'static str {
    match status {
        ..400 | 1_000 | 1_001 => "success",
        1_008 => "client",
        400..500 => "client",
        _ => "server",
    }
}
