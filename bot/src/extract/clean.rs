//! What never belongs into an answer: pictures, comments, footnote marks, menus, drawings of boxes.

/// Whether a character stands without spaces around it.
pub(super) fn is_dense(c: char) -> bool {
    knowledge::language::is_han(c) || matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}' | '“' | '”' | '‘' | '’' | '…')
}

/// Removes pictures, comments and footnote marks outside of code.
pub(super) fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['!', '[', '<', '`']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let skip = picture(tail).or_else(|| comment(tail)).or_else(|| footnote(tail));
        match (skip, tail.starts_with('`')) {
            (Some(length), _) => rest = &tail[length..],
            (None, true) => {
                let length = code(tail);
                out.push_str(&tail[..length]);
                rest = &tail[length..];
            }
            (None, false) => {
                out.push_str(&tail[..1]);
                rest = &tail[1..];
            }
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

fn picture(text: &str) -> Option<usize> {
    let label = text.strip_prefix("![")?.find("](")? + 4;
    let address = text[label..].find(')')?;
    (address < 500).then_some(label + address + 1)
}

fn comment(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("<!--")?;
    Some(inner.find("-->").map_or(text.len(), |at| at + 7))
}

/// `[12]`, `[edit]`: they point to places that are not here.
fn footnote(text: &str) -> Option<usize> {
    let close = text.strip_prefix('[')?.find(']')?;
    let label = &text[1..=close];
    let number = !label.is_empty() && label.len() <= 3 && label.bytes().all(|b| b.is_ascii_digit());
    let linked = text[close + 2..].starts_with('(');
    (!linked && (number || label == "edit")).then_some(close + 2)
}

fn code(text: &str) -> usize {
    let ticks = text.bytes().take_while(|b| *b == b'`').count();
    text[ticks..].find(&"`".repeat(ticks)).map_or(ticks, |at| at + 2 * ticks)
}

/// Whether a text is drawn rather than written: rulers, rows of tables, data.
pub(super) fn is_noise(text: &str) -> bool {
    let seen = text.chars().filter(|c| !c.is_whitespace()).count();
    let words = text.chars().filter(|c| c.is_alphanumeric()).count();
    let signs = text.chars().filter(|c| matches!(c, '{' | '}' | '"' | '|')).count();
    let rows = text.matches('|').count() > 2;
    seen == 0 || words * 2 < seen || rows || (signs > 7 && signs * 12 > seen)
}

/// Whether words stop in the middle, where at least two before them were ended. Numbers and addresses need no full stop.
pub(super) fn breaks_off<'a>(last: &str, mut before: impl Iterator<Item = &'a str> + Clone) -> bool {
    let ended =
        |text: &str| text.trim_end().ends_with(['.', '!', '?', '。', '！', '？', '…', ';', '；', ':', '：', ')', '）', '"', '”', '」']);
    let said = last.trim_end().ends_with(char::is_alphabetic) && !last.contains(['@', '/']) && !last.contains(|c: char| c.is_ascii_digit());
    said && before.clone().nth(1).is_some() && before.all(ended)
}

/// Whether a list is a menu: every item is nothing but a link.
pub(super) fn is_menu(items: &[&str]) -> bool {
    let bare_link = |item: &&str| {
        let item = item.trim().trim_end_matches(['.', ';', '。', '；', ',']);
        item.starts_with('[')
            && item.ends_with(')')
            && item.matches("](").count() == 1
            && item.find("](").is_some_and(|at| !item[..at].contains(['。', '.']))
    };
    !items.is_empty() && items.iter().all(bare_link)
}

/// Joins two lines of a paragraph: Chinese without a space.
pub(super) fn join_lines(text: &mut String, line: &str) {
    let dense = text.chars().next_back().is_some_and(is_dense) && line.chars().next().is_some_and(is_dense);
    if !text.is_empty() && !dense {
        text.push(' ');
    }
    text.push_str(line);
}
