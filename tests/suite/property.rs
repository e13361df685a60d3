//! How property tests run.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngAlgorithm;

/// So many cases, unless `PROPTEST_CASES` says otherwise.
pub fn config(cases: u32) -> ProptestConfig {
    // Without optimisation, ChaCha takes a third of a test's time.
    ProptestConfig { cases: self::cases(cases), rng_algorithm: RngAlgorithm::XorShift, ..ProptestConfig::default() }
}

fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}
