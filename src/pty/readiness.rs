//! Waiting until a descriptor can be read or written.
//!
//! A descriptor is watched for reading alone: watched for both, every read at the other end would wake
//! this process to say that there is room again, which at one key each doubles the wake-ups. Room is
//! waited for only once a write has found none.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    pin::Pin,
    sync::OnceLock,
    task::{Context, Poll, ready},
};

use nix::errno::Errno;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf, unix::AsyncFd};

/// A non-blocking descriptor with what is needed to wait for it.
#[derive(Debug)]
pub struct Watched {
    reader: AsyncFd<OwnedFd>,
    /// A copy that is watched for writing, made at the first need.
    writer: OnceLock<AsyncFd<OwnedFd>>,
}

impl Watched {
    /// Watches `fd`, which must be non-blocking, within the current runtime.
    pub fn new(fd: OwnedFd) -> io::Result<Watched> {
        Ok(Watched {
            reader: register(fd, Interest::READABLE)?,
            writer: OnceLock::new(),
        })
    }

    /// Waits until there may be something to read. Cancel safe.
    pub async fn readable(&self) -> io::Result<()> {
        self.reader.readable().await?.retain_ready();
        Ok(())
    }

    /// Waits until something may be written. Cancel safe.
    pub async fn writable(&self) -> io::Result<()> {
        self.writer()?.writable().await?.retain_ready();
        Ok(())
    }

    /// Reads what there is, without waiting; `WouldBlock` says that there is nothing now.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.try_io(Interest::READABLE, |fd| {
            retry(|| nix::unistd::read(fd, buffer))
        })
    }

    /// Reads what there is even if the runtime has not yet heard of it; as [`Watched::read`] else.
    pub fn read_unheard(&self, buffer: &mut [u8]) -> io::Result<usize> {
        retry(|| nix::unistd::read(&self.reader, buffer))
    }

    /// Writes what fits, without waiting; `WouldBlock` says that nothing does now.
    pub fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self.writer.get() {
            None => retry(|| nix::unistd::write(&self.reader, bytes)),
            Some(writer) => writer.try_io(Interest::WRITABLE, |fd| {
                retry(|| nix::unistd::write(fd, bytes))
            }),
        }
    }

    fn writer(&self) -> io::Result<&AsyncFd<OwnedFd>> {
        if let Some(writer) = self.writer.get() {
            return Ok(writer);
        }
        let writer = register(self.reader.get_ref().try_clone()?, Interest::WRITABLE)?;
        Ok(self.writer.get_or_init(|| writer))
    }
}

impl AsFd for Watched {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.reader.get_ref().as_fd()
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let mut guard = ready!(self.reader.poll_read_ready(context))?;
            let unfilled = buffer.initialize_unfilled();
            match guard.try_io(|fd| retry(|| nix::unistd::read(fd, unfilled))) {
                Ok(result) => {
                    buffer.advance(result?);
                    return Poll::Ready(Ok(()));
                }
                Err(_would_block) => {}
            }
        }
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.write(bytes) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            result => return Poll::Ready(result),
        }
        loop {
            let mut guard = ready!(self.writer()?.poll_write_ready(context))?;
            match guard.try_io(|fd| retry(|| nix::unistd::write(fd, bytes))) {
                Ok(result) => return Poll::Ready(result),
                Err(_would_block) => {}
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Does nothing: the descriptor is closed when the value is dropped.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn register(fd: OwnedFd, interest: Interest) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an `OwnedFd` owns its descriptor and returns the same one each time, and nothing
    // takes it out of the `AsyncFd` before that is dropped.
    let registered = unsafe { AsyncFd::register_with_interest(fd, interest) };
    Ok(registered?)
}

/// Repeats a call while a signal interrupts it.
fn retry<T>(mut call: impl FnMut() -> nix::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            result => return result.map_err(io::Error::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn pair() -> (Watched, Watched) {
        let (one, other) = UnixStream::pair().unwrap();
        let watched = |stream: UnixStream| {
            stream.set_nonblocking(true).unwrap();
            Watched::new(stream.into()).unwrap()
        };
        (watched(one), watched(other))
    }

    #[tokio::test]
    async fn more_than_fits_goes_through() {
        const BYTES: usize = 3_000_000;
        let (mut one, mut other) = pair();
        let sent: Vec<u8> = (0..BYTES).map(|i| (i % 251) as u8).collect();
        let expected = sent.clone();
        let writing = tokio::spawn(async move { one.write_all(&sent).await });
        let mut received = Vec::new();
        other.read_to_end(&mut received).await.unwrap();
        writing.await.unwrap().unwrap();
        assert!(received == expected, "{} bytes", received.len());
    }

    #[tokio::test]
    async fn nothing_and_the_end_are_told_apart() {
        let (one, other) = pair();
        let mut buffer = [0; 8];
        let empty = other.read(&mut buffer).unwrap_err();
        assert_eq!(empty.kind(), io::ErrorKind::WouldBlock);
        assert_eq!(one.write(b"hey").unwrap(), 3);
        assert_eq!(other.read_unheard(&mut buffer).unwrap(), 3);
        assert_eq!(one.write(b"hello").unwrap(), 5);
        other.readable().await.unwrap();
        assert_eq!(other.read(&mut buffer).unwrap(), 5);
        drop(one);
        other.readable().await.unwrap();
        assert_eq!(other.read(&mut buffer).unwrap(), 0);
    }
}
