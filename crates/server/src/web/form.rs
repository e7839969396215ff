//! A form that remembers: what was typed, and what is wrong with it, field by field.
//!
//! A failed POST renders the same page again with status 422, everything typed still there, a summary on top and each
//! message at its field, in the same words.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use guosuo_case::filing::{half_width, parse_date};
use jiff::civil::Date;

/// Messages in the order of the page: (field id, message).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    /// Adds a message; the first one of a field is the one shown at the field.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push((field.into(), message.into()));
    }

    /// The message at a field, empty when there is none.
    #[must_use]
    pub fn at(&self, field: &str) -> &str {
        self.0.iter().find(|(id, _)| id == field).map_or("", |(_, message)| message)
    }

    /// All messages in order.
    pub fn iter(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter()
    }

    /// No message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many messages.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Values and errors of one form. Extracting it from a request reads an urlencoded body (last in the argument list).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    values: BTreeMap<String, Vec<String>>,
    errors: FieldErrors,
}

impl Form {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A form with what was sent, in order.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut form = Self::new();
        for (name, value) in pairs {
            form.values.entry(name).or_default().push(value);
        }
        form
    }

    /// Sets the only value of a field (builder style), for forms that start with known values.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<String>) -> Self {
        self.set(field, value);
        self
    }

    /// Sets the only value of a field.
    pub fn set(&mut self, field: &str, value: impl Into<String>) {
        self.values.insert(field.to_owned(), vec![value.into()]);
    }

    /// Adds a value to a field.
    pub fn push(&mut self, field: &str, value: impl Into<String>) {
        self.values.entry(field.to_owned()).or_default().push(value.into());
    }

    /// The first value as it was typed, empty when absent.
    #[must_use]
    pub fn value(&self, field: &str) -> &str {
        self.values.get(field).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// The first value without blanks (also full-width ones) at both ends.
    #[must_use]
    pub fn trimmed(&self, field: &str) -> &str {
        self.value(field).trim()
    }

    /// All values of a field (check boxes).
    #[must_use]
    pub fn values(&self, field: &str) -> &[String] {
        self.values.get(field).map_or(&[], Vec::as_slice)
    }

    /// Every field with each of its values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().flat_map(|(name, values)| values.iter().map(move |v| (name.as_str(), v.as_str())))
    }

    /// The field holds this value (radio buttons, check boxes, options).
    #[must_use]
    pub fn has(&self, field: &str, value: &str) -> bool {
        self.values(field).iter().any(|v| v == value)
    }

    /// Adds an error at a field.
    pub fn fail(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.errors.add(field, message);
    }

    /// The trimmed value, or an error at the field when it is empty.
    pub fn require(&mut self, field: &str, message: &str) -> String {
        let value = self.trimmed(field).to_owned();
        if value.is_empty() {
            self.fail(field, message);
        }
        value
    }

    /// The date in `field` (one box) or in `field-year`, `field-month`, `field-day` (three boxes).
    #[must_use]
    pub fn date(&self, field: &str) -> Option<Date> {
        if self.values.contains_key(field) {
            return parse_date(self.value(field));
        }
        let part = |name: &str| half_width(self.part(field, name).trim());
        parse_date(&format!("{}-{}-{}", part("year"), part("month"), part("day")))
    }

    /// What was typed into one of the three boxes of a date: `year`, `month` or `day`.
    #[must_use]
    pub fn part(&self, field: &str, part: &str) -> &str {
        self.value(&format!("{field}-{part}"))
    }

    /// Nothing was typed into the date field, in either shape.
    #[must_use]
    pub fn date_is_empty(&self, field: &str) -> bool {
        ["", "-year", "-month", "-day"].iter().all(|end| self.trimmed(&format!("{field}{end}")).is_empty())
    }

    /// No errors.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.errors.is_empty()
    }

    /// The message at a field, empty when there is none.
    #[must_use]
    pub fn error(&self, field: &str) -> &str {
        self.errors.at(field)
    }

    /// The field has an error.
    #[must_use]
    pub fn bad(&self, field: &str) -> bool {
        !self.error(field).is_empty()
    }

    /// Errors in order.
    #[must_use]
    pub fn errors(&self) -> &FieldErrors {
        &self.errors
    }

    /// Status of the page: 422 with errors, 200 without.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if self.ok() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// Value of `aria-describedby` for the hint and the error of a field.
    #[must_use]
    pub fn described(&self, field: &str, hint: &str) -> String {
        match (hint.is_empty(), self.bad(field)) {
            (true, false) => String::new(),
            (false, false) => format!("{field}-hint"),
            (true, true) => format!("{field}-error"),
            (false, true) => format!("{field}-hint {field}-error"),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let axum::Form(pairs) =
            axum::Form::<Vec<(String, String)>>::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        Ok(Self::from_pairs(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_failed_form_keeps_what_was_typed() {
        let pairs = [("name", " 云岫　"), ("role", "a"), ("role", "b")];
        let mut form = Form::from_pairs(pairs.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!(form.value("name"), " 云岫　");
        assert_eq!(form.trimmed("name"), "云岫");
        assert!(form.has("role", "b") && !form.has("role", "c"));
        assert_eq!(form.status(), StatusCode::OK);
        assert_eq!(form.require("code", "填写统一社会信用代码"), "");
        form.fail("code", "第二条");
        assert_eq!(form.error("code"), "填写统一社会信用代码");
        assert_eq!(form.errors().len(), 2);
        assert_eq!(form.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(form.described("code", "18位"), "code-hint code-error");
    }

    #[test]
    fn dates_are_read_in_every_common_form() {
        for text in
            ["2026-1-5", "2026-01-05", "2026/1/5", "2026年1月5日", "2026 年 1 月 5 日", "20260105", "２０２６-１-５", "2026.1.5"]
        {
            assert_eq!(parse_date(text), Some(date(2026, 1, 5)), "{text}");
        }
        for text in
            ["", "2026-13-1", "2026-2-29", "26-1-5", "5/1/2026", "2026-1", "2026-1-5-1", "2026年1月", "20260132", "2026-+1-5"]
        {
            assert_eq!(parse_date(text), None, "{text}");
        }
        let three = Form::new().with("on-year", "２０２８").with("on-month", "2").with("on-day", " 29 ");
        assert_eq!(three.date("on"), Some(date(2028, 2, 29)));
        assert!(three.date_is_empty("off") && !three.date_is_empty("on"));
    }
}
