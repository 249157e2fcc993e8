//! Which files of a folder are taken: `docs/**/*.md` takes, `!drafts/**` leaves out; `*` and `?` end at a slash, `**` does not.

use crate::Fault;

/// Patterns, one a line; without any that take, everything is taken that is not left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patterns {
    take: Vec<String>,
    leave: Vec<String>,
}

/// Patterns at most.
const MOST: usize = 50;
/// Characters of one.
const LONGEST: usize = 200;

impl Patterns {
    /// Reads them.
    ///
    /// # Errors
    /// A sentence for the admin.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut all = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if line.chars().count() > LONGEST || all.take.len() + all.leave.len() >= MOST {
                return Err(Fault::of("fault-patterns").with("n", MOST).with("length", LONGEST));
            }
            match line.strip_prefix('!') {
                Some(pattern) => all.leave.push(pattern.trim_start_matches('/').to_owned()),
                None => all.take.push(line.trim_start_matches('/').to_owned()),
            }
        }
        Ok(all)
    }

    /// One a line.
    #[must_use]
    pub fn text(&self) -> String {
        let leave = self.leave.iter().map(|pattern| format!("!{pattern}"));
        self.take.iter().cloned().chain(leave).collect::<Vec<_>>().join("\n")
    }

    /// Whether a file is taken; its name within the folder, with slashes.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        let any = |list: &[String]| list.iter().any(|pattern| matches(pattern, name));
        (self.take.is_empty() || any(&self.take)) && !any(&self.leave)
    }
}

/// A pattern without a slash is one of the last part of a name.
fn matches(pattern: &str, name: &str) -> bool {
    let name = if pattern.contains('/') { name } else { name.rsplit('/').next().unwrap_or(name) };
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // Which ends of the name the pattern so far can reach: work bounded by the product of both lengths.
    let mut reach = vec![false; name.len() + 1];
    reach[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        let deep = pattern[at] == '*' && pattern.get(at + 1) == Some(&'*');
        let mut next = vec![false; name.len() + 1];
        match pattern[at] {
            '*' => {
                let mut open = false;
                for (end, reached) in reach.iter().enumerate() {
                    open |= reached;
                    next[end] = open;
                    // A star does not cross a slash.
                    open &= deep || name.get(end) != Some(&'/');
                }
                // `**/` is also nothing at all.
                if deep && pattern.get(at + 2) == Some(&'/') {
                    reach = (0..=name.len()).map(|end| reach[end] || (end > 0 && name[end - 1] == '/' && next[end - 1])).collect();
                    at += 3;
                    continue;
                }
            }
            c => {
                for end in 0..name.len() {
                    let same = if c == '?' { name[end] != '/' } else { name[end] == c };
                    next[end + 1] = reach[end] && same;
                }
            }
        }
        reach = next;
        at += if deep { 2 } else { 1 };
    }
    reach[name.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_taken_as_their_patterns_say() {
        for (patterns, name, expected) in [
            ("", "any/thing.md", true),
            ("*.md", "a.md", true),
            ("*.md", "deep/down/a.md", true),
            ("*.md", "a.mdx", false),
            ("docs/*.md", "docs/a.md", true),
            ("docs/*.md", "docs/deep/a.md", false),
            ("docs/**/*.md", "docs/a.md", true),
            ("docs/**/*.md", "docs/deep/down/a.md", true),
            ("docs/**/*.md", "other/docs/a.md", false),
            ("**/guide/*.md", "guide/a.md", true),
            ("**/guide/*.md", "x/y/guide/a.md", true),
            ("**/guide/*.md", "x/yguide/a.md", false),
            ("docs/**", "docs/a/b.txt", true),
            ("docs/**", "docsx/a", false),
            ("/docs/?.md", "docs/a.md", true),
            ("docs/?.md", "docs/ab.md", false),
            ("*.md\n!drafts/**", "drafts/a.md", false),
            ("*.md\n!drafts/**", "ready/a.md", true),
            ("!*.txt", "a.md", true),
            ("!*.txt", "a.txt", false),
            ("# only these\n文档/*.md", "文档/退款.md", true),
        ] {
            let parsed = Patterns::parse(patterns).unwrap();
            assert_eq!(parsed.takes(name), expected, "{patterns:?} {name}");
            assert_eq!(Patterns::parse(&parsed.text()).unwrap(), parsed);
        }
        assert!(Patterns::parse(&"x\n".repeat(51)).is_err());
        let began = std::time::Instant::now();
        assert!(!matches(&"*a".repeat(90), &"a".repeat(4_000).replace("aaaa", "aab/")));
        assert!(began.elapsed().as_secs() < 5);
    }
}
