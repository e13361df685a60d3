//! Calls to the client that the corpus gives, on a loopback server.

// A test: whatever is not as it should be ends it.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod support;

use planetscale_client::types::{self, Maybe, SendObjectOrNullBody, Shapes, Unions, UnionsAny, UnionsId, UnionsMost, UnionsPet, UnionsVehicle};
use planetscale_client::{Client, Error, RetryPolicy, Secret, ServiceToken};
use serde_json::{Value, json as value};
use support::{Server, Step, answer, json};

fn client(server: &Server) -> Client {
    let builder = Client::builder().auth(ServiceToken::new("id", "token")).base_url(server.url());
    builder.retry(RetryPolicy::none()).build().unwrap()
}

async fn on(status: &str, body: &Value) -> (Server, Client) {
    let server = Server::start([Step::Answer(json(status, &body.to_string()))]).await;
    let client = client(&server);
    (server, client)
}

#[tokio::test]
async fn header_parameters() {
    let (server, client) = on("200 OK", &value!({ "ok": true })).await;
    client.with_headers().x_trace("here").x_level(2).send().await.unwrap();
    client.with_headers().x_trace("here").x_level(-3).if_match("\"a\"").x_depth(7).send().await.unwrap();
    client.with_one_header().send().await.unwrap();
    client.with_one_header().x_only("x y").send().await.unwrap();
    let heads: Vec<_> = server.arrived().into_iter().map(|request| request.head.to_ascii_lowercase()).collect();
    assert!(heads[0].contains("x-trace: here") && heads[0].contains("x-level: 2") && !heads[0].contains("if-match"));
    assert!(heads[1].contains("if-match: \"a\"") && heads[1].contains("x-depth: 7") && heads[1].contains("x-level: -3"));
    assert!(!heads[2].contains("x-only") && heads[3].contains("x-only: x y"));
    assert!(heads.iter().all(|head| head.contains("api-version: v1") && head.contains("authorization: ")));
    // What cannot stand in a header is never sent.
    for odd in ["a\nb", "a\u{0}b", "a\r\nauthorization: x"] {
        let error = client.with_one_header().x_only(odd).send().await.unwrap_err();
        assert!(matches!(error, Error::InvalidInput(_)) && error.to_string().contains("X-Only"), "{error}");
    }
    assert!(matches!(client.with_headers().x_level(1).send().await.unwrap_err(), Error::InvalidInput(_)));
    assert_eq!(server.arrived().len(), 4);
}

#[tokio::test]
async fn names_of_every_kind() {
    let (server, client) = on("200 OK", &value!({ "ok": true })).await;
    let call = client.create_thing().self_("me").client("c").body("b").value("v").request("r")._2fa(true);
    assert!(call.send().await.unwrap().ok);
    client.list_things().send().await.unwrap();
    client._2fa().send().await.unwrap();
    client.type_().send().await.unwrap();
    client.client().send().await.unwrap();
    let targets: Vec<_> = server.arrived().iter().map(|request| request.target().to_owned()).collect();
    assert_eq!(targets[0], "/corpus/names/me?2fa=true&body=b&client=c&request=r&value=v");
    assert_eq!(targets[1..], ["/corpus/things", "/corpus/2fa", "/corpus/type", "/corpus/client"]);
    let (_server, client) = on("500 Internal Server Error", &value!({})).await;
    let error = client.create_thing().self_("me").send().await.unwrap_err();
    assert!(error.to_string().starts_with("createThing: "), "{error}");
}

#[tokio::test]
async fn pages() {
    let page = |next: Value| Step::Answer(json("200 OK", &value!({ "data": ["a", "b"], "next_page": next }).to_string()));
    let server = Server::start([page(value!(4)), page(Value::Null)]).await;
    let client = client(&server);
    let mut texts = client.list_texts().page(2).items(7).pages("x").items_();
    let mut seen = Vec::new();
    while let Some(text) = texts.next().await {
        seen.push(text.unwrap());
    }
    assert_eq!(seen, ["a", "b", "a", "b"]);
    let targets: Vec<_> = server.arrived().iter().map(|request| request.target().to_owned()).collect();
    assert_eq!(targets, ["/corpus/texts?items=7&page=2&pages=x", "/corpus/texts?items=7&page=4&pages=x"]);
    assert_eq!(client.list_texts().page(9).pages_().next().await.unwrap().unwrap().data, ["a", "b"]);
    // A page that must be given, and is not, is an error of the stream's.
    assert!(matches!(client.list_texts().pages_().next().await, Some(Err(Error::InvalidInput(_)))));
}

#[tokio::test]
async fn forms() {
    let (server, client) = on("200 OK", &value!({ "ok": true })).await;
    client.send_form().body_map(|body| body.name("a b&c").size(3)).send().await.unwrap();
    let arrived = &server.arrived()[0];
    assert_eq!(arrived.body, "name=a%20b%26c&size=3");
    assert!(arrived.head.to_ascii_lowercase().contains("content-type: application/x-www-form-urlencoded"));
}

#[tokio::test]
async fn texts() {
    let server = Server::start([Step::Answer(answer("204 No Content", &[], ""))]).await;
    let client = client(&server);
    client.send_text().body("a \"b\"\n").send().await.unwrap();
    client.send_csv().body("a,b".to_owned()).send().await.unwrap();
    client.send_csv().send().await.unwrap();
    assert!(matches!(client.send_text().send().await.unwrap_err(), Error::InvalidInput(_)));
    client.send_bytes().body(b"png".to_vec()).send().await.unwrap();
    let arrived = server.arrived();
    let has = |at: usize, media: &str| arrived[at].head.to_ascii_lowercase().contains(&format!("content-type: {media}\r\n"));
    assert!(arrived[0].body == "a \"b\"\n" && has(0, "text/plain"));
    assert!(arrived[1].body == "a,b" && has(1, "text/csv; charset=utf-8"));
    assert!(arrived[2].body.is_empty() && !arrived[2].head.to_ascii_lowercase().contains("content-type"));
    assert!(arrived[3].body == "png" && has(3, "image/png"));
    assert_eq!(arrived.len(), 4);
}

#[tokio::test]
async fn bodies_that_may_be_null() {
    let server = Server::start([Step::Answer(answer("204 No Content", &[], ""))]).await;
    let client = client(&server);
    let object = |size: i64| serde_json::from_value::<SendObjectOrNullBody>(value!({ "size": size })).unwrap();
    client.send_object_or_null().body(object(3)).send().await.unwrap();
    client.send_object_or_null().body(None).send().await.unwrap();
    client.send_named_or_null().body_map(|body| body.a("x".to_owned())).send().await.unwrap();
    client.send_texts_or_null().body(vec!["a".to_owned()]).send().await.unwrap();
    client.send_texts_or_null().body(None).send().await.unwrap();
    client.send_texts_or_null().send().await.unwrap();
    client.send_text_or_null().body(None).send().await.unwrap();
    let bodies: Vec<_> = server.arrived().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies, [r#"{"size":3}"#, "null", r#"{"a":"x"}"#, r#"["a"]"#, "null", "", "null"]);
    // What is there is held to its limits.
    let three = ["a", "b", "c"].map(str::to_owned).to_vec();
    for error in [
        client.send_object_or_null().body(object(0)).send().await.unwrap_err(),
        client.send_texts_or_null().body(three).send().await.unwrap_err(),
        client.send_text_or_null().body("abcd".to_owned()).send().await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::InvalidInput(_)), "{error}");
    }
    assert_eq!(server.arrived().len(), 7);
}

#[tokio::test]
async fn names_that_code_has() {
    let (server, client) = on("200 OK", &value!({ "default": "x" })).await;
    let body: types::Default = serde_json::from_value(value!({ "default": "y" })).unwrap();
    let call = client.send().send_("a").new_("b").set_new_("c").body(body);
    assert_eq!(call.await.unwrap().default, "x");
    assert_eq!(server.arrived()[0].target(), "/corpus/code?new=b&send=a&set_new=c");
    assert_eq!(server.arrived()[0].body, r#"{"default":"y"}"#);
}

#[tokio::test]
async fn several_answers() {
    let (_server, there) = on("200 OK", &value!({ "a": "x" })).await;
    let maybe: Option<Maybe> = there.maybe().send().await.unwrap().into_inner();
    assert_eq!(maybe.unwrap().a, "x");
    let server = Server::start([
        Step::Answer(answer("204 No Content", &[], "")),
        Step::Answer(json("404 Not Found", r#"{"code": "not_found", "message": "No."}"#)),
        Step::Answer(json("201 Created", r#"{"a": "new"}"#)),
        Step::Answer(answer("302 Found", &[("location", "/elsewhere")], "")),
        Step::Answer(answer("302 Found", &[], "")),
        Step::Answer(answer("200 OK", &[], "no redirect")),
        Step::Answer(answer("200 OK", &[], "\u{1}\u{2}bytes")),
        Step::Answer(answer("204 No Content", &[], "")),
    ])
    .await;
    let client = client(&server);
    assert_eq!(client.maybe().send().await.unwrap().into_inner(), None);
    assert_eq!(client.maybe().send().await.unwrap_err().code(), Some("not_found"));
    assert_eq!(client.either().send().await.unwrap().a, "new");
    assert_eq!(client.go_there().send().await.unwrap().expose(), "/elsewhere");
    assert!(matches!(client.go_there().send().await.unwrap_err(), Error::Refused(_)));
    assert!(matches!(client.go_there().send().await.unwrap_err(), Error::Unreadable(_)));
    assert_eq!(client.get_bytes().send().await.unwrap().into_inner(), "\u{1}\u{2}bytes");
    client.drop_it().send().await.unwrap();
    assert_eq!(server.arrived().len(), 8);
}

#[tokio::test]
async fn shapes_are_open_in_answers_and_held_to_their_limits_in_requests() {
    let shapes = value!({
        "pair": [1.0, 2.0, 3.0], "few": [], "set": ["a", "a"], "limits": { "a": 100 }, "level": 7,
        "collide": "nobody knew", "small": 5_000_000_000_i64, "unsigned": u64::MAX, "float": 1e300, "numbers": [1, 2.0, 1e3],
        "free": [1], "empty": 5, "nested": { "a": null }
    });
    let (server, client) = on("200 OK", &shapes).await;
    let send = |edit: fn(&mut Value)| {
        let mut body = value!({ "pair": [1.0, 2.0], "level": 1, "collide": "a-b" });
        edit(&mut body);
        client.send_shapes().body(serde_json::from_value::<Shapes>(body).unwrap()).send()
    };
    let got = send(|_| {}).await.unwrap().into_inner();
    assert_eq!((got.pair.len(), got.level, got.collide.as_str()), (3, 7, "nobody knew"));
    assert_eq!(got.numbers, Some(vec![1, 2, 1000]));
    assert_eq!((got.small, got.unsigned, got.float), (Some(5_000_000_000), Some(u64::MAX), Some(1e300)));
    type Edit = fn(&mut Value);
    let refused: [(&str, Edit); 4] = [
        ("pair: 3 is not a number of items of at most 2", |body| body["pair"] = value!([1.0, 2.0, 3.0])),
        ("few: 4 is not a number of items of at most 3", |body| body["few"] = value!(["", "", "", ""])),
        ("few[1]: 5 is not a length of at most 4", |body| body["few"] = value!(["a", "bcdef"])),
        ("limits[a]: 10 is not at most 9", |body| body["limits"] = value!({ "a": 10 })),
    ];
    for (why, edit) in refused {
        let error = send(edit).await.unwrap_err();
        assert_eq!(error.to_string(), format!("invalid input, nothing was sent: {why}"));
    }
    assert_eq!(server.arrived().len(), 1);
}

#[tokio::test]
async fn unions_are_open() {
    let known = value!({
        "pet": { "kind": "dog", "name": "Rex", "more": 1 }, "id": 7, "any": { "kind": "cat", "lives": 9 }, "inline": { "b": 2 },
        "vehicle": { "type": "van", "load": 2.5 }, "most": { "name": "n", "size": 3 }
    });
    let (server, client) = on("200 OK", &known).await;
    let body: Unions = serde_json::from_value(value!({ "id": "x" })).unwrap();
    let got = client.send_unions().body(body.clone()).send().await.unwrap().into_inner();
    assert!(matches!(&got.pet, Some(UnionsPet::Dog(dog)) if dog.name == "Rex"));
    assert!(matches!(&got.vehicle, Some(UnionsVehicle::Lorry(lorry)) if lorry.load == Some(2.5)));
    assert!(matches!(&got.most, Some(UnionsMost::Long(long)) if long.size == Some(3)));
    assert!(matches!(got.id, Some(UnionsId::Integer(7))));
    assert!(matches!(&got.any, Some(UnionsAny::Cat(cat)) if cat.lives == 9));
    assert_eq!(server.arrived()[0].body, r#"{"id":"x"}"#);
    let unknown = value!({ "pet": { "kind": "fish" }, "id": [1], "any": "bird", "inline": {}, "vehicle": { "type": "bike" } });
    let (_server, client) = on("200 OK", &unknown).await;
    let got = client.send_unions().body(body).send().await.unwrap().into_inner();
    assert!(matches!(&got.pet, Some(UnionsPet::Unknown(pet)) if *pet == unknown["pet"]));
    assert!(matches!(&got.any, Some(UnionsAny::Unknown(any)) if *any == "bird"));
    assert!(matches!(&got.vehicle, Some(UnionsVehicle::Unknown(_))));
    assert_eq!(serde_json::to_value(&got).unwrap(), unknown);
}

#[tokio::test]
async fn what_is_secret_is_sent_and_read_and_shown_nowhere() {
    let whole = value!({
        "pin": "m4rker1", "old_pin": "m4rker2", "pins": ["m4rker3"], "by_name": { "a": "m4rker4" }, "key": "m4rker5",
        "either": { "left": "m4rker6" },
    });
    let secrets: types::Secrets = serde_json::from_value(whole.clone()).unwrap();
    assert_eq!(secrets.pins.as_ref().unwrap()[0].expose(), "m4rker3");
    assert!(serde_json::to_string(&secrets).is_err());
    let echo = answer("500 Internal Server Error", &[("location", "https://example.com/m4rker")], &whole.to_string());
    let path = answer("400 Bad Request", &[], "<p>m4rker-7%20x, m4rker-7 x</p>");
    let server = Server::start([json("200 OK", &whole.to_string()), echo, path].map(Step::Answer)).await;
    let client = client(&server);
    let call = client.send_secrets().key(Secret::from("m4rker-7 x")).pass("m4rker8").codes(vec!["m4rker9".into()]).x_pass("m4rker0").body(secrets.clone());
    let mut shown = format!("{call:?} {secrets:?}");
    let read = call.clone().send().await.unwrap();
    assert_eq!(*read, secrets);
    shown.push_str(&format!("{read:?}"));
    for _ in 0..2 {
        let error = call.clone().send().await.unwrap_err();
        shown.push_str(&format!("{error} {error:?} {:?}", error.target()));
        let Error::Refused(refused) = error else { panic!("not refused") };
        shown.push_str(&format!("{refused:?} {}", String::from_utf8_lossy(refused.body())));
    }
    assert!(!shown.contains("m4rker") && shown.contains("/corpus/secrets/[REDACTED]"), "{shown}");
    let sent = &server.arrived()[0];
    assert_eq!(sent.target(), "/corpus/secrets/m4rker-7%20x?codes=m4rker9&pass=m4rker8");
    assert_eq!(serde_json::from_str::<Value>(&sent.body).unwrap(), whole);
    // Its limits hold, and say no more than that.
    let error = client.send_secrets().key(Secret::from("k")).pass("m4rker").body(secrets.clone()).pass("m4").send().await.unwrap_err();
    assert!(error.to_string().ends_with("pass: 2 is not a length of at least 3"), "{error}");
}

#[tokio::test]
async fn a_secret_in_a_form_and_where_a_redirect_leads_are_shown_nowhere() {
    let to = answer("302 Found", &[("location", "https://example.com/m4rker?x=1")], "");
    let no = answer("400 Bad Request", &[], "m4rker-pin");
    let server = Server::start([to, no].map(Step::Answer)).await;
    let client = client(&server);
    let call = client.send_secret_form().body_map(|b| b.pin("m4rker-pin"));
    let to = call.clone().send().await.unwrap();
    assert_eq!(to.expose(), "https://example.com/m4rker?x=1");
    assert_eq!(server.arrived()[0].body, "pin=m4rker-pin");
    let shown = format!("{call:?} {to:?} {:?}", call.clone().send().await.unwrap_err());
    assert!(!shown.contains("m4rker"), "{shown}");
}
