//! A progress line while a backup is made, and a summary at its end.

use std::time::Duration;

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use planetscale_client::types::Backup;
use planetscale_client::{WaitError, WaitForBackup};

/// Waits until the backup is done. `pace` is for a server that is quicker than the real one.
pub async fn follow(wait: WaitForBackup<'_>, pace: Option<Duration>) -> Result<(), WaitError> {
    // On a terminal it turns; elsewhere it draws nothing.
    let line = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        line.set_style(style);
    }
    line.set_message("waiting for the backup");
    line.enable_steady_tick(Duration::from_millis(100));
    let wait = match pace {
        Some(pace) => wait.first_delay(pace).interval(pace),
        None => wait,
    };
    let shown = line.clone();
    let done = wait.on_progress(move |backup| shown.set_message(format!("the backup is {}", backup.state))).await;
    line.finish_and_clear();
    let backup = done?;
    summarise(&backup);
    Ok(())
}

fn summarise(backup: &Backup) {
    let date = |time: Option<chrono::DateTime<_>>| {
        time.map_or("never".to_owned(), |time| time.format("%Y-%m-%d %H:%M UTC").to_string())
    };
    let took = backup.completed_at.map(|end| (end - backup.created_at).to_std().unwrap_or_default());
    println!("\nbackup {} is {}", backup.id, backup.state);
    println!("  size       {}", HumanBytes(backup.size.try_into().unwrap_or_default()));
    println!("  took       {}", took.map_or("-".to_owned(), |took| HumanDuration(took).to_string()));
    println!("  expires    {}", date(backup.expires_at));
}
