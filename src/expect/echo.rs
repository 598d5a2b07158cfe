//! The kernel's echo of what was sent, taken out of the text that the rules' `stream` sees.
//!
//! With ECHO on, the line discipline writes an image of the input to the output: CR as CRLF
//! (ICRNL, then ONLCR), other controls as `^X` (ECHOCTL). One contiguous image of each send is
//! masked; whatever else resembles it was printed by the child and stays.

use super::strip::Stripper;

/// How much text may come before an image, in bytes: the kernel echoes at once, behind what it
/// holds for reading, which is at most 64 KiB. An image that has not come by then never will.
const ECHO_DISTANCE: u64 = 64 << 10;
/// How many images may be awaited; the oldest are given up.
const IMAGE_LIMIT: usize = 16;
/// The longest image, in bytes: a canonical line of 4,095 controls. Longer ones are not masked.
const IMAGE_LENGTH_LIMIT: usize = 8 << 10;

/// Masks awaited images in text that comes in pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct Mask {
    /// In the order of sending.
    images: Vec<Image>,
    /// Text that is the beginning of an image, or not: what comes next decides.
    held: String,
    /// How much text has gone in and has been decided on, in bytes.
    position: u64,
}

/// The image of one send.
#[derive(Clone, Debug)]
struct Image {
    text: String,
    /// Where it begins at the latest.
    until: u64,
}

impl Mask {
    /// Expects the echo of `bytes`. `canonical` says whether the tty reads lines.
    pub(super) fn expect(&mut self, bytes: &[u8], canonical: Option<bool>) {
        let text = image(bytes, canonical);
        if text.is_empty() || text.len() > IMAGE_LENGTH_LIMIT {
            return;
        }
        if self.images.len() == IMAGE_LIMIT {
            self.images.remove(0);
        }
        let until = self.position + self.held.len() as u64 + ECHO_DISTANCE;
        self.images.push(Image { text, until });
    }

    /// Returns whether text goes through unchanged.
    pub(super) fn is_idle(&self) -> bool {
        self.images.is_empty() && self.held.is_empty()
    }

    /// Appends `incoming` to `text`, without the images in it.
    pub(super) fn push(&mut self, incoming: &str, text: &mut String) {
        let mut held = std::mem::take(&mut self.held);
        held.push_str(incoming);
        let mut rest = held.as_str();
        loop {
            self.images.retain(|image| image.until >= self.position);
            let Some((start, end, image)) = self.next_image(rest) else {
                break;
            };
            self.pass(&rest[..start], text);
            match image {
                Some(index) => {
                    self.position += (end - start) as u64;
                    // The kernel echoes in the order of sending.
                    self.images.drain(..=index);
                    rest = &rest[end..];
                }
                None => {
                    self.held = rest[start..].to_owned();
                    return;
                }
            }
        }
        self.pass(rest, text);
    }

    /// Appends what was held back: no more text comes.
    pub(super) fn finish(&mut self, text: &mut String) {
        let held = std::mem::take(&mut self.held);
        self.pass(&held, text);
    }

    fn pass(&mut self, part: &str, text: &mut String) {
        self.position += part.len() as u64;
        text.push_str(part);
    }

    /// Returns start, end and index of the image that begins first in `text`; the index is `None`
    /// for one that `text` ends within.
    fn next_image(&self, text: &str) -> Option<(usize, usize, Option<usize>)> {
        let mut best: Option<(usize, usize, Option<usize>)> = None;
        for (index, image) in self.images.iter().enumerate() {
            let whole = text
                .find(&image.text)
                .map(|start| (start, start + image.text.len(), Some(index)));
            let found = whole.or_else(|| {
                let start = partial_start(text, &image.text)?;
                Some((start, text.len(), None))
            });
            if let Some(found) = found
                && self.position + found.0 as u64 <= image.until
                && best.is_none_or(|b| found.0 < b.0)
            {
                best = Some(found);
            }
        }
        best
    }
}

/// Returns where the longest proper beginning of `image` starts that `text` ends with.
fn partial_start(text: &str, image: &str) -> Option<usize> {
    let longest = text.len().min(image.len() - 1);
    (text.len() - longest..text.len())
        .filter(|&start| text.is_char_boundary(start))
        .find(|&start| image.starts_with(&text[start..]))
}

/// Returns what the kernel echoes for `bytes`, as text.
fn image(bytes: &[u8], canonical: Option<bool>) -> String {
    let reads_lines = canonical != Some(false);
    let mut echoed = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\r' | b'\n' => echoed.extend(b"\r\n"),
            b'\t' => echoed.push(byte),
            // VEOF is not echoed (n_tty); VERASE depends on what is in the line already.
            0x04 if reads_lines => {}
            0x7f if reads_lines => break,
            0x7f => echoed.extend(b"^?"),
            ..0x20 => echoed.extend([b'^', byte + 0x40]),
            _ => echoed.push(byte),
        }
    }
    let mut text = String::new();
    let mut stripper = Stripper::default();
    stripper.push(&echoed, &mut text);
    stripper.finish(&mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sent: &[&[u8]], output: &str, expected: &str) {
        for split in (0..=output.len()).filter(|&at| output.is_char_boundary(at)) {
            let (mut mask, mut text) = (Mask::default(), String::new());
            for bytes in sent {
                mask.expect(bytes, Some(true));
            }
            mask.push(&output[..split], &mut text);
            mask.push(&output[split..], &mut text);
            mask.finish(&mut text);
            assert_eq!(text, expected, "split at {split}");
        }
    }

    #[test]
    fn one_image_of_each_send_is_masked() {
        check(&[b"yes\r"], "yes\nyes\n", "yes\n");
        check(&[b"yes\r"], "before\nyes\nafter", "before\nafter");
        check(&[b"a\r", b"b\r"], "a\nxb\na\nb\n", "xa\nb\n");
        check(&[b"abc\r", b"b\r"], "ababc\nb\nb\n", "abb\n");
        check(&["é\r".as_bytes()], "éé\n\n", "é\n");
    }

    #[test]
    fn controls_are_masked_as_they_are_echoed() {
        check(&[b"\x03"], "^C$ ", "$ ");
        check(&[b"\x1b[A"], "^[[Ax", "x");
        check(&[b"\x04"], "^Dx", "^Dx");
        check(&[b"a\tb\n"], "a\tb\n", "");
    }

    #[test]
    fn what_differs_is_not_masked() {
        check(&[b"yes\r"], "ye", "ye");
        check(&[b"yes\r"], "yes!\nno\n", "yes!\nno\n");
        let far = "x".repeat(70_000) + "\nyes\n";
        let (mut mask, mut text) = (Mask::default(), String::new());
        mask.expect(b"yes\r", None);
        mask.push(&far, &mut text);
        assert_eq!(text, far);
        mask.push("yes\n", &mut text);
        assert_eq!(text, far + "yes\n");
        assert!(mask.is_idle());
    }

    #[test]
    fn a_later_image_gives_up_the_earlier() {
        check(&[b"first\r", b"second\r"], "second\nfirst\n", "first\n");
    }
}
