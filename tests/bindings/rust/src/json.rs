//! JSON, as much as the tests' programs need.

use std::fmt::{self, Write};
use std::iter::Peekable;
use std::str::Chars;

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.members().iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Json::Text(text)) => Some(text),
            _ => None,
        }
    }
    pub fn members(&self) -> &[(String, Json)] {
        match self {
            Json::Object(members) => members,
            _ => &[],
        }
    }
    pub fn items(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            _ => &[],
        }
    }
    /// The members of an object whose values are texts.
    pub fn texts(&self, key: &str) -> Vec<(String, String)> {
        let members = self.get(key).map_or(&[][..], Json::members);
        let text = |(key, value): &(String, Json)| match value {
            Json::Text(text) => Some((key.clone(), text.clone())),
            _ => None,
        };
        members.iter().filter_map(text).collect()
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::Text(text.into())
    }
}

pub fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
}

pub fn parse(text: &str) -> Json {
    Parser(text.chars().peekable()).value()
}

/// Of well-formed text: the tests' own.
struct Parser<'a>(Peekable<Chars<'a>>);

impl Parser<'_> {
    fn value(&mut self) -> Json {
        self.blanks();
        match self.0.peek().copied().expect("a value") {
            '{' => Json::Object(self.several('}', |parser| {
                let key = parser.string();
                parser.blanks();
                parser.expect(':');
                (key, parser.value())
            })),
            '[' => Json::List(self.several(']', Parser::value)),
            '"' => Json::Text(self.string()),
            't' => self.word("true", Json::Bool(true)),
            'f' => self.word("false", Json::Bool(false)),
            'n' => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn several<T>(&mut self, end: char, item: impl Fn(&mut Self) -> T) -> Vec<T> {
        let mut found = Vec::new();
        self.0.next();
        loop {
            self.blanks();
            match self.0.peek() {
                Some(next) if *next == end => {
                    self.0.next();
                    return found;
                }
                Some(',') => drop(self.0.next()),
                _ => found.push(item(self)),
            }
        }
    }

    fn string(&mut self) -> String {
        self.blanks();
        self.expect('"');
        let mut text = String::new();
        loop {
            match self.0.next().expect("a string's end") {
                '"' => return text,
                '\\' => text.push(self.escaped()),
                other => text.push(other),
            }
        }
    }

    fn escaped(&mut self) -> char {
        match self.0.next().expect("an escape") {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => self.unicode(),
            other => other,
        }
    }

    fn unicode(&mut self) -> char {
        let first = self.unit();
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).expect("a character");
        }
        self.expect('\\');
        self.expect('u');
        let second = self.unit();
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).expect("a pair")
    }

    fn unit(&mut self) -> u32 {
        let digits: String = (0..4).filter_map(|_| self.0.next()).collect();
        u32::from_str_radix(&digits, 16).expect("four digits")
    }

    fn number(&mut self) -> Json {
        let mut text = String::new();
        while let Some(part) = self.0.next_if(|next| next.is_ascii_digit() || *next == '-') {
            text.push(part);
        }
        Json::Number(text.parse().expect("a whole number"))
    }

    fn word(&mut self, word: &str, value: Json) -> Json {
        word.chars().for_each(|letter| self.expect(letter));
        value
    }

    fn expect(&mut self, wanted: char) {
        assert_eq!(self.0.next(), Some(wanted));
    }

    fn blanks(&mut self) {
        while self.0.next_if(|next| next.is_whitespace()).is_some() {}
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{}", value),
            Json::Number(value) => write!(f, "{}", value),
            Json::Text(text) => write_text(f, text),
            Json::List(items) => {
                f.write_char('[')?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{}", if i > 0 { ", " } else { "" }, item)?;
                }
                f.write_char(']')
            }
            Json::Object(members) => {
                f.write_char('{')?;
                for (i, (key, value)) in members.iter().enumerate() {
                    f.write_str(if i > 0 { ", " } else { "" })?;
                    write_text(f, key)?;
                    write!(f, ": {}", value)?;
                }
                f.write_char('}')
            }
        }
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' | '\\' => write!(f, "\\{}", letter)?,
            control if control < ' ' => write!(f, "\\u{:04x}", control as u32)?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}
