//! The table of routes is a committed text, reviewed as a document.

use std::fmt::Write as _;

use guosuo::serve::table;

#[test]
fn the_committed_table_of_routes_is_the_code() {
    let mut text = String::from("# Every address of the service: method, path, right. Written by the test of the same name.\n");
    for r in table() {
        let _ = writeln!(text, "{:<5} {:<52} {}", r.method, r.path, r.right.as_str());
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/routes.txt");
    if std::env::var_os("UPDATE_ROUTES").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(committed, text, "run with UPDATE_ROUTES=1 and review the difference");
}
