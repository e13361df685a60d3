//! How TLS is set up.

use reqwest::Url;

use crate::error::Error;

/// TLS by rustls with the process's crypto provider, else with ring, and the platform's roots. Over plain
/// HTTP there is none, so a machine without roots will do.
#[cfg(feature = "rustls")]
pub(crate) fn with_tls(
    http: reqwest::ClientBuilder,
    url: &Url,
    is_changed: bool,
) -> Result<reqwest::ClientBuilder, Error> {
    use rustls::crypto::{CryptoProvider, ring};
    use rustls_platform_verifier::BuilderVerifierExt;

    if is_changed && url.scheme() == "https" {
        // Another library may have set one; that is as good.
        let _ = ring::default_provider().install_default();
        return Ok(http);
    }
    let provider = CryptoProvider::get_default().cloned();
    let provider = provider.unwrap_or_else(|| ring::default_provider().into());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = match url.scheme() {
        "https" => config.and_then(BuilderVerifierExt::with_platform_verifier),
        _ => config.map(|config| config.with_root_certificates(rustls::RootCertStore::empty())),
    };
    let config = config.map_err(|e| {
        Error::config(format!(
            "TLS cannot be set up: {e}; where the machine has no root certificates, install the package \
             ca-certificates, or name a file of them in SSL_CERT_FILE"
        ))
    })?;
    Ok(http.tls_backend_preconfigured(config.with_no_client_auth()))
}

#[cfg(not(feature = "rustls"))]
pub(crate) fn with_tls(http: reqwest::ClientBuilder, _: &Url, _: bool) -> Result<reqwest::ClientBuilder, Error> {
    Ok(http)
}
