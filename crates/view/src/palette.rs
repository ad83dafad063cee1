//! The design tokens as colours, for what is drawn on a canvas. The same values as `static/tokens.css`; a test holds that.

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Ink on paper.
    Light,
    /// Paper on ink.
    Dark,
}

/// A colour with opacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rgba {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// Opacity, from 0 to 1.
    pub a: f32,
}

impl Rgba {
    /// A colour.
    pub const fn new(r: u8, g: u8, b: u8, a: f32) -> Rgba {
        Rgba { r, g, b, a }
    }

    /// As CSS writes it.
    pub fn css(self) -> String {
        if self.a >= 1.0 {
            format!("#{:02x}{:02x}{:02x}", self.r, self.g, self.b)
        } else {
            format!("rgba({},{},{},{})", self.r, self.g, self.b, self.a)
        }
    }

    /// The same colour, less opaque.
    pub const fn faint(self, a: f32) -> Rgba {
        Rgba { a: self.a * a, ..self }
    }
}

/// The tokens of one theme.
#[expect(missing_docs, reason = "named as the tokens are")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    pub chrome: Rgba,
    pub surface: Rgba,
    pub sunken: Rgba,
    pub stage: Rgba,
    pub line: Rgba,
    pub line_2: Rgba,
    pub line_3: Rgba,
    pub field: Rgba,
    pub ink: Rgba,
    pub ink_2: Rgba,
    pub ink_3: Rgba,
    pub on_ink: Rgba,
    pub accent: Rgba,
    pub accent_wash: Rgba,
    pub idle: Rgba,
    pub idle_ink: Rgba,
    pub running: Rgba,
    pub running_ink: Rgba,
    pub running_wash: Rgba,
    pub waiting: Rgba,
    pub waiting_ink: Rgba,
    pub waiting_wash: Rgba,
    pub blocked: Rgba,
    pub blocked_ink: Rgba,
    pub blocked_wash: Rgba,
    pub success: Rgba,
    pub success_ink: Rgba,
    pub success_wash: Rgba,
    pub client: Rgba,
    pub client_line: Rgba,
    pub client_ink: Rgba,
    pub client_wash: Rgba,
    pub server: Rgba,
    pub server_ink: Rgba,
    pub server_wash: Rgba,
    pub timeout: Rgba,
    pub timeout_ink: Rgba,
    pub timeout_wash: Rgba,
    pub rejected: Rgba,
    pub rejected_ink: Rgba,
    pub rejected_wash: Rgba,
    pub queued: Rgba,
    pub queued_wash: Rgba,
    pub p50: Rgba,
    pub p95: Rgba,
    pub p99: Rgba,
    pub p_band1: Rgba,
    pub p_band2: Rgba,
    pub grid: Rgba,
    pub axis: Rgba,
}

impl Palette {
    /// The tokens of a theme.
    pub const fn of(theme: Theme) -> &'static Palette {
        match theme {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }
}

const LIGHT: Palette = Palette {
    chrome: Rgba::new(245, 247, 248, 1.0),
    surface: Rgba::new(255, 255, 255, 1.0),
    sunken: Rgba::new(238, 241, 243, 1.0),
    stage: Rgba::new(255, 255, 255, 1.0),
    line: Rgba::new(225, 230, 234, 1.0),
    line_2: Rgba::new(198, 207, 214, 1.0),
    line_3: Rgba::new(127, 139, 150, 1.0),
    field: Rgba::new(132, 144, 155, 1.0),
    ink: Rgba::new(16, 23, 29, 1.0),
    ink_2: Rgba::new(65, 76, 86, 1.0),
    ink_3: Rgba::new(95, 107, 118, 1.0),
    on_ink: Rgba::new(255, 255, 255, 1.0),
    accent: Rgba::new(18, 89, 195, 1.0),
    accent_wash: Rgba::new(231, 239, 251, 1.0),
    idle: Rgba::new(125, 137, 147, 1.0),
    idle_ink: Rgba::new(95, 107, 118, 1.0),
    running: Rgba::new(11, 92, 184, 1.0),
    running_ink: Rgba::new(11, 92, 184, 1.0),
    running_wash: Rgba::new(227, 238, 250, 1.0),
    waiting: Rgba::new(39, 141, 194, 1.0),
    waiting_ink: Rgba::new(19, 106, 152, 1.0),
    waiting_wash: Rgba::new(224, 241, 250, 1.0),
    blocked: Rgba::new(198, 108, 0, 1.0),
    blocked_ink: Rgba::new(149, 80, 0, 1.0),
    blocked_wash: Rgba::new(252, 239, 220, 1.0),
    success: Rgba::new(0, 132, 92, 1.0),
    success_ink: Rgba::new(0, 116, 79, 1.0),
    success_wash: Rgba::new(223, 243, 235, 1.0),
    client: Rgba::new(227, 181, 5, 1.0),
    client_line: Rgba::new(122, 97, 0, 1.0),
    client_ink: Rgba::new(115, 91, 0, 1.0),
    client_wash: Rgba::new(251, 243, 210, 1.0),
    server: Rgba::new(198, 54, 26, 1.0),
    server_ink: Rgba::new(179, 45, 19, 1.0),
    server_wash: Rgba::new(251, 232, 227, 1.0),
    timeout: Rgba::new(154, 63, 134, 1.0),
    timeout_ink: Rgba::new(139, 54, 120, 1.0),
    timeout_wash: Rgba::new(246, 230, 242, 1.0),
    rejected: Rgba::new(65, 76, 86, 1.0),
    rejected_ink: Rgba::new(65, 76, 86, 1.0),
    rejected_wash: Rgba::new(232, 236, 239, 1.0),
    queued: Rgba::new(91, 110, 128, 1.0),
    queued_wash: Rgba::new(230, 235, 240, 1.0),
    p50: Rgba::new(11, 92, 184, 1.0),
    p95: Rgba::new(59, 122, 198, 1.0),
    p99: Rgba::new(87, 141, 203, 1.0),
    p_band1: Rgba::new(11, 92, 184, 0.26),
    p_band2: Rgba::new(11, 92, 184, 0.12),
    grid: Rgba::new(232, 236, 239, 1.0),
    axis: Rgba::new(95, 107, 118, 1.0),
};

const DARK: Palette = Palette {
    chrome: Rgba::new(17, 23, 28, 1.0),
    surface: Rgba::new(23, 30, 36, 1.0),
    sunken: Rgba::new(11, 16, 20, 1.0),
    stage: Rgba::new(11, 16, 20, 1.0),
    line: Rgba::new(34, 43, 51, 1.0),
    line_2: Rgba::new(55, 67, 80, 1.0),
    line_3: Rgba::new(107, 120, 133, 1.0),
    field: Rgba::new(106, 119, 131, 1.0),
    ink: Rgba::new(234, 239, 243, 1.0),
    ink_2: Rgba::new(180, 191, 201, 1.0),
    ink_3: Rgba::new(143, 155, 166, 1.0),
    on_ink: Rgba::new(11, 16, 20, 1.0),
    accent: Rgba::new(127, 178, 255, 1.0),
    accent_wash: Rgba::new(22, 38, 60, 1.0),
    idle: Rgba::new(116, 129, 141, 1.0),
    idle_ink: Rgba::new(152, 164, 175, 1.0),
    running: Rgba::new(90, 156, 245, 1.0),
    running_ink: Rgba::new(134, 183, 250, 1.0),
    running_wash: Rgba::new(18, 38, 63, 1.0),
    waiting: Rgba::new(121, 203, 242, 1.0),
    waiting_ink: Rgba::new(143, 211, 245, 1.0),
    waiting_wash: Rgba::new(15, 42, 56, 1.0),
    blocked: Rgba::new(240, 160, 60, 1.0),
    blocked_ink: Rgba::new(245, 180, 99, 1.0),
    blocked_wash: Rgba::new(51, 36, 15, 1.0),
    success: Rgba::new(56, 193, 147, 1.0),
    success_ink: Rgba::new(85, 207, 166, 1.0),
    success_wash: Rgba::new(13, 44, 34, 1.0),
    client: Rgba::new(242, 221, 92, 1.0),
    client_line: Rgba::new(242, 221, 92, 1.0),
    client_ink: Rgba::new(242, 221, 92, 1.0),
    client_wash: Rgba::new(48, 43, 13, 1.0),
    server: Rgba::new(255, 122, 89, 1.0),
    server_ink: Rgba::new(255, 145, 117, 1.0),
    server_wash: Rgba::new(58, 26, 18, 1.0),
    timeout: Rgba::new(222, 143, 203, 1.0),
    timeout_ink: Rgba::new(229, 164, 213, 1.0),
    timeout_wash: Rgba::new(50, 27, 45, 1.0),
    rejected: Rgba::new(180, 191, 201, 1.0),
    rejected_ink: Rgba::new(180, 191, 201, 1.0),
    rejected_wash: Rgba::new(36, 45, 53, 1.0),
    queued: Rgba::new(140, 157, 174, 1.0),
    queued_wash: Rgba::new(29, 38, 47, 1.0),
    p50: Rgba::new(127, 178, 255, 1.0),
    p95: Rgba::new(82, 137, 214, 1.0),
    p99: Rgba::new(74, 114, 173, 1.0),
    p_band1: Rgba::new(90, 156, 245, 0.34),
    p_band2: Rgba::new(90, 156, 245, 0.17),
    grid: Rgba::new(27, 35, 42, 1.0),
    axis: Rgba::new(143, 155, 166, 1.0),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canvas_has_the_same_colours_as_the_page_around_it() {
        let css = include_str!("../../../static/tokens.css").to_lowercase();
        for colour in
            [LIGHT.waiting, LIGHT.blocked, LIGHT.success, LIGHT.server, LIGHT.ink_2, DARK.waiting, DARK.stage, DARK.p50]
        {
            assert!(css.contains(&colour.css()), "{} is no token", colour.css());
        }
    }
}
