//! Who knows the addresses of hosts: the system's resolver, in tests a book.

use std::net::SocketAddr;

/// A way to look up names.
#[derive(Clone, Debug)]
pub(crate) enum Names {
    /// The system's resolver.
    System,
    /// A list that answers the n-th question about a name with its n-th address list, then with the last.
    #[cfg(test)]
    Book(std::sync::Arc<parking_lot::Mutex<std::collections::HashMap<String, Vec<Vec<std::net::IpAddr>>>>>),
}

impl Names {
    /// Every address of a host, with this port.
    pub(super) async fn look_up(&self, host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        match self {
            Self::System => Ok(tokio::net::lookup_host((host, port)).await?.collect()),
            #[cfg(test)]
            Self::Book(book) => {
                let mut book = book.lock();
                let answers = book.get_mut(host).ok_or(std::io::ErrorKind::NotFound)?;
                let answer = if answers.len() > 1 { answers.remove(0) } else { answers.first().cloned().unwrap_or_default() };
                Ok(answer.into_iter().map(|address| SocketAddr::new(address, port)).collect())
            }
        }
    }
}
