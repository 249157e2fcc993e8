//! Lists that lost their line ends ("do this: 1. one 2. two") get them back.

use knowledge::sentence::sentences;

use super::block::Block;

/// The blocks of a paragraph: prose, and the lists that stand within it.
pub(super) fn restore(text: &str) -> Vec<Block> {
    let text = lines(&unquote(text));
    let listed = numbered(&text).or_else(|| [" - ", " + ", " * "].into_iter().find_map(|mark| dashed(&text, mark)));
    listed.unwrap_or_else(|| paragraphs(&text))
}

/// Chinese has no spaces: one between two Chinese characters was the end of a line.
fn lines(text: &str) -> String {
    let dense = |c: Option<char>| c.is_some_and(knowledge::language::is_han);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let lost = c == ' ' && dense(text[..at].chars().next_back()) && dense(text[at + 1..].chars().next());
        out.push(if lost { '\n' } else { c });
    }
    out
}

fn paragraphs(text: &str) -> Vec<Block> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| Block::Prose(line.to_owned())).collect()
}

/// The rows of a table that stands on one line.
pub(super) fn table(line: &str) -> Option<Vec<String>> {
    let line = line.strip_prefix('|')?.strip_suffix('|')?;
    if !line.contains("| ---") && !line.contains("|---") && !line.contains("| :-") {
        return None;
    }
    let rows: Vec<String> = line.split("| |").map(|row| format!("| {} |", row.trim())).collect();
    let cells = |row: &String| row.matches('|').count();
    let ruled = rows.get(1).is_some_and(|row| row.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ')));
    (rows.len() > 2 && ruled && rows.iter().all(|row| cells(row) == cells(&rows[0]))).then_some(rows)
}

/// "> Note: > > text" was a quotation of several lines.
fn unquote(text: &str) -> String {
    match text.contains("> >") {
        true => text.replace(" > > ", " ").replace("> > ", "").replace(" > ", " ").trim_start_matches("> ").to_owned(),
        false => text.to_owned(),
    }
}

/// Steps 1, 2, 3 … within a line.
fn numbered(text: &str) -> Option<Vec<Block>> {
    let mut starts = Vec::new();
    let mut from = 0;
    while let Some(at) = mark(text, from, starts.len() + 1) {
        starts.push(at);
        from = at + 2;
    }
    (starts.len() >= 2).then(|| {
        let items = spans(text, &starts);
        let width = |n: usize| n.to_string().len() + 1;
        let bodies = items.iter().enumerate().map(|(n, span)| span[width(n + 1)..].trim()).collect();
        assemble(&text[..starts[0]], bodies, |n| format!("{}. ", n + 1))
    })
}

/// Where `n. ` stands as the mark of a step, from `from` on.
fn mark(text: &str, from: usize, n: usize) -> Option<usize> {
    let mark = format!("{n}. ");
    text[from..].match_indices(&mark).map(|(at, _)| at + from).find(|at| {
        let before = text[..*at].trim_end_matches(' ').chars().next_back();
        let apart = *at == 0 || text[..*at].ends_with([' ', '：', ':', '。', '；']);
        let ended =
            n > 1 || before.is_none_or(|c| matches!(c, ':' | '：' | '.' | '。' | '!' | '！' | '?' | '？' | ')' | '）' | ';' | '；'));
        let follows =
            text[*at + mark.len()..].chars().next().is_some_and(|c| c.is_alphabetic() || matches!(c, '`' | '"' | '“' | '*' | '[' | '('));
        apart && ended && follows
    })
}

/// Items that begin with a dash: from the start, after a colon, or each after a sentence's end.
fn dashed(text: &str, mark: &str) -> Option<Vec<Block>> {
    let bare = mark.trim_start();
    let mut starts: Vec<usize> = text.match_indices(mark).map(|(at, _)| at + 1).collect();
    let before = |at: &usize| text[..*at].trim_end();
    let led = starts.first().is_some_and(|at| before(at).ends_with([':', '：']));
    let parted = starts.iter().all(|at| before(at).ends_with(['。', '.', '；', ';', '！', '!', ':', '：']));
    let begins = text.starts_with(bare);
    if begins {
        starts.insert(0, 0);
    }
    if starts.len() < 2 || !(begins || led || parted) {
        return None;
    }
    let bodies: Vec<&str> = spans(text, &starts).into_iter().map(|span| span[bare.len()..].trim()).collect();
    let (lead, dash) = (&text[..starts[0]], |_| "- ".to_owned());
    // A sentence that promises a list ends the list before it.
    let turn = bodies[..bodies.len() - 1].iter().position(|body| body.ends_with([':', '：']) && sentences(body).len() > 1);
    let Some(turn) = turn else { return Some(assemble(lead, bodies, dash)) };
    let promise = sentences(bodies[turn]).last().map_or(0, |sentence| sentence.len());
    let (item, _) = bodies[turn].split_at(bodies[turn].len() - promise);
    let from = text[..starts[turn + 1]].trim_end().len() - promise;
    let head = bodies[..turn].iter().copied().chain([item.trim()]).collect();
    Some(assemble(lead, head, dash).into_iter().chain(restore(&text[from..])).collect())
}

fn spans<'a>(text: &'a str, starts: &[usize]) -> Vec<&'a str> {
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(start, end)| text[*start..end].trim_end()).collect()
}

/// What stands before the list, the list, and what follows its last item.
fn assemble(lead: &str, bodies: Vec<&str>, mark: impl Fn(usize) -> String) -> Vec<Block> {
    let (last, after) = last_item(&bodies);
    let count = bodies.len();
    let bodies = bodies.into_iter().take(count - 1).chain([last]);
    let items = bodies.enumerate().map(|(n, body)| nested(&mark(n), body)).collect();
    paragraphs(lead).into_iter().chain([Block::List(items)]).chain(after.into_iter().flat_map(restore)).collect()
}

/// The last item is as long as the others are; what follows is prose again.
fn last_item<'a>(bodies: &[&'a str]) -> (&'a str, Option<&'a str>) {
    let Some((last, others)) = bodies.split_last() else { return ("", None) };
    let longest = others.iter().map(|body| sentences(body).len()).max().unwrap_or(1).max(1);
    let kept: usize = sentences(last).iter().take(longest).map(|sentence| sentence.len()).sum();
    let (item, after) = last.split_at(kept);
    (item.trim(), (!after.trim().is_empty()).then_some(after.trim()))
}

/// An item that holds a list of dashes itself.
fn nested(mark: &str, body: &str) -> String {
    let indent = " ".repeat(mark.len());
    match dashed(body, " - ").as_deref() {
        Some([Block::Prose(lead), Block::List(items), after @ ..]) if mark != "- " => {
            let items: Vec<String> = items.iter().map(|item| format!("{indent}{item}")).collect();
            let after: String = after
                .iter()
                .filter_map(|block| if let Block::Prose(text) = block { Some(format!("\n\n{indent}{text}")) } else { None })
                .collect();
            format!("{mark}{lead}\n{}{after}", items.join("\n"))
        }
        _ => format!("{mark}{body}"),
    }
}
