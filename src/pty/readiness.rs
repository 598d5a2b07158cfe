//! Waiting until a descriptor can be read or written.
//!
//! A descriptor is watched for reading alone: watched for both, every read at the other end would wake
//! this process to say that there is room again, which at one key each doubles the wake-ups. Room is
//! waited for only once a write has found none.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use nix::errno::Errno;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf, unix::AsyncFd};

/// A non-blocking descriptor with what is needed to wait for it.
#[derive(Debug)]
pub struct Watched {
    fd: Arc<OwnedFd>,
    /// `None` while somebody else reads.
    reader: Option<AsyncFd<Arc<OwnedFd>>>,
    /// A copy that is watched for writing, made at the first need.
    writer: OnceLock<AsyncFd<Arc<OwnedFd>>>,
}

impl Watched {
    /// Watches `fd`, which must be non-blocking, within the current runtime.
    pub fn new(fd: OwnedFd) -> io::Result<Watched> {
        let fd = Arc::new(fd);
        Ok(Watched {
            reader: Some(register(fd.clone(), Interest::READABLE)?),
            fd,
            writer: OnceLock::new(),
        })
    }

    /// Leaves the reading to somebody else: until [`Watched::resume`], this one is never readable.
    pub(super) fn pause(&mut self) -> Arc<OwnedFd> {
        self.reader = None;
        self.fd.clone()
    }

    /// Watches again after [`Watched::pause`].
    pub(super) fn resume(&mut self) -> io::Result<()> {
        if self.reader.is_none() {
            self.reader = Some(register(self.fd.clone(), Interest::READABLE)?);
        }
        Ok(())
    }

    /// Waits until there may be something to read. Cancel safe.
    pub async fn readable(&self) -> io::Result<()> {
        match &self.reader {
            Some(reader) => reader.readable().await?.retain_ready(),
            None => std::future::pending().await,
        }
        Ok(())
    }

    /// Waits until something may be written. Cancel safe.
    pub async fn writable(&self) -> io::Result<()> {
        self.writer()?.writable().await?.retain_ready();
        Ok(())
    }

    /// Reads what there is, without waiting; `WouldBlock` says that there is nothing now.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(reader) = &self.reader else {
            return Err(io::ErrorKind::WouldBlock.into());
        };
        let mut short = None;
        let result = reader.try_io(Interest::READABLE, |fd| {
            let count = retry(|| nix::unistd::read(fd, &mut *buffer))?;
            if is_short(count, buffer.len()) {
                // Whatever comes later will be heard of: asking again now would only be told so.
                short = Some(count);
                return Err(io::ErrorKind::WouldBlock.into());
            }
            Ok(count)
        });
        short.map_or(result, Ok)
    }

    /// Reads what there is even if the runtime has not yet heard of it; as [`Watched::read`] else.
    pub fn read_unheard(&self, buffer: &mut [u8]) -> io::Result<usize> {
        retry(|| nix::unistd::read(&self.fd, buffer))
    }

    /// Writes what fits, without waiting; `WouldBlock` says that nothing does now.
    pub fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self.writer.get() {
            None => retry(|| nix::unistd::write(&self.fd, bytes)),
            Some(writer) => writer.try_io(Interest::WRITABLE, |fd| {
                retry(|| nix::unistd::write(fd, bytes))
            }),
        }
    }

    fn writer(&self) -> io::Result<&AsyncFd<Arc<OwnedFd>>> {
        if let Some(writer) = self.writer.get() {
            return Ok(writer);
        }
        let writer = register(Arc::new(self.fd.try_clone()?), Interest::WRITABLE)?;
        Ok(self.writer.get_or_init(|| writer))
    }
}

impl AsFd for Watched {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(reader) = &self.reader else {
            return Poll::Pending;
        };
        loop {
            let mut guard = ready!(reader.poll_read_ready(context))?;
            let unfilled = buffer.initialize_unfilled();
            let length = unfilled.len();
            match guard.try_io(|fd| retry(|| nix::unistd::read(fd, unfilled))) {
                Ok(result) => {
                    let count = result?;
                    buffer.advance(count);
                    if is_short(count, length) {
                        guard.clear_ready();
                    }
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

fn register(fd: Arc<OwnedFd>, interest: Interest) -> io::Result<AsyncFd<Arc<OwnedFd>>> {
    // SAFETY: an `OwnedFd`, shared or not, owns its descriptor and returns the same one each time, and
    // nothing takes it out of the `AsyncFd` before that is dropped.
    let registered = unsafe { AsyncFd::register_with_interest(fd, interest) };
    Ok(registered?)
}

/// Returns whether a read that had room for `room` bytes and brought `count` has emptied what it read from:
/// a tty gives 4,095 bytes at once, and 0 is the end.
fn is_short(count: usize, room: usize) -> bool {
    const FULL: usize = 4095;
    count > 0 && count < room.min(FULL)
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
