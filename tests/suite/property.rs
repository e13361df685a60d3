//! How property tests run.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::{RngAlgorithm, RngSeed};

/// So many cases, unless `PROPTEST_CASES` says otherwise, of one seed, unless `PROPTEST_RNG_SEED` has
/// another: a change is judged by what it changed, and not by the luck of the day.
pub fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: self::cases(cases),
        // Without optimisation, ChaCha takes a third of a test's time.
        rng_algorithm: RngAlgorithm::XorShift,
        rng_seed: match default.rng_seed {
            RngSeed::Random => RngSeed::Fixed(1),
            fixed @ RngSeed::Fixed(_) => fixed,
        },
        ..default
    }
}

fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}
