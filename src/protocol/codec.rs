//! The line codec: one JSON value a line, bounded, apart from any socket.
//!
//! A frame that is too long or is not the awaited value ends the connection: nothing after it
//! can be trusted.

use serde::{Serialize, de::DeserializeOwned};
use tokio_util::{
    bytes::{BufMut, Bytes, BytesMut},
    codec::{Decoder, Encoder},
};

/// The longest line either side accepts, in bytes. A paste or a session's panes fit; a screen of
/// the largest size does too.
pub const MAX_FRAME: usize = 16 * 1024 * 1024;

/// A line that cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// The socket failed.
    #[error("the connection failed")]
    Io(#[from] std::io::Error),
    /// A line was longer than [`MAX_FRAME`].
    #[error("a message is longer than {MAX_FRAME} bytes")]
    TooLong,
    /// A line was not the JSON that was awaited.
    #[error("a message is not understood")]
    Json(#[from] serde_json::Error),
}

/// Reads values of type `In` from lines, and writes any serialisable value as a line.
#[derive(Debug)]
pub struct Codec<In> {
    searched: usize,
    incoming: std::marker::PhantomData<fn() -> In>,
}

impl<In> Default for Codec<In> {
    fn default() -> Codec<In> {
        Codec {
            searched: 0,
            incoming: std::marker::PhantomData,
        }
    }
}

impl<In: DeserializeOwned> Decoder for Codec<In> {
    type Item = In;
    type Error = CodecError;

    fn decode(&mut self, source: &mut BytesMut) -> Result<Option<In>, CodecError> {
        let Some(found) = memchr::memchr(b'\n', &source[self.searched..]) else {
            if source.len() > MAX_FRAME {
                return Err(CodecError::TooLong);
            }
            self.searched = source.len();
            return Ok(None);
        };
        let line: Bytes = source.split_to(self.searched + found + 1).freeze();
        self.searched = 0;
        if line.len() > MAX_FRAME {
            return Err(CodecError::TooLong);
        }
        Ok(Some(serde_json::from_slice(&line)?))
    }
}

impl<In, Out: Serialize> Encoder<&Out> for Codec<In> {
    type Error = CodecError;

    fn encode(&mut self, item: &Out, target: &mut BytesMut) -> Result<(), CodecError> {
        serde_json::to_writer(target.writer(), item)?;
        target.put_u8(b'\n');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_any_split() {
        let mut codec = Codec::<Vec<String>>::default();
        let mut wire = BytesMut::new();
        let values = [vec!["a\nb".to_owned()], vec![], vec!["ü".to_owned(); 3]];
        for value in &values {
            codec.encode(value, &mut wire).unwrap();
        }
        for step in 1..wire.len() {
            let mut codec = Codec::<Vec<String>>::default();
            let mut buffer = BytesMut::new();
            let mut decoded = Vec::new();
            for chunk in wire.chunks(step) {
                buffer.extend_from_slice(chunk);
                while let Some(value) = codec.decode(&mut buffer).unwrap() {
                    decoded.push(value);
                }
            }
            assert_eq!(decoded, values, "in pieces of {step}");
        }
    }

    #[test]
    fn endless_and_foreign_lines_are_refused() {
        let mut codec = Codec::<u32>::default();
        let mut endless = BytesMut::from(&vec![b'1'; MAX_FRAME + 1][..]);
        assert!(matches!(
            codec.decode(&mut endless),
            Err(CodecError::TooLong)
        ));
        let mut codec = Codec::<u32>::default();
        let mut foreign = BytesMut::from("GET / HTTP/1.1\n");
        assert!(matches!(
            codec.decode(&mut foreign),
            Err(CodecError::Json(_))
        ));
    }
}
