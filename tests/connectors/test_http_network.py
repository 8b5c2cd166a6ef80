"""Certificates, proxies and addresses: what a client trusts, which way it goes, and what it will not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from opstui.connectors.api import Network
from opstui.connectors.http import Http, check_base, segment
from opstui.connectors.http.address import origin, proxy_for
from opstui.errors import ConfigError, SourceRefused, SourceUnavailable
from tests.support import faults
from tests.support.faults import serve
from tests.support.proxy import proxy_to
from tests.support.web import PATIENCE, Counter, Told, client

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSTUI_HTTP_PATIENCE", PATIENCE)
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


# -- certificates


def test_a_server_of_the_companys_own_ca_is_trusted_with_its_file() -> None:
    with serve(Counter(), tls="good") as server, client(server.url, network=Network(ca=server.ca)) as http:
        assert http.get("/x").json["n"] == 1


@pytest.mark.parametrize(
    ("tls", "why", "remedy"),
    [("untrusted", "issuer", "[network] ca"), ("expired", "expired", "renewed"), ("wrong name", "mismatch", "address")],
)
def test_a_certificate_that_is_not_good_is_not_trusted(tls: str, why: str, remedy: str) -> None:
    with serve(Counter(), tls=tls) as server, client(server.url, network=Network(ca=server.ca)) as http:
        for ask in (lambda: http.get("/x"), lambda: http.send("POST", "/x", {})):
            with pytest.raises(SourceRefused, match=r"certificate of 127\.0\.0\.1 is not trusted") as caught:
                ask()
            assert why in caught.value.why
            assert remedy in caught.value.next_step
        assert server.requests == []


def test_a_server_without_tls_is_named() -> None:
    with (
        serve(Counter()) as server,
        client(server.url.replace("http:", "https:")) as http,
        pytest.raises(SourceRefused, match="no secure connection"),
    ):
        http.get("/x")


@pytest.mark.parametrize(("content", "why"), [(None, "no such file"), ("nothing", "no certificate")])
def test_a_ca_file_that_cannot_be_used_is_named(tmp_path: Path, content: str | None, why: str) -> None:
    ca = tmp_path / "corp.pem"
    if content is not None:
        ca.write_text(content)
    with pytest.raises(SourceRefused, match=why) as caught:
        client("https://127.0.0.1:1", network=Network(ca=ca))
    assert str(ca) in caught.value.what
    assert "[network] ca" in caught.value.next_step


# -- proxies


def test_https_goes_through_the_proxy_of_the_config_and_stays_secret() -> None:
    with serve(Counter(), tls="good", host="jira.example.com") as server, proxy_to(server.url) as proxy:
        with client("https://jira.example.com", network=Network(proxy.url, ca=server.ca)) as http:
            assert http.get("/x").json["path"] == "/x"
        assert proxy.asked == ["CONNECT jira.example.com:443 HTTP/1.1"]


def test_the_environments_proxy_counts_where_the_config_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Counter()) as server, proxy_to(server.url) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with client("http://jira.example.com", plain_http=True) as http:
            assert http.get("/x").json["path"] == "/x"
        assert proxy.asked == ["GET http://jira.example.com/x HTTP/1.1"]


def test_a_proxys_own_password_is_sent_to_it_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(Counter(), tls="good", host="jira.example.com") as server, proxy_to(server.url, "ana:pr0xy-w0rd") as proxy:
        for word, works in (("pr0xy-w0rd", True), ("wr0ng-w0rd", False)):
            monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", f"//ana:{word}@"))
            with client("https://jira.example.com", network=Network(ca=server.ca)) as http:
                if works:
                    assert http.get("/x").status == 200
                    continue
                with pytest.raises(SourceRefused, match="407") as caught:
                    http.get("/x")
                assert proxy.url in caught.value.what
                assert "w0rd" not in repr(caught.value)
                assert "HTTPS_PROXY" in caught.value.next_step
        assert server.count() == 1


def test_a_plain_proxys_refusal_is_the_proxys() -> None:
    with (
        serve(Counter()) as server,
        proxy_to(server.url, "ana:word") as proxy,
        client("http://jira.example.com", network=Network(proxy.url), plain_http=True) as http,
        pytest.raises(SourceRefused, match="the proxy"),
    ):
        http.send("POST", "/x", {})


def test_a_proxy_that_is_not_there_is_named() -> None:
    nobody = faults.nobody()
    with (
        client("https://jira.example.com", network=Network(nobody)) as http,
        pytest.raises(SourceUnavailable, match="refused the connection") as caught,
    ):
        http.get("/x")
    assert nobody in caught.value.why


def test_a_proxy_of_a_kind_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(SourceRefused, match="no address of an HTTP proxy"):
        client("https://jira.example.com", network=Network("socks5://ana:hunter2@127.0.0.1:1"))


@pytest.mark.parametrize(
    ("base", "network", "environ", "expected"),
    [
        ("https://jira.example.com", Network("http://p:1"), {}, "http://p:1"),
        ("https://jira.example.com", Network("none"), {"HTTPS_PROXY": "http://q:2"}, ""),
        ("https://jira.example.com", Network(), {"HTTPS_PROXY": "q:2"}, "http://q:2"),
        ("https://jira.example.com", Network(), {"HTTP_PROXY": "http://q:2"}, ""),
        ("https://jira.example.com", Network(), {"ALL_PROXY": "http://q:2"}, "http://q:2"),
        ("https://jira.example.com", Network("http://p:1"), {"HTTPS_PROXY": "http://q:2"}, "http://p:1"),
        ("https://jira.example.com", Network("http://p:1", ("example.com",)), {}, ""),
        ("https://jira.example.com", Network("http://p:1", ("*.example.com",)), {}, ""),
        ("https://jira.example.com", Network("http://p:1", ("a.example.com", "ample.com")), {}, "http://p:1"),
        ("https://jira.example.com", Network("http://p:1"), {"NO_PROXY": "x, .example.com"}, ""),
        ("https://jira.example.com:8443", Network("http://p:1"), {"NO_PROXY": "jira.example.com:443"}, "http://p:1"),
        ("https://jira.example.com:8443", Network("http://p:1"), {"NO_PROXY": "jira.example.com:8443"}, ""),
        ("https://jira.example.com", Network("http://p:1"), {"NO_PROXY": "*"}, ""),
        ("https://10.1.2.3", Network("http://p:1", ("10.0.0.0/8",)), {}, ""),
        ("https://[fd00::1]", Network("http://p:1", ("fd00::/8",)), {}, ""),
        ("https://11.1.2.3", Network("http://p:1", ("10.0.0.0/8",)), {}, "http://p:1"),
        ("http://127.0.0.1:3000", Network("http://p:1"), {}, ""),
        ("http://localhost:3000", Network(), {"HTTP_PROXY": "http://q:2"}, ""),
    ],
)
def test_which_proxy_leads_to_a_server(
    base: str, network: Network, environ: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(origin(base), network) == expected


# -- addresses


@pytest.mark.parametrize("base", ["https://jira.example.com", "https://jira.example.com:8443/ctx/", "http://127.0.0.1:3000"])
def test_an_address_that_can_be_used(base: str) -> None:
    check_base(base)


@pytest.mark.parametrize(
    "base",
    [
        "",
        "jira.example.com",
        "ftp://jira.example.com",
        "https://",
        "https://jira.example.com:port",
        "https://jira.example.com/?a=b",
        "https://jira.example.com/#x",
        "https://jira example.com",
        "https://jira.example.com\n",
        "https://[::1",
        5,
    ],
)
def test_an_address_that_cannot_be_used(base: object) -> None:
    with pytest.raises(ValueError, match="address"):
        check_base(base)


def test_an_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(ConfigError, match="no password") as caught:
        Http("https://ana:hunter2@jira.example.com", Told().context())
    assert "hunter2" not in repr(caught.value)


def test_plain_http_to_another_machine_has_to_be_asked_for() -> None:
    with pytest.raises(ConfigError, match="plain_http"):
        Http("http://jira.example.com", Told().context())
    Http("http://jira.example.com", Told().context(), plain_http=True).close()


@pytest.mark.parametrize("key", ["A-1", "a/b", "../x", "..", "a?b#c", "ä%2F "])
def test_a_segment_stays_one_segment(key: str) -> None:
    with serve(Counter()) as server, client(server.url) as http:
        http.get(f"/issue/{segment(key)}/comment")
        [request] = server.requests
    assert request.path.startswith("/issue/")
    assert request.path.endswith("/comment")
    assert request.path.count("/") == 3
    assert request.query == []
