//! Names that are like one that is not there.

/// What to say after a name that is not among others: those that it may have been meant for.
pub fn nearest(name: &str, all: &[&str]) -> String {
    /// Of the Jaro-Winkler similarity, which is 1 for the same name.
    const LIKE: f64 = 0.9;
    let mut like: Vec<(f64, &str)> = all.iter().map(|other| (strsim::jaro_winkler(name, other), *other)).collect();
    like.retain(|(likeness, _)| *likeness >= LIKE);
    like.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    match &like[..] {
        [] if all.is_empty() => "; there is none at all".to_owned(),
        [] => {
            let more = if all.len() > 5 { ", and more" } else { "" };
            format!("; there are {}{more}", all.iter().take(5).copied().collect::<Vec<_>>().join(", "))
        }
        like => {
            format!("; did you mean {}?", like.iter().take(3).map(|(_, name)| *name).collect::<Vec<_>>().join(" or "))
        }
    }
}
