//! The blocks of a Markdown passage, without its headings.

use super::{clean, flat};

/// A block that is quoted whole, or prose that can be quoted by the sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    Prose(String),
    /// Lines of a list, each item with what belongs to it.
    List(Vec<String>),
    Code(String),
    Table(String),
    Quote(String),
}

/// Cuts a passage into blocks.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let trimmed = line.trim();
        at = if trimmed.is_empty() || is_heading(trimmed) || is_tag(trimmed) {
            at + 1
        } else if fence(trimmed).is_some() {
            code(&lines, at, &mut found)
        } else if let Some(rows) = flat::table(trimmed) {
            found.push(Block::Table(rows.join("\n")));
            at + 1
        } else if trimmed.starts_with('|') && trimmed.ends_with('|') {
            run(&lines, at, |line| line.trim().starts_with('|'), |rows| table(rows, &mut found))
        } else if trimmed.starts_with('>') && !trimmed.contains(" > ") {
            run(&lines, at, |line| line.trim().starts_with('>'), |rows| quote(rows, &mut found))
        } else if item_mark(trimmed).is_some() {
            list(&lines, at, &mut found)
        } else {
            run(&lines, at, is_prose, |rows| prose(rows, &mut found))
        };
    }
    found
}

fn run<'a>(lines: &[&'a str], from: usize, belongs: impl Fn(&str) -> bool, take: impl FnOnce(&[&'a str])) -> usize {
    let more = lines[from + 1..].iter().take_while(|line| belongs(line)).count();
    take(&lines[from..=from + more]);
    from + more + 1
}

fn is_prose(line: &str) -> bool {
    let line = line.trim();
    !(line.is_empty()
        || is_heading(line)
        || fence(line).is_some()
        || item_mark(line).is_some()
        || line.starts_with('|')
        || line.starts_with("> "))
}

fn is_heading(line: &str) -> bool {
    let marks = line.bytes().take_while(|b| *b == b'#').count();
    let ruler = line.len() >= 3 && line.bytes().all(|b| matches!(b, b'-' | b'=' | b'*' | b'_' | b' '));
    ruler || ((1..=6).contains(&marks) && line[marks..].starts_with(' ') && line.chars().count() < 120)
}

/// A line that is nothing but a tag: a container of the source's own site.
fn is_tag(line: &str) -> bool {
    let inner = line.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    inner.is_some_and(|inner| {
        !inner.contains(['<', '>'])
            && inner.starts_with(|c: char| c == '/' || c == '!' || c.is_ascii_alphabetic())
            && !inner.contains("://")
    })
}

fn fence(line: &str) -> Option<&str> {
    ["```", "~~~"].into_iter().find(|mark| line.starts_with(mark))
}

/// The length of a list item's mark with its space.
pub(super) fn item_mark(line: &str) -> Option<usize> {
    let line = line.trim_start();
    if let Some(rest) = line.strip_prefix(['-', '*', '+', '•']) {
        let mark = line.len() - rest.len();
        return rest.starts_with(' ').then_some(mark + 1);
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    let mark = rest.chars().next().filter(|c| matches!(c, '.' | ')' | '、' | '．'))?;
    let spaced = rest[mark.len_utf8()..].starts_with(' ') || mark == '、' || mark == '．';
    ((1..=3).contains(&digits) && spaced).then_some(digits + mark.len_utf8())
}

fn code(lines: &[&str], from: usize, found: &mut Vec<Block>) -> usize {
    let mark = fence(lines[from].trim()).unwrap_or("```");
    let inside = lines[from + 1..].iter().take_while(|line| !line.trim().starts_with(mark)).count();
    let indent = lines[from].len() - lines[from].trim_start().len();
    let outdent = |line: &str| line.get(indent.min(line.len() - line.trim_start().len())..).unwrap_or(line).to_owned();
    let body: Vec<String> = lines[from + 1..from + 1 + inside].iter().map(|line| outdent(line)).collect();
    if !body.iter().all(|line| line.trim().is_empty()) {
        found.push(Block::Code(format!("{}\n{}\n{mark}", lines[from].trim(), body.join("\n"))));
    }
    from + inside + 2
}

fn table(rows: &[&str], found: &mut Vec<Block>) {
    let rows: Vec<String> = rows.iter().map(|row| clean::inline(row)).collect();
    let ruled = rows.get(1).is_some_and(|row| row.contains("--"));
    match ruled && rows.len() > 2 {
        true => found.push(Block::Table(rows.join("\n"))),
        false => prose(&rows.iter().map(String::as_str).collect::<Vec<_>>(), found),
    }
}

fn quote(rows: &[&str], found: &mut Vec<Block>) {
    let inner: Vec<&str> = rows.iter().map(|row| row.trim().trim_start_matches('>').trim()).filter(|row| !row.is_empty()).collect();
    let kept: Vec<String> = inner.iter().filter(|row| !row.starts_with("[!")).map(|row| clean::inline(row)).collect();
    if !kept.is_empty() {
        found.push(Block::Quote(kept.iter().map(|row| format!("> {row}")).collect::<Vec<_>>().join("\n")));
    }
}

/// Items with their continued lines; blank lines between items belong to the list.
fn list(lines: &[&str], from: usize, found: &mut Vec<Block>) -> usize {
    let base = indent(lines[from]);
    let mut items: Vec<String> = Vec::new();
    let mut at = from;
    let mut fenced = false;
    while at < lines.len() {
        let line = lines[at];
        let own = item_mark(line).is_some() && indent(line) <= base && !fenced;
        let inside = fenced || line.trim().is_empty() || indent(line) > base;
        let lazy = !inside && !own && at > from && !lines[at - 1].trim().is_empty() && is_prose(line);
        match items.last_mut() {
            _ if own => items.push(line.trim().to_owned()),
            Some(item) if inside => {
                fenced ^= fence(line.trim()).is_some();
                item.push('\n');
                item.push_str(line.trim_end().get(base..).unwrap_or(line.trim_end()));
            }
            Some(item) if lazy => clean::join_lines(item, line.trim()),
            _ => break,
        }
        at += 1;
    }
    let items: Vec<String> = items.iter().map(|item| clean::inline(item)).filter(|item| !item.is_empty()).collect();
    let texts: Vec<&str> = items.iter().map(|item| item_mark(item).map_or(item.as_str(), |mark| &item[mark..])).collect();
    match items.as_slice() {
        // One item on a single line may hold a whole list that lost its line ends.
        [only] if !only.contains('\n') => found.extend(flat::restore(only)),
        _ if clean::is_menu(&texts) => {}
        _ => found.push(Block::List(items)),
    }
    at
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn prose(rows: &[&str], found: &mut Vec<Block>) {
    let mut text = String::new();
    for row in rows {
        clean::join_lines(&mut text, row.trim());
    }
    let text = clean::inline(&text);
    if !text.is_empty() {
        found.extend(flat::restore(&text));
    }
}
