//! The built site over HTTP, below a folder, as a project page of a code host has it: an address in the page that begins
//! with a slash would miss.

use axum::Router;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

/// The built site.
const DIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/dist");

/// A running server of the built site. It ends with the test's runtime.
pub struct Site {
    /// Where the page is.
    pub address: String,
}

impl Site {
    /// Serves `dist/` on a free port of this machine.
    pub async fn serve() -> Self {
        Self::serve_folder(ServeDir::new(DIST)).await
    }

    /// The same, compressed as a server sends it: `scripts/bench-page.sh` puts each file's `gzip -9` beside it.
    pub async fn serve_as_sent() -> Self {
        Self::serve_folder(
            ServeDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/target/site-as-sent")).precompressed_gzip(),
        )
        .await
    }

    async fn serve_folder(folder: ServeDir) -> Self {
        assert!(
            std::path::Path::new(DIST).join("index.html").is_file(),
            "there is no built site: run `make build` first"
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("this machine has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let router = Router::new().nest_service("/some/folder", folder);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address: format!("http://127.0.0.1:{port}/some/folder/") }
    }
}
