//! A table for a terminal: words begin on the left, figures end on the right.

/// Rows of cells, the first of them the heading, as lines with columns as wide as they must be. The columns with these numbers
/// are of words.
pub(super) fn table(rows: &[Vec<String>], words: &[usize]) -> String {
    let wide = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width = wide(column).unwrap_or(0);
            // Formatting counts characters, as a terminal does with those that stand in these tables.
            line += &if words.contains(&column) { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") };
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["", "Time"], ["WaitGroup", "~4–5 s"], ["Pool", "9"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(table(&rows, &[0]), "               Time\n  WaitGroup  ~4–5 s\n  Pool            9\n");
    }
}
