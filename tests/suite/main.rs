//! What a user and a maintainer rely on. One binary, so that it is linked once.

mod add_operation;
mod architecture;
mod by_hand;
mod commands;
mod consumers;
mod corpora;
mod coupling;
mod credentials;
mod drift_instances;
mod drift_laws;
mod drift_meaning;
mod drift_report;
mod drift_rules;
mod drift_same_meaning;
mod ensure;
mod just_created;
mod locked;
mod meaning;
#[rustfmt::skip]
mod naming;
mod openapi31;
mod outcomes;
mod pages;
mod path_values;
mod property;
mod propose_update;
mod reading;
mod retries;
mod secrets;
mod semver;
mod setting_up;
mod stand_in;
mod streams;
mod surface;
mod update_spec;
mod wire;
