//! What asks the drill for an end: Ctrl-C, and SIGTERM where there is one.

use tokio::sync::watch;

use crate::drill::Stops;

/// Counts from now on. What comes later ends the program no more, unless the drill does.
#[cfg(unix)]
pub fn counted() -> std::io::Result<Stops> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    let (count, counted) = watch::channel(0);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(()) = interrupts.recv() => {}
                Some(()) = terminations.recv() => {}
                else => break,
            }
            count.send_modify(|count| *count += 1);
        }
    });
    Ok(counted)
}

/// Counts from now on. What comes later ends the program no more, unless the drill does.
#[cfg(windows)]
pub fn counted() -> std::io::Result<Stops> {
    let mut interrupts = tokio::signal::windows::ctrl_c()?;
    let (count, counted) = watch::channel(0);
    tokio::spawn(async move {
        while let Some(()) = interrupts.recv().await {
            count.send_modify(|count| *count += 1);
        }
    });
    Ok(counted)
}
