"""A mail as a person sees it: through a mail server with TLS and a password, parsed, and drawn by headless Chromium."""

import base64
import html
import json
import re
import shutil
import struct
import subprocess
from email.message import EmailMessage

import pytest
from guarded import GuardedMailReceiver, self_signed
from pictures import CONTAINERS, TANKERS

from extractors.message import message
from extractors.message.receipt import bulletin
from flows import channels

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

#: Written into the page: how wide and how high it is, whether its pictures were drawn.
MEASURE = """<script>
const page = document.documentElement;
const drawn = [...document.images].map(image => image.naturalWidth > 0);
document.title = JSON.stringify([page.scrollWidth, page.scrollHeight, drawn]);
</script>"""


def page_of(mail: EmailMessage) -> str:
    """The HTML part with the pictures that travel with it."""
    body = mail.get_body(("html",))
    assert isinstance(body, EmailMessage)
    page = body.get_content()
    for part in mail.walk():
        if part.get_content_type() == "image/png":
            png = base64.b64encode(part.get_payload(decode=True)).decode()
            page = page.replace(f"cid:{part['Content-ID'].strip('<>')}", f"data:image/png;base64,{png}")
    assert "cid:" not in page
    return page


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
@pytest.mark.parametrize(("case", "width"), [("a phone", 390), ("a desk", 1200)])
def test_a_mail_fits_its_window_and_shows_its_charts(case, width, tmp_path):
    told = bulletin([CONTAINERS, TANKERS], digest=True)
    with GuardedMailReceiver(self_signed(tmp_path)) as mailbox:
        channels.send(mailbox.url() + "&verify=no", message(told))
    [mail] = mailbox.mails()
    file, picture = tmp_path / "mail.html", tmp_path / "mail.png"
    file.write_text(page_of(mail) + MEASURE, encoding="utf-8")
    command = [
        CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={width},3000",
        f"--user-data-dir={tmp_path}/profile",
    ]  # fmt: skip
    subprocess.run([*command, f"--screenshot={picture}", file.as_uri()], check=True, capture_output=True, timeout=120)
    assert struct.unpack(">II", picture.read_bytes()[16:24]) == (width, 3000)
    dumped = subprocess.run([*command, "--dump-dom", file.as_uri()], check=True, capture_output=True, text=True, timeout=120)
    title = re.search(r"<title>(.*?)</title>", dumped.stdout)
    assert title is not None
    shown_width, height, pictures = json.loads(html.unescape(title[1]))
    assert shown_width <= max(width, 500)  # Chromium lays out no window that is narrower
    assert height > 800
    assert pictures == [True, True]


def test_the_text_part_says_all_that_the_html_part_shows():
    made = message(bulletin([CONTAINERS]), chart=False)
    words = re.sub(r"<[^>]+>", " ", made.mail_html.split("</head>")[1])
    for sentence in ("more than 10,000 containers", "about 6,700 containers", "the same speaker gives a new number", "why 12"):
        assert sentence in " ".join(html.unescape(words).split())
        assert sentence in made.mail_text.replace("*", "")


def test_a_mail_program_that_darkens_text_or_ground_finds_both_named():
    """Some turn dark text light and leave light grounds, or the other way round: text without a colour is lost there."""
    html_part = message(bulletin([CONTAINERS, TANKERS], digest=True)).mail_html
    grounds = [style for style in re.findall(r'style="([^"]*)"', html_part) if "background" in style]
    assert len(grounds) > 4
    assert all(re.search(r"(?:^|;)color:", style) for style in grounds), grounds
    assert '<meta name="color-scheme" content="light">' in html_part


def test_cards_are_not_parted_between_pages_of_paper():
    html_part = message(bulletin([CONTAINERS, TANKERS], digest=True)).mail_html
    assert html_part.count("break-inside:avoid;background") == html_part.count("border-radius:8px")
