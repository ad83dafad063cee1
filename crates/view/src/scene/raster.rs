//! How many things of one kind lie in an area: a cell each, row by row in the order of their numbers, as large as lets all of them in; where even the
//! smallest are too many, a cell stands for several. What is drawn of them is put together by colour, so that ten thousand are a handful of shapes.

use super::Frame;
use crate::number;
use crate::palette::Rgba;
use crate::shape::{Cells, Point, Shape, Sheet};

/// The least pitch of cells with a gap between them: 2 × 2 at 3 px.
const SPACED: f64 = 3.0;
/// The greatest pitch, and the least.
const MOST: f64 = 52.0;
const LEAST: f64 = 2.0;
/// From so many cells on they are one shape. Of fewer a rectangle each costs nothing.
const MANY: u64 = 1_000;
/// How many items a lens shows: so many beside each other, and so many rows.
pub const LENS: (u64, u64) = (7, 4);

/// How a number of things lies in an area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Raster {
    area: Frame,
    /// The distance from cell to cell.
    pub pitch: (f64, f64),
    gap: (f64, f64),
    /// How many cells there are in a row.
    pub columns: u64,
    /// How many things a cell stands for.
    pub each: u64,
    /// How many things there are.
    pub n: u64,
}

impl Raster {
    /// The raster with the largest cells that hold `n` things. Tiny ones run together into bars, with a gap between rows.
    pub fn of(n: u64, area: Frame) -> Raster {
        let fits = |w: f64, h: f64, n: u64| libm::floor(area.w / w) * libm::floor(area.h / h) >= n as f64;
        let mut pitch = libm::floor(libm::sqrt(area.w * area.h / n.max(1) as f64)).clamp(LEAST, MOST);
        while pitch > LEAST && !fits(pitch, pitch, n) {
            pitch -= 1.0;
        }
        // Cells may be a little wider or higher than they are high or wide, to use the area.
        let pitch = if pitch >= MOST {
            (pitch, pitch)
        } else if fits(pitch + 1.0, pitch, n) {
            (pitch + 1.0, pitch)
        } else if fits(pitch, pitch + 1.0, n) {
            (pitch, pitch + 1.0)
        } else {
            (pitch, pitch)
        };
        let columns = libm::floor(area.w / pitch.0).max(1.0) as u64;
        let cells = columns * libm::floor(area.h / pitch.1).max(1.0) as u64;
        let high = if pitch.1 >= 3.0 { 1.0 } else { 0.0 };
        let gap = if pitch.1 >= 4.0 { (1.0, 1.0) } else { (0.0, high) };
        Raster { area, pitch, gap, columns, each: n.div_ceil(cells.max(1)).max(1), n }
    }

    /// A raster of squares with a gap between them, at most so far from each other: one for each thing, or for ten, a hundred and so on. None where
    /// there is no room for a few.
    pub fn spaced(n: u64, area: Frame, most: f64) -> Option<Raster> {
        // The last of a row or column needs no gap behind it.
        let along = |pitch: f64, length: f64| libm::floor((length + 1.0) / pitch);
        let fits = |pitch: f64, n: u64| along(pitch, area.w) * along(pitch, area.h) >= n as f64;
        let mut each = 1;
        if along(SPACED, area.w) < LENS.0 as f64 || along(SPACED, area.h) < LENS.1 as f64 {
            return None;
        }
        while !fits(SPACED, n.div_ceil(each)) {
            each *= 10;
        }
        let mut pitch = most.max(SPACED);
        while pitch > SPACED && !fits(pitch, n.div_ceil(each)) {
            pitch -= 1.0;
        }
        let columns = along(pitch, area.w).max(1.0) as u64;
        Some(Raster { area, pitch: (pitch, pitch), gap: (1.0, 1.0), columns, each, n })
    }

    /// The same with only so many things yet.
    pub fn holding(self, n: u64) -> Raster {
        Raster { n, ..self }
    }

    /// How many cells there are.
    pub fn cells(&self) -> u64 {
        self.n.div_ceil(self.each)
    }

    /// The left top corner of a cell.
    pub fn corner(&self, cell: u64) -> Point {
        let (column, row) = (cell % self.columns, cell / self.columns);
        (self.area.x + column as f64 * self.pitch.0, self.area.y + row as f64 * self.pitch.1)
    }

    /// A cell.
    pub fn cell(&self, cell: u64) -> Frame {
        let (x, y) = self.corner(cell);
        Frame { x, y, w: self.pitch.0 - self.gap.0, h: self.pitch.1 - self.gap.1 }
    }

    /// What the cells take of the area.
    pub fn used(&self) -> Frame {
        let rows = self.cells().div_ceil(self.columns);
        let wide = self.columns.min(self.cells());
        Frame { w: wide as f64 * self.pitch.0, h: rows as f64 * self.pitch.1, ..self.area }
    }

    /// The number of the first thing that the cell at a point stands for.
    pub fn at(&self, (x, y): Point) -> Option<u64> {
        let (dx, dy) = (x - self.area.x, y - self.area.y);
        let column = libm::floor(dx / self.pitch.0) as u64;
        let inside = dx >= 0.0 && dy >= 0.0 && x < self.area.right() && y < self.area.bottom() && column < self.columns;
        let cell = libm::floor(dy / self.pitch.1) as u64 * self.columns + column;
        Some(cell * self.each).filter(|first| inside && *first < self.n)
    }

    /// Draws the cells, each in the colour of what it shows: the number of one of these.
    pub fn draw(&self, sheet: &mut Sheet, hues: &[Rgba], shows: &mut dyn FnMut(u64) -> usize) {
        let apart = self.gap.0 > 0.0 && self.gap.1 > 0.0;
        if !apart || self.cells() < MANY || hues.len() > usize::from(u8::MAX) {
            for (rects, hue) in self.groups(shows).into_iter().zip(hues) {
                sheet.boxes(rects, Some(*hue), None);
            }
            return;
        }
        sheet.shapes.push(Shape::Cells(Cells {
            at: (self.area.x, self.area.y),
            pitch: self.pitch,
            size: (self.pitch.0 - self.gap.0, self.pitch.1 - self.gap.1),
            columns: self.columns as usize,
            hues: hues.to_vec(),
            shown: (0..self.cells()).map(|cell| shows(cell) as u8).collect(),
        }));
    }

    /// The cells put together by what each shows, in the order of that: a number.
    pub fn groups(&self, shows: &mut dyn FnMut(u64) -> usize) -> Vec<Vec<[f32; 4]>> {
        let mut groups: Vec<Vec<[f32; 4]>> = Vec::new();
        let (cells, joined) = (self.cells(), self.gap.0 == 0.0);
        let mut last: Option<(usize, u64)> = None;
        for index in 0..cells {
            let shown = shows(index);
            while groups.len() <= shown {
                groups.push(Vec::new());
            }
            let Some(group) = groups.get_mut(shown) else { continue };
            let row = index / self.columns;
            if let Some([_, _, wide, _]) = group.last_mut().filter(|_| joined && last == Some((shown, row))) {
                *wide += self.pitch.0 as f32;
            } else {
                let Frame { x, y, w, h } = self.cell(index);
                group.push([x, y, w, h].map(|x| x as f32));
            }
            last = Some((shown, row));
        }
        groups
    }

    /// Those whom a lens shows of whom one is of this number, and where they are: who stands around it, or, where a cell stands for several, who comes
    /// before and after it.
    pub fn around(&self, index: u64) -> (Vec<u64>, Frame) {
        let (wide, high) = LENS;
        let index = index.min(self.n.saturating_sub(1));
        if self.each > 1 {
            let first = index - index % (wide * high);
            let these: Vec<u64> = (first..self.n.min(first + wide * high)).collect();
            let row = index / self.each / self.columns;
            let mut cells = these.iter().map(|index| index / self.each).filter(|cell| cell / self.columns == row);
            let (from, to) = (cells.next().unwrap_or(0), cells.next_back());
            let (from, to) = (self.cell(from), self.cell(to.unwrap_or(from)));
            return (these, Frame { w: to.right() - from.x, ..from });
        }
        let rows = self.n.div_ceil(self.columns);
        let begin =
            |at: u64, before: u64, shown: u64, all: u64| at.saturating_sub(before).min(all.saturating_sub(shown));
        let column = begin(index % self.columns, wide / 2, wide, self.columns);
        let row = begin(index / self.columns, high / 2, high, rows);
        let wide = wide.min(self.columns);
        let those = (row..(row + high).min(rows)).flat_map(|row| (column..column + wide).map(move |at| (row, at)));
        let those = those.map(|(row, at)| row * self.columns + at).filter(|index| *index < self.n);
        let (x, y) = self.corner(row * self.columns + column);
        let size = (wide as f64 * self.pitch.0 - self.gap.0, high.min(rows - row) as f64 * self.pitch.1 - self.gap.1);
        (those.collect(), Frame { x, y, w: size.0, h: size.1 })
    }

    /// How much a cell is: "one cell each", "a cell is 10".
    pub fn density(&self) -> String {
        if self.each == 1 { "one cell each".to_owned() } else { format!("a cell is {}", number::count(self.each)) }
    }
}
