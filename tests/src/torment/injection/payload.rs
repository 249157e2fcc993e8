//! Everything that makes a browser fetch, in Markdown and in HTML, with every kind of address.

/// With `{u}` for the address.
const FORMS: [&str; 58] = [
    "![x]({u})",
    "[x]({u})",
    "![x][r]\n\n[r]: {u}",
    "[x][r]\n\n[r]: {u} \"t\"",
    "[r]: {u}\n\n![r]",
    "[r]: <{u}>\n\n![r][]",
    "<{u}>",
    "{u}",
    "[![x]({u})]({u})",
    "![x](<{u}>)",
    "![x]({u} \"t\")",
    "![x](\t{u}\n\"t\")",
    "![]({u})",
    "> ![x]({u})",
    "- ![x]({u})\n- [ ] ![y]({u})",
    "| a |\n|---|\n| ![x]({u}) |",
    "# ![x]({u})",
    "**![x]({u})**",
    "~~![x]({u})~~",
    "[^1]\n\n[^1]: ![x]({u})",
    "\\![x]({u})",
    "!\u{200b}[x]({u})",
    "```html\n<img src=\"{u}\">\n```",
    "<img src=\"{u}\">",
    "<IMG SRC={u} onerror=\"fetch('{u}')\">",
    "<img\nsrc\n=\n\"{u}\"\n/>",
    "<img srcset=\"{u} 2x\">",
    "<picture><source srcset=\"{u}\"><img></picture>",
    "<script src=\"{u}\"></script>",
    "<script>fetch('{u}')</script>",
    "<iframe src=\"{u}\"></iframe>",
    "<iframe srcdoc=\"<img src='{u}'>\"></iframe>",
    "<link rel=\"stylesheet\" href=\"{u}\">",
    "<link rel=preload as=image href=\"{u}\">",
    "<link rel=prefetch href=\"{u}\">",
    "<style>@import url({u});</style>",
    "<style>*{background:url({u})}</style>",
    "<div style=\"background:url({u})\">x</div>",
    "<svg><image href=\"{u}\" xlink:href=\"{u}\"/></svg>",
    "<svg onload=\"fetch('{u}')\"></svg>",
    "<svg><use href=\"{u}#x\"/></svg>",
    "<object data=\"{u}\"></object>",
    "<embed src=\"{u}\">",
    "<video src=\"{u}\" poster=\"{u}\" autoplay></video>",
    "<audio src=\"{u}\" autoplay></audio>",
    "<track src=\"{u}\" default>",
    "<meta http-equiv=\"refresh\" content=\"0;url={u}\">",
    "<base href=\"{u}\"><img src=\"x.png\">",
    "<form action=\"{u}\"><input type=image src=\"{u}\"></form>",
    "<body background=\"{u}\"><table background=\"{u}\"><tr><td>x</table>",
    "<a href=\"{u}\" ping=\"{u}\">x</a>",
    "<math><mtext><img src=\"{u}\"></mtext></math>",
    "<!--><img src=\"{u}\">-->",
    "<![CDATA[><img src=\"{u}\">]]>",
    "<noscript><p title=\"</noscript><img src='{u}'>\">",
    "<textarea><img title=\"</textarea><img src='{u}'>\">",
    "&lt;img src=\"{u}\"&gt; &#60;img src='{u}'&#62;",
    "[x]({u}){onclick=\"fetch('{u}')\"}",
];

/// With `{h}` for the host and `{n}` for a number.
const ADDRESSES: [&str; 7] = [
    "http://{h}/p{n}.png",
    "//{h}/p{n}.png",
    "HTTP://user:pass@{h}/p{n}.png?q=a%20b#c",
    "http:\\\\{h}\\p{n}.png",
    "javascript:fetch('http://{h}/p{n}')",
    "data:text/html,<img/src=http://{h}/p{n}>",
    "http&#58;//{h}/p{n}.png",
];

/// Every form with every address, so that the first hundreds already have all forms.
pub fn all(host: &str) -> Vec<String> {
    let pairs = ADDRESSES.iter().enumerate().flat_map(|(a, address)| FORMS.iter().enumerate().map(move |(f, form)| (a, address, f, form)));
    pairs
        .map(|(a, address, f, form)| {
            let address = address.replace("{h}", host).replace("{n}", &(a * FORMS.len() + f).to_string());
            form.replace("{u}", &address)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_enough() {
        let all = all("127.0.0.1:9");
        assert!(all.len() >= 400, "{}", all.len());
        assert!(all.iter().all(|payload| payload.contains("127.0.0.1:9")));
    }
}
