//! A drawn page as pixels, and whether there is anything on it.

use super::super::wire::Marks;

/// Pixels on white paper.
pub(super) struct Ink {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Red, green, blue, in rows.
    pub(super) rgb: Vec<u8>,
}

/// One page with what was noticed.
pub(super) struct Drawn {
    pub(super) ink: Ink,
    pub(super) pages: u32,
    pub(super) marks: Marks,
}

impl Ink {
    /// Whether nothing stands out from the ground. The ground is the commonest brightness, so
    /// that a page of one colour is blank too. Noise of a scanner stays below the step.
    pub(super) fn is_blank(&self) -> bool {
        const STEP: u8 = 24;
        let mut counts = [0_u32; 256];
        for p in self.rgb.chunks_exact(3) {
            counts[usize::from(brightness(p))] += 1;
        }
        let ground = (0..=255_u8).max_by_key(|i| counts[usize::from(*i)]).unwrap_or(255);
        let standing_out: u32 = (0..=255_u8).filter(|i| i.abs_diff(ground) > STEP).map(|i| counts[usize::from(i)]).sum();
        standing_out < 6
    }

    /// Brightness of each pixel.
    pub(super) fn grey(&self) -> Vec<u8> {
        self.rgb.chunks_exact(3).map(brightness).collect()
    }
}

fn brightness(p: &[u8]) -> u8 {
    let sum = 299 * u32::from(p[0]) + 587 * u32::from(p[1]) + 114 * u32::from(p[2]);
    u8::try_from(sum / 1000).unwrap_or(u8::MAX)
}
