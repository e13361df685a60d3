//! What a person wrote into CHANGELOG.md, beside what the commands write there.

use proptest::prelude::*;
use xtask::release::changelog::with_unreleased;

use crate::property::config;

/// An entry as persons write them: of few words, so that lines and whole entries are the same as others.
fn entry() -> impl Strategy<Value = String> {
    let more = prop::sample::select(vec![
        "\n  the same line",
        "\n\n  a paragraph",
        "\n  - within it",
        "\n  ```\n  code\n\n  ```",
        "\n```text\n- code\n### code\n```",
        "\n  two spaces at the end  ",
    ]);
    (prop::sample::select(vec!["a", "b", "c"]), prop::collection::vec(more, 0..4))
        .prop_map(|(word, more)| format!("- {word}{}", more.concat()))
}

/// What is below a heading, in the one form of a group's end.
fn entries() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["", "\n", "A text.\n\n"]), prop::collection::vec((entry(), 1..3_usize), 1..5)).prop_map(
        |(before, entries)| {
            let text: String = entries.iter().map(|(entry, ends)| format!("{entry}{}", "\n".repeat(*ends))).collect();
            format!("{before}{}\n", text.trim_end_matches('\n'))
        },
    )
}

/// Headings with what is below them.
fn unreleased() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let names = prop::sample::subsequence(vec!["Notes", "Added", "Changed", "Fixed"], 0..=4);
    names.prop_flat_map(|names| {
        let all: Vec<_> = names.into_iter().map(|name| (Just(name), entries())).collect();
        all
    })
}

proptest! {
    #![proptest_config(config(256))]

    /// It stays byte for byte, whatever of ours comes and goes; what is ours comes once, and goes without a trace.
    #[test]
    fn what_a_person_wrote_survives_what_we_add(
        groups in unreleased(),
        ours in prop::collection::vec((prop::sample::select(vec!["Added", "Changed", "Removed"]), 0..4_u8), 0..5),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let with_ends = |text: String| text.replace('\n', line_end);
        let groups: Vec<String> =
            groups.into_iter().map(|(name, entries)| with_ends(format!("\n### {name}\n{entries}"))).collect();
        let released = "\n## [0.1.0] - 2026-01-01\n\n### Added\n- a\n";
        let text = with_ends("# Changelog\n\n## [Unreleased]\n".to_owned()) + &groups.concat() + &with_ends(released.to_owned());
        let ours: String = ours.iter().map(|(name, number)| format!("### {name}\n- ours {number}\n")).collect();

        let merged = with_unreleased(&text, "", &ours).unwrap();
        for group in &groups {
            prop_assert!(merged.contains(group), "{group}\n---\n{merged}");
        }
        prop_assert!(ours.lines().all(|line| merged.contains(line)), "{merged}");
        prop_assert_eq!(with_unreleased(&merged, "", &ours).unwrap(), merged.as_str());
        prop_assert_eq!(with_unreleased(&merged, &ours, "").unwrap(), text.as_str());
        prop_assert_eq!(with_unreleased(&text, "", "").unwrap(), text);
    }
}
