//! Painting thousands of cells as one picture: a pixel for each, enlarged to where the cells are, with the gaps cut out.
//!
//! A rectangle each was ten thousand calls a frame, and a path of as many for the browser to fill. What is painted is the same to the pixel: the
//! gaps are cut by a mask, which is the rectangles themselves, filled once for as long as they stand where they do.

use crate::view::shape::{Cells, Point};
use std::cell::RefCell;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Where cells are, in a picture of so many device pixels a CSS pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Grid {
    at: Point,
    pitch: Point,
    size: Point,
    columns: usize,
    n: usize,
    ratio: f64,
}

impl Grid {
    fn of(cells: &Cells, ratio: f64) -> Grid {
        let Cells { at, pitch, size, columns, .. } = *cells;
        Grid { at, pitch, size, columns, n: cells.shown.len(), ratio }
    }

    /// The gaps, in device pixels.
    fn gaps(&self) -> Point {
        ((self.pitch.0 - self.size.0) * self.ratio, (self.pitch.1 - self.size.1) * self.ratio)
    }
}

/// A canvas that is in no page.
struct Layer {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Layer {
    fn new(width: u32, height: u32) -> Option<Layer> {
        let document = web_sys::window()?.document()?;
        let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
        canvas.set_width(width);
        canvas.set_height(height);
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Layer { canvas, context })
    }
}

/// What the cells of a grid are painted with.
struct Easel {
    grid: Grid,
    /// A pixel for each cell.
    small: Layer,
    /// The same in its size.
    large: Layer,
    /// Where cells are and no gaps.
    mask: Layer,
    /// Where the large one stands in the picture, in device pixels.
    corner: Point,
}

/// The grids that are remembered: one on each of two stages, and as many from before somebody changed the size.
const MOST: usize = 4;

thread_local! {
    /// Those that were used last stand first.
    static EASELS: RefCell<Vec<Easel>> = const { RefCell::new(Vec::new()) };
}

impl Easel {
    fn new(cells: &Cells, grid: Grid) -> Option<Easel> {
        let ratio = grid.ratio;
        let rows = cells.rows();
        let corner = ((grid.at.0 * ratio).floor(), (grid.at.1 * ratio).floor());
        let wide = (grid.at.0 + grid.columns as f64 * grid.pitch.0) * ratio - corner.0;
        let high = (grid.at.1 + rows as f64 * grid.pitch.1) * ratio - corner.1;
        let (wide, high) = (wide.ceil() as u32, high.ceil() as u32);
        let mask = Layer::new(wide, high)?;
        mask.context.set_transform(ratio, 0.0, 0.0, ratio, -corner.0, -corner.1).ok()?;
        mask.context.begin_path();
        for [x, y, w, h] in (0..grid.n).map(|index| cells.rect(index).map(f64::from)) {
            mask.context.rect(x, y, w, h);
        }
        mask.context.fill();
        let (small, large) = (Layer::new(grid.columns as u32, rows as u32)?, Layer::new(wide, high)?);
        // Enlarged as they are, and in place of what was there.
        large.context.set_image_smoothing_enabled(false);
        Some(Easel { grid, small, large, mask, corner })
    }

    /// Paints the cells on a canvas that has as many device pixels a CSS pixel.
    fn paint(&self, c: &CanvasRenderingContext2d, cells: &Cells) -> Option<()> {
        let Easel { grid, small, large, mask, corner } = self;
        let (columns, rows) = (grid.columns, cells.rows());
        let hues: Vec<[u8; 4]> =
            cells.hues.iter().map(|hue| [hue.r, hue.g, hue.b, (hue.a * 255.0 + 0.5) as u8]).collect();
        let hue = |shown: &u8| hues.get(usize::from(*shown)).copied().unwrap_or_default();
        let mut pixels: Vec<u8> = cells.shown.iter().flat_map(hue).collect();
        pixels.resize(columns * rows * 4, 0);
        let image = ImageData::new_with_u8_clamped_array(Clamped(&pixels), columns as u32).ok()?;
        small.context.put_image_data(&image, 0.0, 0.0).ok()?;
        // Each pixel becomes a cell with half of the gap around it, so that whatever a cell covers only in part has its colour too.
        let (gaps, wide, high) = (grid.gaps(), grid.pitch.0 * columns as f64, grid.pitch.1 * rows as f64);
        let from = |at: f64, corner: f64, gap: f64| at * grid.ratio - corner - gap / 2.0;
        let (x, y) = (from(grid.at.0, corner.0, gaps.0), from(grid.at.1, corner.1, gaps.1));
        let (w, h) = (wide * grid.ratio, high * grid.ratio);
        large.context.set_global_composite_operation("copy").ok()?;
        large.context.draw_image_with_html_canvas_element_and_dw_and_dh(&small.canvas, x, y, w, h).ok()?;
        large.context.set_global_composite_operation("destination-in").ok()?;
        large.context.draw_image_with_html_canvas_element(&mask.canvas, 0.0, 0.0).ok()?;
        c.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
        let drawn = c.draw_image_with_html_canvas_element(&large.canvas, corner.0, corner.1);
        c.set_transform(grid.ratio, 0.0, 0.0, grid.ratio, 0.0, 0.0).ok()?;
        drawn.ok()
    }
}

/// Paints cells. Whether it could: where gaps are narrower than a device pixel, neighbours share pixels, which only rectangles can.
pub fn paint(c: &CanvasRenderingContext2d, ratio: f64, cells: &Cells) -> bool {
    let grid = Grid::of(cells, ratio);
    let gaps = grid.gaps();
    if gaps.0 < 1.0 || gaps.1 < 1.0 || grid.columns == 0 || grid.n == 0 {
        return false;
    }
    EASELS.with_borrow_mut(|easels| {
        match easels.iter().position(|easel| easel.grid == grid) {
            Some(place) => easels.get_mut(..=place).into_iter().for_each(|used| used.rotate_right(1)),
            None => {
                let Some(easel) = Easel::new(cells, grid) else { return false };
                easels.truncate(MOST - 1);
                easels.insert(0, easel);
            }
        }
        easels.first().is_some_and(|easel| easel.paint(c, cells).is_some())
    })
}
