//! What counts as a document in a page, by the rules of CommonMark's fences.

use xtask::upstream::page::extract;

const DOCUMENT: &str = "openapi: 3.0.1\npaths: {}\n";

fn document_of(page: &str) -> String {
    extract(page).unwrap_or_else(|error| panic!("{error} in:\n{page}")).to_owned()
}

fn error_of(page: &str) -> String {
    extract(page).err().unwrap_or_else(|| panic!("a document in:\n{page}")).to_string()
}

#[test]
fn a_fence_is_what_commonmark_calls_one() {
    for (open, close) in [
        ("```", "```"),
        ("```yaml", "```"),
        ("````yaml post /a", "````"),
        ("````", "``````"),
        ("~~~", "~~~"),
        ("~~~~ yaml `x`", "~~~~"),
        ("   ```", " ```"),
        ("```", "```  "),
        ("```yaml\r", "```\r"),
    ] {
        assert_eq!(document_of(&format!("# A page\n\n{open}\n{DOCUMENT}{close}\n\nMore.\n")), DOCUMENT, "{open}");
        assert_eq!(document_of(&format!("{open}\n{DOCUMENT}{close}")), DOCUMENT, "{open}");
    }
}

#[test]
fn what_does_not_close_a_fence_is_part_of_it() {
    for inner in ["```\n", "~~~~\n", "    ````\n", "````yaml\n", "a ````\n"] {
        let document = format!("{DOCUMENT}{inner}");
        assert_eq!(document_of(&format!("````yaml\n{document}````\n")), document, "{inner}");
    }
}

#[test]
fn what_opens_no_fence_hides_nothing() {
    // Were one of these a fence, it would swallow the one with the document.
    for line in ["``", "~~", "    ```", "```a`b", "`", "x ```", ""] {
        assert_eq!(document_of(&format!("{line}\n```\n{DOCUMENT}```\n")), DOCUMENT, "{line}");
    }
}

#[test]
fn other_fences_are_passed_over() {
    let page = format!("```js\nopen('openapi: no')\n```\n\n```\n openapi: 3\n```\n\n```yaml\n{DOCUMENT}```\n");
    assert_eq!(document_of(&page), DOCUMENT);
    let page = format!("```yaml\n{DOCUMENT}```\n```js\nnever closed\n");
    assert_eq!(document_of(&page), DOCUMENT);
}

#[test]
fn a_text_may_be_a_document_itself() {
    for document in [
        DOCUMENT.to_owned(),
        format!("# a comment\n\n{DOCUMENT}"),
        format!("info: {{}}\n{DOCUMENT}"),
        format!("\u{feff}{DOCUMENT}"),
        "'openapi': 3.0.1\n".to_owned(),
        "\"openapi\": 3.0.1\n".to_owned(),
        "  {\"openapi\": \"3.0.1\"}".to_owned(),
        "{\n  \"info\": {},\n  \"openapi\": \"3.0.1\"\n}\n".to_owned(),
    ] {
        assert_eq!(document_of(&document), document);
        assert_eq!(document_of(&format!("~~~\n{document}\n~~~\n")), format!("{document}\n"));
    }
}

#[test]
fn what_is_no_document_is_told_apart() {
    let two = format!("```\n{DOCUMENT}```\n");
    for (page, message) in [
        ("".to_owned(), "the page is empty"),
        (" \n\t\n".to_owned(), "the page is empty"),
        ("# openapi\n".to_owned(), "there is no OpenAPI document: no code fence"),
        (" openapi: 3.0.1\n".to_owned(), "there is no OpenAPI document"),
        ("{\"wagger\": \"2.0\"}".to_owned(), "there is no OpenAPI document"),
        ("say \"openapi\"\n".to_owned(), "there is no OpenAPI document"),
        (format!("```yaml\n{DOCUMENT}"), "the page is cut short"),
        (format!("```yaml\n{DOCUMENT}~~~\n"), "the page is cut short"),
        ("```js\nnever closed\n".to_owned(), "there is no OpenAPI document"),
        (two.repeat(2), "the page holds 2 OpenAPI documents"),
        (two.repeat(3), "the page holds 3 OpenAPI documents"),
        ("<!DOCTYPE html>\n<p>x".to_owned(), "this is an HTML page"),
        ("\n <HTML lang=en>".to_owned(), "this is an HTML page"),
        (format!("<!-- x -->\n<head>{}", "é".repeat(300)), "this is an HTML page"),
        (format!("# {} <head>", "x".repeat(300)), "there is no OpenAPI document"),
    ] {
        let error = error_of(&page);
        assert!(error.starts_with(message), "{error} in:\n{page}");
    }
}
