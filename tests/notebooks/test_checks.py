"""What `leadkit check` refuses before it runs anything: each kind found, and what is harmless left alone."""

import pytest
from notebooks.made_notebooks import code, failed, result, shown, stream, text, write

from leadkit.notebooks.checks import findings
from leadkit.notebooks.document import read
from leadkit.notebooks.personal import without_personal
from leadkit.notebooks.secrets import known_secrets, without_secrets

JWT = ".".join(["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "dozjgNryP4J3jVmNHl0w5N"])
FINE = code("1", result("1"))


@pytest.fixture
def found(tmp_path, monkeypatch):
    """What is wrong with a notebook of these cells: where, and what."""
    monkeypatch.chdir(tmp_path)

    def look(*cells, allow_personal=False, **metadata):
        path = write(tmp_path / "n.ipynb", *cells, **metadata)
        return [(one.where, one.what) for one in findings(path, read(path), allow_personal=allow_personal)]

    return look


def test_a_good_notebook_has_no_findings(found):
    assert found(text("# Title"), FINE, code("2", stream("two"), count=2)) == []


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([code("1", count=None)], "not numbered"),
        ([code("1", result("1"), count=2)], "not numbered"),
        ([code("1", result("1")), code("2", count=1)], "not numbered"),
        ([code("1")], "no outputs"),
        ([text("words")], "no code"),
        ([code("1", shown("x" * 200_001))], "more than 200,000"),
    ],
)
def test_what_could_not_be_compared_is_refused_as_a_whole(found, cells, said):
    ((where, what),) = found(*cells)
    assert where == ""
    assert said in what


def test_the_state_of_widgets_is_refused(found):
    assert found(FINE, widgets={"state": {}}) == [("", "it holds the state of widgets")]


def test_secrets_in_the_metadata_are_found(found):
    assert found(FINE, author=JWT) == [("", "its metadata hold what looks like a token (JWT)")]


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        (code("1", failed()), "its output is an error (ValueError)"),
        (code("# NBVAL_IGNORE_OUTPUT\n1", result("1")), "nbval-ignore-output switches its comparison off"),
        (code("1\n  # NBVAL_SKIP", result("1")), "nbval-skip switches its comparison off"),
        (
            code("1", result("1"), metadata={"tags": ["raises-exception"]}),
            "raises-exception switches its comparison off",
        ),
        (code("1", shown("<SCRIPT>1</SCRIPT>")), "it shows a <script>"),
        (code("1", shown("<img alt=x src='https://a.example/b.png'>")), "it loads something from the network"),
        (code("1", shown("<style>@import 'x'</style>")), "it loads something from the network"),
        (code("1", shown('<p style="background:url(//a.example/b)">')), "it loads something from the network"),
        (code("if", result("1")), "its code can't be read as Python"),
    ],
)
def test_each_kind_is_found_in_its_cell(found, cell, what):
    ((where, said),) = found(text("t"), cell)
    assert where == "cell 2, In [1]"
    assert said.startswith(what)


def test_texts_are_looked_at_too_and_links_are_no_loading(found):
    assert found(text("![x](https://a.example/b.png)"), FINE) == [
        ("cell 1", "it loads something from the network when it is looked at")
    ]
    assert found(text("[x](https://a.example/b)\n\n`# NBVAL_SKIP`"), code('"<script>"', result("1"))) == []


@pytest.mark.parametrize(
    ("secret", "kind"),
    [
        ("v^1.1#i^1#p^3#I^3#" + "r^0#f^0#t^Ul4x", "an eBay token"),
        ("AgAAAA**AQAAAA**" + "aAAAAA**x", "an eBay token"),
        (JWT, "a token (JWT)"),
        ("Authorization: Bearer " + "0123456789abcdefghij", "a bearer token"),
        ("PRD-" + "0123456789ab-cdef-0123-4567-89ab", "an eBay client secret"),
        ("u$r" + "0123456789abcdef0123", "a LeadSquared key"),
        ("v%5E1.1%23i%5E1" + "%23p%5E3%23", "an eBay token"),
        ('LEADKIT_EBAY_TOKEN"' + ": 'abcdefgh.12345", "the value of a LEADKIT_ variable"),
        ("export LEADKIT_CRM_SECRET_KEY" + "=abcdefgh", "the value of a LEADKIT_ variable"),
        ("?accessKey=" + "0123456789abcdef0123", "a LeadSquared key"),
        ('"secretKey": "' + '0123456789abcdef0123"', "a LeadSquared key"),
    ],
)
@pytest.mark.parametrize("place", ["source", "output", "chart"])
def test_what_looks_like_a_secret_is_found_everywhere_and_taken_out(found, secret, kind, place):
    chart = shown({"data": [{"x": [{"y": f"a {secret}"}]}], "layout": {}}, "application/vnd.plotly.v1+json")
    cell = {
        "source": code(f"# {secret}", result("1")),
        "output": code("1", stream(f"a {secret} b")),
        "chart": code("1", chart),
    }[place]
    assert found(cell) == [("cell 1, In [1]", f"it holds what looks like {kind}")]
    clean = without_secrets(f"a {secret} b")
    assert "***" in clean
    assert secret not in clean


def test_the_values_of_the_environment_are_found_in_every_form(found, monkeypatch):
    monkeypatch.setenv("LEADKIT_LEADSQUARED_SECRET_KEY", "quiet horse 7+")
    monkeypatch.setenv("LEADKIT_ZONE", "UTC")
    for text_of_it in ("quiet horse 7+", "quiet%20horse%207%2B", "cXVpZXQgaG9yc2UgNys="):
        ((_, what),) = found(code("1", stream(f"it is {text_of_it}.")))
        assert what == "it holds the value of a LEADKIT_ variable of your environment"
    assert found(code("1", stream("UTC"))) == []
    assert known_secrets().redact("quiet horse 7+ in UTC") == "*** in UTC"


@pytest.mark.parametrize(
    ("source", "account"),
    [
        ('lk.Ebay("abc")', "Ebay(…)"),
        ('Ebay(token="abc")', "Ebay(…)"),
        ('%time lk.Ebay(client_secret="abc")', "Ebay(…)"),
        ('lk.Ebay(f"{1}abc")', "Ebay(…)"),
        ('lk.Ebay("a" + "b")', "Ebay(…)"),
        ('t = "abc"\nlk.Ebay(t)', "Ebay(…)"),
        ('t: str = "abc"\nlk.Ebay(token=t)', "Ebay(…)"),
        ('lk.Ebay(t := "abc")\nlk.Ebay(t)', "Ebay(…)"),
        ('lk.LeadSquared("a", secret)', "LeadSquared(…)"),
        ('lk.LeadSquared(key, secret_key=b"abc")', "LeadSquared(…)"),
        ('os.environ["LEADKIT_EBAY_TOKEN"] = "abc"', "LEADKIT_EBAY_TOKEN"),
    ],
)
def test_a_text_that_is_given_as_a_credential_is_found(found, source, account):
    assert found(code(source, result("1"))) == [("cell 1, In [1]", f"a text is given to {account} as a credential")]


@pytest.mark.parametrize(
    "source",
    [
        "%env LEADKIT_EBAY_TOKEN=abcdefgh12345",
        "%env LEADKIT_EBAY_TOKEN abcdefgh",
        "%set_env LEADKIT_EBAY_TOKEN=ab.cd",
        "!export LEADKIT_EBAY_TOKEN=abcdefgh12345",
        "%%bash\nexport LEADKIT_EBAY_TOKEN='abcdefgh12345'",
        "os.environ.update(LEADKIT_EBAY_TOKEN='abcdefgh')",
        "os.environ.update({'LEADKIT_EBAY_TOKEN': 'abc'})",
        "os.environ |= {'LEADKIT_EBAY_TOKEN': 'abc'}",
        "os.environ.setdefault('LEADKIT_EBAY_TOKEN', 'abc')",
        "os.putenv('LEADKIT_EBAY_TOKEN', 'abc')",
        "t='abc'; os.environ['LEADKIT_EBAY_TOKEN'] = t",
        "lk.Ebay(**{'token': 'abc'})",
        "k=dict(access_key='abc', secret_key='abc'); lk.LeadSquared(**k)",
        "k={}; k['token'] = 'abc'; lk.Ebay(**k)",
        "k={'account': 'x'} | {'token': 'abc'}; lk.Ebay(**k)",
        "lk.Ebay(**{**{'token': 'abc'}})",
        "from leadkit import Ebay as E; E(token='abc')",
        "E=lk.Ebay; E('abc')",
        "E=functools.partial(lk.Ebay, token='abc')",
        "E=functools.partial(lk.Ebay); E('abc')",
        "a,b='abc','def'; lk.LeadSquared(a,b)",
        "(a,b),c=pair('abc'),1; lk.LeadSquared(a,b)",
        "lk.Ebay('abc'.strip())",
        "lk.Ebay(str('abc'))",
        "lk.Ebay(''.join(['abc', 'd']))",
        "cfg = {'t': 'abc'}; lk.Ebay(cfg['t'])",
        "cfg = {'t': 'abc'}; lk.Ebay(cfg.get('t'))",
        "cfg = {}; cfg['t'] = 'abc'; lk.Ebay(cfg['t'])",
        "lk.Ebay('a' if x else 'b')",
        "def f(t='abc'): return lk.Ebay(t)",
        "def f(*, t='abc'): return lk.Ebay(token=t)",
        "f = lambda t='abc': lk.Ebay(t)",
        "for t in ['abc']: lk.Ebay(t)",
        "lk.Ebay(token=os.environ.get('T', 'abc'))",
        "lk.Ebay(token=os.environ.get('T') or 'abc')",
        "lk.Ebay(*('abc',))",
        "x = 'abc'; y = x; lk.Ebay(y)",
        "lk.Ebay(base64.b64decode('abc'))",
        "t = ''; t += 'abc'; lk.Ebay(t)",
        "# v%5E1.1%23i%5E1%23p",
    ],
)
def test_a_credential_that_stands_in_the_code_is_found_however_it_is_put(found, source):
    told = found(code(source, result("1")))
    assert {where for where, _ in told} == {"cell 1, In [1]"}
    assert all("as a credential" in what or "it holds what looks like" in what for _, what in told)


def test_a_variable_that_a_magic_sets_is_named(found):
    assert ("cell 1, In [1]", "a text is given to LEADKIT_EBAY_TOKEN as a credential") in found(
        code("%env LEADKIT_EBAY_TOKEN=a.b", result("1"))
    )


@pytest.mark.parametrize(
    "source",
    [
        "lk.Ebay(os.environ['TOKEN'], account='shop')",
        "lk.Ebay(os.getenv('TOKEN'))",
        "lk.Ebay(os.environ.get('TOKEN', ''))",
        "lk.Ebay(getpass('Token: '))",
        "lk.Ebay(getpass.getpass('Token: ').strip('\"'))",
        "lk.Ebay(input('Token: '))",
        "lk.Ebay(keyring.get_password('leadkit', 'me'))",
        "lk.Ebay(Path('token.txt').read_text().strip())",
        "lk.Ebay(json.loads(Path('t.json').read_text())['token'])",
        "lk.Ebay(open('t').read())",
        "t = !pass show ebay\nlk.Ebay(t[0])",
        "lk.Ebay(os.environ['A'] if mode == 'live' else os.environ['B'])",
        'lk.Ebay(f"{token:>10}")',
        "lk.Ebay(**{'account': 'shop'})",
        "k = {'account': 'shop', 'token': os.environ['T']}; lk.Ebay(**k)",
        "os.environ['TZ'] = 'UTC'; lk.Ebay(os.environ['T'])",
        "os.environ['LEADKIT_EBAY_TOKEN'] = getpass('Token')",
        "os.environ.update(LEADKIT_EBAY_TOKEN=getpass('Token'))",
        "os.environ.update(LEADKIT_EBAY_TOKEN=secret_of_mine)",
        "%env LEADKIT_EBAY_TOKEN=$token",
        "%env LEADKIT_EBAY_TOKEN",
        "%env LEADKIT_ZONE=America/Chicago",
        "!export LEADKIT_EBAY_TOKEN='…'",
        "!export LEADKIT_EBAY_TOKEN=$OTHER_TOKEN",
        "print('LEADKIT_EBAY_TOKEN', 'is not set')",
        "needed = ['LEADKIT_EBAY_TOKEN', 'LEADKIT_EBAY_CLIENT_SECRET']",
        "# LEADKIT_EBAY_TOKEN: the refresh token of the shop",
        "LEADKIT_EBAY_TOKEN, LEADKIT_EBAY_CLIENT_SECRET = read()",
        "if os.environ.get('LEADKIT_EBAY_TOKEN', '') == 'x': pass",
    ],
)
def test_what_is_read_from_elsewhere_is_no_text_of_the_notebook(found, source):
    assert found(code(source, result("1"))) == []


def test_a_name_of_another_cell_is_known(found):
    cells = [code('mine = "abc"', result("1")), code("lk.Ebay(mine)", count=2)]
    assert found(*cells) == [("cell 2, In [2]", "a text is given to Ebay(…) as a credential")]


@pytest.mark.parametrize(
    "source",
    [
        "lk.Ebay(os.environ['TOKEN'], account='shop', base_url='http://127.0.0.1')",
        "lk.Ebay(token=read(), sellers=['me'])",
        "lk.open('env')",
        "Car('abc')",
        "makers[0]('abc')",
        "names['a'] = 'b'; names[key] = 'c'",
        "lk.Ebay(f'{token}', client_id='')",
        "%matplotlib inline\n!ls 'x",
    ],
)
def test_other_texts_are_left_alone(found, source):
    assert found(code(source, result("1"))) == []


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("write to amy@" + "gmail.com", "an e-mail address that could be real"),
        ("call 312-" + "867-5309", "a phone number that could be real"),
        ("call (312) " + "867-5309", "a phone number that could be real"),
        ("call +44 20 " + "7946 0958", "a phone number that could be real"),
        ("call +1312" + "8675309", "a phone number that could be real"),
        ("call (312)" + "867-5309", "a phone number that could be real"),
        ("call (312)" + "8675309", "a phone number that could be real"),
        ("call 1-312-" + "867-5309", "a phone number that could be real"),
        ("call 1 (312) " + "867-5309", "a phone number that could be real"),
        ("call 312/" + "867-5309", "a phone number that could be real"),
        ("call 312-" + "8675309", "a phone number that could be real"),
        ("call 312-" + "867-5309x22", "a phone number that could be real"),
        ("call 312-" + "867-5309 ext. 22", "a phone number that could be real"),
        ("call 312\u2013" + "867\u20135309", "a phone number that could be real"),
        ("call 312\u2011" + "867\u20115309", "a phone number that could be real"),
        ("call 020 " + "7946 0018", "a phone number that could be real"),
        ("call 0171 " + "2345678", "a phone number that could be real"),
        ("call (0171) " + "234 5678", "a phone number that could be real"),
        ("write to bob@" + "müller.de", "an e-mail address that could be real"),
        ("write to bob%40" + "gmail.com", "an e-mail address that could be real"),
        ("write to bob&#64;" + "gmail.com", "an e-mail address that could be real"),
    ],
)
def test_people_who_could_be_real_are_found_unless_they_may_be_there(found, said, what):
    cell = code("1", stream(said))
    assert found(cell) == [("cell 1, In [1]", f"it holds {what}")]
    assert found(cell, allow_personal=True) == []
    assert without_personal(said) in {"write to [e-mail]", "call [phone]"}


@pytest.mark.parametrize(
    "said",
    [
        "amy@example.com bo@cars.example x@inbox.test",
        "312-555-0142, (312) 555-0100, +1 312 555 0199, 3125550142",
        "256000273440 2026-08-01 03:52:27 1,234,567.89 93d 2h",
        "+00:00, 10.0.0.1, a@b, x @ y.T",
        "1-312-555-0142, 312-555-0142x22, (312)555-0142, bob%40example.com",
        "2026-08-01 03:52 2026/08/01 01.08.2026 09:00-19:00 01-08-2026 10:15 2026-08-01T03:52:27.123456Z",
        "12-34567-89012 110043671232 110043671299 0.1234567 231.4567890 9,876,543,210 0.3 0.8675309",
        "a 12 345 678,90 b 1.234.567,89 c 93 d 2 h, 671 of 687, 05.5 to 07.25, 020 of 7946",
        "data:image/png;base64,iVBOR/012345678 x%40y 50%40.5",
    ],
)
def test_invented_people_and_plain_numbers_are_left_alone(found, said):
    assert found(code("1", stream(said))) == []


def test_all_is_told_at_once_and_nothing_of_it_is_shown(tmp_path):
    cells = [code("lk.Ebay('hush')", stream("amy@" + "gmail.com bo@" + "gmail.com")), code("1", failed(), count=2)]
    path = write(tmp_path / "n.ipynb", *cells)
    told = "\n".join(map(str, findings(path, read(path))))
    assert told.splitlines() == [
        f"{path}, cell 1, In [1]: it holds an e-mail address that could be real (2 of them). "
        "Show lk.mask(frame); --allow-personal lets it pass.",
        f"{path}, cell 2, In [2]: its output is an error (ValueError). Mend the cell. Run: leadkit refresh",
        f"{path}, cell 1, In [1]: a text is given to Ebay(…) as a credential. "
        "Take it from the environment: lk.open('env').",
    ]
