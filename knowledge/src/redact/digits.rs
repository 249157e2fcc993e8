//! Check digits.

/// The value of a digit in the scripts our visitors write.
pub(super) fn value(c: char) -> Option<u32> {
    let zero = match c {
        '0'..='9' => '0',
        '０'..='９' => '０',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        '०'..='९' => '०',
        _ => return None,
    };
    Some(c as u32 - zero as u32)
}

/// The digits of a text, whatever stands between them.
pub(super) fn of(text: &str) -> Vec<u32> {
    text.chars().filter_map(value).collect()
}

/// Cards: ISO/IEC 7812.
pub(super) fn luhn(digits: &[u32]) -> bool {
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 }).sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10) && digits.iter().any(|digit| *digit > 0)
}

/// The identity number of a resident of China: GB 11643, with its date and its check character.
pub(super) fn resident(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = of(text.trim_end_matches(['x', 'X', 'ｘ', 'Ｘ']));
    let last = match (digits.len(), text.ends_with(['x', 'X', 'ｘ', 'Ｘ'])) {
        (18, false) => digits[17],
        (17, true) => 10,
        _ => return false,
    };
    let number = |range: std::ops::Range<usize>| digits[range].iter().fold(0, |sum, digit| sum * 10 + digit);
    let (year, month, day) = (number(6..10), number(10..12), number(12..14));
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let check = (12 - sum % 11) % 11;
    (1_800..2_200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day) && check == last
}

/// Bank accounts: ISO 13616, modulo 97.
pub(super) fn iban(text: &str) -> bool {
    let plain: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    if !(15..=34).contains(&plain.len()) {
        return false;
    }
    let rest = plain[4..].iter().chain(&plain[..4]).try_fold(0u32, |rest, c| {
        let digit = c.to_digit(36)?;
        Some(if digit < 10 { (rest * 10 + digit) % 97 } else { (rest * 100 + digit) % 97 })
    });
    rest == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_checked() {
        for (text, expected) in [
            ("4111 1111 1111 1111", true),
            ("4111 1111 1111 1112", false),
            ("5500-0000-0000-0004", true),
            ("340000000000009", true),
            ("４１１１１１１１１１１１１１１１", true),
            ("0000000000000000", false),
            ("123", false),
        ] {
            assert_eq!(luhn(&of(text)), expected, "{text}");
        }
        for (text, expected) in [
            ("11010519491231002X", true),
            ("11010519491231002x", true),
            ("440524188001010014", true),
            ("440524188001010015", false),
            ("110105194913310023", false),
        ] {
            assert_eq!(resident(text), expected, "{text}");
        }
        for (text, expected) in
            [("DE89 3704 0044 0532 0130 00", true), ("GB82WEST12345698765432", true), ("DE88370400440532013000", false), ("DE", false)]
        {
            assert_eq!(iban(text), expected, "{text}");
        }
    }
}
