//! Proxies of the environment that cannot be used.

use crate::error::Error;

/// Where a proxy for https is named, the first that is set.
const NAMES: [&[&str]; 2] = [&["HTTPS_PROXY", "https_proxy"], &["ALL_PROXY", "all_proxy"]];

/// Refuses a SOCKS proxy, which would be spoken to as if it were one for HTTP: that ends in a timeout, or in a text
/// about a connection. `variable` reads the environment.
///
/// # Errors
/// [`Error::Config`] where the environment names one for this host. It does not show the URL, which may have a
/// password.
pub(crate) fn check(host: &str, variable: impl Fn(&str) -> Option<String>) -> Result<(), Error> {
    let first = |names: &[&'static str]| names.iter().find_map(|name| Some((*name, variable(name)?)));
    let named = NAMES.iter().filter_map(|names| first(names)).find(|(_, url)| !url.is_empty());
    let Some((name, url)) = named else { return Ok(()) };
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase()).unwrap_or_default();
    if !scheme.starts_with("socks") || is_excepted(host, first(&["NO_PROXY", "no_proxy"]).map(|(_, list)| list)) {
        return Ok(());
    }
    Err(Error::config(format!(
        "the environment variable {name} names a SOCKS proxy ({scheme}), which this client does not speak to; name one for \
         HTTP (http://…), except {host} in NO_PROXY, or enable the feature `socks` of reqwest and set the proxy by \
         ClientBuilder::http"
    )))
}

/// Whether a host is in a list of names, each of which counts for what is below it, too.
fn is_excepted(host: &str, list: Option<String>) -> bool {
    let list = list.unwrap_or_default().to_ascii_lowercase();
    list.split(',').map(|name| name.trim().trim_start_matches('.')).filter(|name| !name.is_empty()).any(|name| {
        name == "*" || host.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(variables: &[(&str, &str)]) -> Option<String> {
        let variable =
            |name: &str| variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
        check("api.planetscale.com", variable).err().map(|error| error.to_string())
    }

    #[test]
    fn a_socks_proxy_is_named_without_its_password() {
        for (name, url) in [
            ("HTTPS_PROXY", "socks5://user:s3cret@127.0.0.1:1080"),
            ("https_proxy", "SOCKS5H://user:s3cret@127.0.0.1"),
            ("ALL_PROXY", "socks4://user:s3cret@127.0.0.1"),
        ] {
            let error = error(&[(name, url)]).unwrap_or_default();
            assert!(error.contains(name) && error.contains("socks") && error.contains("NO_PROXY"), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn one_that_is_not_used_does_no_harm() {
        let socks = ("HTTPS_PROXY", "socks5://127.0.0.1");
        for variables in [
            &[][..],
            &[("HTTPS_PROXY", "http://127.0.0.1:3128")],
            &[("HTTPS_PROXY", "127.0.0.1:3128")],
            &[("HTTP_PROXY", "socks5://127.0.0.1")],
            &[("HTTPS_PROXY", "http://127.0.0.1:3128"), ("ALL_PROXY", "socks5://127.0.0.1")],
            &[socks, ("NO_PROXY", "localhost, .PlanetScale.com")],
            &[socks, ("no_proxy", "api.planetscale.com")],
            &[socks, ("NO_PROXY", "*")],
        ] {
            assert_eq!(error(variables), None, "{variables:?}");
        }
        assert!(error(&[socks, ("NO_PROXY", "scale.com,other.com")]).is_some());
        // A variable that is empty names none, and so the next one counts.
        assert!(error(&[("HTTPS_PROXY", ""), ("ALL_PROXY", "socks5://127.0.0.1")]).is_some());
    }
}
