//! The file of a recording: nobody else may read it, and nobody commits it by accident.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Opens a file, and gives what appends lines to it.
///
/// # Errors
/// Says why there can be no recording.
pub(super) fn open(path: &Path) -> Result<impl FnMut(&[u8]) -> io::Result<()> + Send + use<>, String> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let path = whole(path).map_err(|e| e.to_string())?;
    check_checkout(&path)?;
    let mut file = options.open(path).map_err(|e| e.to_string())?;
    check_mode(&file)?;
    let mut is_torn = is_torn(&mut file).map_err(|e| e.to_string())?;
    Ok(move |line: &[u8]| {
        // One write, so that what others append at the same time stands before it or after it.
        let line = if is_torn { [b"\n", line].concat() } else { line.to_vec() };
        is_torn = true;
        file.write_all(&line)?;
        is_torn = false;
        Ok(())
    })
}

/// The path of a file without links.
fn whole(path: &Path) -> io::Result<PathBuf> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = std::path::absolute(path)?;
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(path) };
            Ok(fs::canonicalize(folder)?.join(name))
        }
        _ => fs::canonicalize(path),
    }
}

/// # Errors
/// Where a file is inside a git checkout, and git does not say that it ignores it.
fn check_checkout(path: &Path) -> Result<(), String> {
    let Some(checkout) = path.ancestors().skip(1).find(|folder| folder.join(".git").exists()) else { return Ok(()) };
    let mut git = Command::new("git");
    git.arg("-C").arg(checkout).args(["check-ignore", "--quiet", "--"]).arg(path);
    // This checkout, whichever a hook of git's is about.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        git.env_remove(name);
    }
    let status = git.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let why = match status.map(|status| status.code()) {
        Ok(Some(0)) => return Ok(()),
        Ok(Some(1)) => "git does not ignore it".to_owned(),
        Ok(_) => "git cannot tell whether it is ignored".to_owned(),
        Err(error) => format!("git cannot be asked whether it is ignored ({error})"),
    };
    let checkout = checkout.display();
    Err(format!(
        "it is inside the git checkout {checkout}, and {why}: name it in .gitignore, or choose a file elsewhere"
    ))
}

/// # Errors
/// Where others may read a file.
fn check_mode(file: &File) -> Result<(), String> {
    #[cfg(unix)]
    {
        let found = file.metadata().map_err(|e| e.to_string())?;
        let mode = std::os::unix::fs::MetadataExt::mode(&found) & 0o777;
        if found.is_file() && mode & 0o077 != 0 {
            return Err(format!("others may read it (its mode is {mode:03o}): `chmod 600` it, or choose another file"));
        }
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Whether a file's last line has no end.
fn is_torn(file: &mut File) -> io::Result<bool> {
    if !file.metadata()?.is_file() || file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}
