use super::*;

#[test]
fn an_answer_is_checked_against_its_passages() {
    let material = "See https://e.org/a for more. [own](https://e.org/b) **https://shop.com.cn/x** 请访问https://e.org/c/，谢谢";
    for (answer, body, cited) in [
        ("[1]\nYes. [1]", "Yes. [1]", vec![1]),
        ("[1][3]\n\nYes. [1] No. [3]", "Yes. [1] No. [3]", vec![1, 3]),
        ("Yes. [2]", "Yes. [2]", vec![2]),
        ("[2]\nYes.", "Yes. [2]", vec![2]),
        ("[1], [2] Yes.", "Yes. [1][2]", vec![1, 2]),
        ("【1】\n可以。【1】", "可以。[1]", vec![1]),
        ("Yes. [1] No. [7]", "Yes. [1] No.", vec![1]),
        ("Yes [9][1].", "Yes[1].", vec![1]),
        ("[1] See [here](https://e.org/a). [1]", "See [here](https://e.org/a). [1]", vec![1]),
        ("[1] See [here](https://evil.example). [1]", "See here. [1]", vec![1]),
        ("[1] ![x](https://evil.example/x.png) Yes. [1]", "x Yes. [1]", vec![1]),
        ("[1] Go to https://evil.example/x. [1]", "Go to `https://evil.example/x`. [1]", vec![1]),
        ("[1] Go to https://e.org/a. [1]", "Go to https://e.org/a. [1]", vec![1]),
        ("[1] 访问https://e.org/a。[1]", "访问https://e.org/a。[1]", vec![1]),
        ("[1] See [here](https://shop.com). [1]", "See here. [1]", vec![1]),
        ("[1] See [here](https://shop.com.cn/x). [1]", "See [here](https://shop.com.cn/x). [1]", vec![1]),
        ("[1] Go to https://shop.co [1]", "Go to `https://shop.co` [1]", vec![1]),
        ("[1] Go to https://e.org/c [1]", "Go to https://e.org/c [1]", vec![1]),
        ("[1]\n```\ncode\n```", "```\ncode\n```\n\n[1]", vec![1]),
    ] {
        let checked = check(answer, 3, material).unwrap_or_else(|| panic!("{answer} has support"));
        assert_eq!(checked.body, body, "{answer}");
        assert_eq!(checked.cited.into_iter().collect::<Vec<_>>(), cited, "{answer}");
    }
}

#[test]
fn an_answer_without_support_is_none() {
    for answer in
        ["", "Yes.", "Yes. [4]", "[9]\nYes. [0]", "[1]", "[1]\n\n", "Yes. [link](https://e.org/a)", "Yes [1](https://evil.example)."]
    {
        assert_eq!(check(answer, 3, "https://e.org/a"), None, "{answer}");
    }
}

#[test]
fn the_opening_ends_where_the_answer_begins() {
    for (text, declared, begins) in [
        ("[1]\nA", vec![1], 4),
        (" [1][2] A", vec![1, 2], 8),
        ("A [1]", vec![], 0),
        ("[9]\nA", vec![], 4),
        ("[1]", vec![1], 3),
        ("", vec![], 0),
    ] {
        let (found, at) = opening(text, 3);
        assert_eq!((found.into_iter().collect::<Vec<_>>(), at), (declared, begins), "{text}");
    }
}

#[test]
fn of_an_answer_that_was_cut_the_whole_sentences_stay() {
    for (answer, expected) in [
        ("[1]\nIt takes five days. [1] It goes to your ca", Some("[1]\nIt takes five days. [1]")),
        ("[1][2]\nFive days [1]. To your card [2]. And th", Some("[1][2]\nFive days [1]. To your card [2].")),
        ("[1]\nFive days [1], or in Spain [2], if the ca", None),
        ("[1]\nFive days. [1][2] In Spain [1] it ta", Some("[1]\nFive days. [1][2]")),
        ("[1]\n- Open Billing [1]\n- Click Can", Some("[1]\n- Open Billing [1]")),
        ("[1]\n退款需要五个工作日。[1]会退回到您的付", Some("[1]\n退款需要五个工作日。[1]")),
        ("[1]\nRun it. [1]\n```\nwarbler run # starts [1]\nwarbl", Some("[1]\nRun it. [1]")),
        ("[1]\nIt costs 5.00 [1] and more in Sp", None),
        ("[1]\nFive days. [7] To your ca", None),
        ("[1]\nIt takes fi", None),
        ("[1]\n", None),
        ("", None),
    ] {
        assert_eq!(whole(answer, 3), expected, "{answer}");
    }
}
