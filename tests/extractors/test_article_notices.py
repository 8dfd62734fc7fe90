"""Pages that are no articles, in the languages of the news; and articles that say the same words."""

import json

import pytest

from extractors.article.body import article, look
from schemas.outcomes import ArticleOutcome
from schemas.records import Article, Page

URL = "https://www.courier.example/world/grain-ships-200"
PAYWALL, BLOCKED, CONSENT, GONE = (
    ArticleOutcome.PAYWALL,
    ArticleOutcome.BLOCKED,
    ArticleOutcome.CONSENT,
    ArticleOutcome.GONE,
)
LEAD = "The transport ministry said on Monday that 200 ships loaded with grain were waiting off the coast, up from 140."
REST = (
    "Harbour pilots have refused to work nights since a tanker ran aground, and the queue has grown by 15 ships a week.",
    "A spokeswoman for the port authority said the delay cost shippers $2.4 million a day and that pilots were being trained.",
    "Insurers have asked for convoys, but the navy says it has no more than six boats to spare before the autumn storms begin.",
)


def page(*paragraphs: str, title: str = "Grain ships wait", head: str = "", lang: str = "", behind: str = "") -> str:
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f"<html lang='{lang}'><head><title>{title}</title>{head}</head>"
        f"<body><main><article><h1>{title}</h1>{body}</article></main>{behind}</body></html>"
    )


def node(**more: object) -> str:
    said = {"@type": "NewsArticle", "headline": "Grain ships wait", **more}
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


def outcome(html: str) -> ArticleOutcome:
    found = article(Page(url=URL, html=html))
    return ArticleOutcome.STORED if isinstance(found, Article) else found


@pytest.mark.parametrize(
    ("lang", "lead", "call"),
    [
        ("en", LEAD, "Subscribe to continue reading."),
        ("en", LEAD, "Already a subscriber? Log in."),
        ("de", "Vor der Küste warten nach Angaben des Ministeriums 200 Schiffe, 60 mehr als im Mai.",
         "Schon Abonnent? Anmelden"),
        ("de", "Vor der Küste warten nach Angaben des Ministeriums 200 Schiffe.", "Dieser Artikel ist nur für Abonnenten."),
        ("de", "Vor der Küste warten nach Angaben des Ministeriums 200 Schiffe.", "Jetzt weiterlesen mit Courier+"),
        ("fr", "Deux cents navires attendent au large, selon le ministère, soit 60 de plus qu'en mai.",
         "La suite est réservée aux abonnés."),
        ("fr", "Deux cents navires attendent au large, selon le ministère.", "Il vous reste 82.5% de cet article à lire."),
        ("es", "Doscientos barcos esperan frente a la costa, según el ministerio, 60 más que en mayo.",
         "Suscríbete para seguir leyendo"),
        ("es", "Doscientos barcos esperan frente a la costa, según el ministerio.", "Contenido exclusivo para suscriptores"),
        ("it", "Duecento navi aspettano al largo della costa, secondo il ministero, 60 in più di maggio.",
         "Contenuto riservato agli abbonati"),
        ("pt", "Duzentos navios esperam ao largo da costa, segundo o ministério, 60 a mais do que em maio.",
         "Assine para continuar lendo"),
        ("nl", "Voor de kust wachten volgens het ministerie tweehonderd schepen, zestig meer dan in mei.",
         "Dit artikel is alleen voor abonnees."),
        ("sv", "Utanför kusten väntar enligt ministeriet tvåhundra fartyg, sextio fler än i maj.",
         "Logga in för att läsa vidare"),
        ("pl", "U wybrzeży czeka według ministerstwa dwieście statków, o sześćdziesiąt więcej niż w maju.",
         "Artykuł dostępny tylko dla prenumeratorów"),
        ("ru", "У побережья, по данным министерства, ждут двести судов, на шестьдесят больше, чем в мае.",
         "Оформите подписку, чтобы читать дальше"),
        ("uk", "Біля узбережжя, за даними міністерства, чекають двісті суден, на шістдесят більше, ніж у травні.",
         "Матеріал доступний лише за передплатою"),
        ("ko", "교통부는 월요일 곡물을 실은 선박 이백 척이 해안에서 기다리고 있다고 밝혔다."
         " 오월보다 육십 척이 늘어난 수치이며 더 늘어날 전망이다.",
         "로그인 후 기사 전문을 읽을 수 있습니다"),
        ("ja", "運輸省は月曜日、穀物を積んだ二百隻の船が沖合で待っていると発表した。"
         "五月より六十隻多く、さらに増える見通しだという。専門家は影響が長引くとみている。",
         "この記事は会員限定です。続きを読むには登録が必要です"),
        ("zh", "交通部周一表示，有两百艘装载粮食的船只在海岸外等待，比五月份增加六十艘，"
         "预计还会继续增加。分析人士认为影响将持续数周，港口方面尚未作出回应。",
         "仅限订阅用户，订阅后继续阅读"),
    ],
)  # fmt: skip
def test_a_teaser_before_a_call_to_subscribe(lang: str, lead: str, call: str) -> None:
    assert outcome(page(lead, call, lang=lang)) is PAYWALL
    found, _ = look(Page(url=URL, html=page(lead, call, lang=lang)))
    assert found is not None
    assert lead in found.text


@pytest.mark.parametrize(
    ("case", "html"),
    [
        ("that the publisher calls not free", page(LEAD, head=node(isAccessibleForFree=False))),
        ("of which a part of its words is there", page(LEAD, *REST, head=node(isAccessibleForFree="false", wordCount=900))),
        ("that is cut short before a box of that name",
         page(LEAD + " Harbour pilots have refused…", behind="<div class='article-paywall'><img></div>")),
        ("of nothing but its title", page("Log in.", head=node(isAccessibleForFree=False))),
    ],
)  # fmt: skip
def test_a_teaser(case: str, html: str) -> None:
    assert outcome(html) is PAYWALL, case


@pytest.mark.parametrize(
    ("kind", "html"),
    [
        (BLOCKED, page("Enable JavaScript and cookies to continue", title="Just a moment...")),
        (BLOCKED, "<html><head><title>courier.example</title><script src='https://ct.captcha-delivery.com/c.js'></script></head>"
         "<body><p id='cmsg'>Please enable JS and disable any ad blocker</p></body></html>"),
        (BLOCKED, "<html><head><title>Attention Required! | Cloudflare</title></head><body>"
         "<h1>Sorry, you have been blocked</h1></body></html>"),
        (BLOCKED, "<html><body><form id='challenge-form' action='/?__cf_chl_f_tk=1'></form></body></html>"),
        (BLOCKED, page("Pardon our interruption: something about your browser made us think you were a bot.",
                       title="Pardon Our Interruption")),
        (BLOCKED, page("Bitte aktivieren Sie JavaScript, um fortzufahren.", title="Einen Moment bitte", lang="de")),
        (BLOCKED, page("Veuillez activer JavaScript pour continuer.", title="Vérification", lang="fr")),
        (BLOCKED, page("Verifica que no eres un robot para continuar.", title="Verificación", lang="es")),
        (BLOCKED, page("Per continuare conferma che non sei un robot.", title="Verifica", lang="it")),
        (BLOCKED, page("Confirme que você é humano para continuar.", title="Verificação", lang="pt")),
        (BLOCKED, page("Bevestig dat u geen robot bent.", title="Controle", lang="nl")),
        (BLOCKED, page("Potwierdź, że nie jesteś robotem.", title="Weryfikacja", lang="pl")),
        (BLOCKED, page("Подтвердите, что вы не робот.", title="Проверка", lang="ru")),
        (BLOCKED, page("Підтвердіть, що ви не робот.", title="Перевірка", lang="uk")),
        (BLOCKED, page("로봇이 아닙니다를 확인해 주세요.", title="확인", lang="ko")),
        (BLOCKED, page("ロボットではありませんにチェックを入れてください。", title="確認", lang="ja")),
        (CONSENT, page("Wir und unsere Partner verwenden Cookies und verarbeiten personenbezogene Daten. Mit Ihrer Einwilligung"
                       " zeigen wir Werbung. Alle Cookies akzeptieren?", title="Datenschutz", lang="de")),
        (CONSENT, page("Avec votre consentement, nos partenaires et nous utilisons des cookies et des données personnelles."
                       " Vous pouvez accepter ou refuser.", title="Vie privée", lang="fr")),
        (CONSENT, page("Con tu consentimiento, nuestros socios usan cookies y datos personales. Puedes aceptar o rechazar.",
                       title="Privacidad", lang="es")),
        (CONSENT, page("Met uw toestemming gebruiken wij en onze partners cookies en persoonsgegevens. Accepteren of weigeren.",
                       title="Voorkeuren", lang="nl")),
        (CONSENT, page("Za Twoją zgodą my i nasi partnerzy używamy plików cookies i danych osobowych.",
                       title="Zgoda", lang="pl")),
        (CONSENT, page("С вашего согласия мы и партнеры используем файлы cookie и персональные данные.",
                       title="Cookie", lang="ru")),
        (CONSENT, page("クッキーと個人情報の利用に同意してください。プライバシー設定から選べます。", title="同意", lang="ja")),
        (GONE, page("Sorry.", title="404")),
        (GONE, page("Zur Startseite.", title="Die Seite wurde leider nicht gefunden", lang="de")),
        (GONE, page("Retour à l'accueil.", title="Cette page n'existe plus", lang="fr")),
        (GONE, page("Volver a la portada.", title="Página no encontrada", lang="es")),
        (GONE, page("Torna alla home.", title="Pagina non trovata", lang="it")),
        (GONE, page("Voltar ao início.", title="Página não encontrada | Courier", lang="pt")),
        (GONE, page("Terug naar de voorpagina.", title="Pagina niet gevonden", lang="nl")),
        (GONE, page("Wróć na stronę główną.", title="Strona nie istnieje", lang="pl")),
        (GONE, page("Вернуться на главную.", title="Страница не найдена", lang="ru")),
        (GONE, page("Повернутися на головну.", title="Сторінку не знайдено", lang="uk")),
        (GONE, page("홈으로", title="페이지를 찾을 수 없습니다", lang="ko")),
        (GONE, page("トップへ", title="ページが見つかりません", lang="ja")),
    ],
)  # fmt: skip
def test_a_page_with_something_else_in_an_articles_place(kind: ArticleOutcome, html: str) -> None:
    assert outcome(html) is kind


@pytest.mark.parametrize(
    ("case", "html"),
    [
        ("a whole text for subscribers", page(LEAD, *REST, head=node(isAccessibleForFree=False))),
        ("a whole text whose words are counted", page(LEAD, *REST, head=node(isAccessibleForFree=False, wordCount=75))),
        ("a news flash on a site with walls",
         page(LEAD, head=node(), behind="<div class='paywall hidden'><img></div>")),
        ("a report on calls to subscribe",
         page("The Orven Gazette will drop its “Subscribe to continue reading” notices on Monday, its owner said, after 40,000"
              " readers had left the paper within a year.", head=node())),
        ("a German report on them",
         page("Die Zeitung schafft ihre Hinweise „Dieser Artikel ist nur für Abonnenten“ am Montag ab, wie der Verlag"
              " mitteilte. Zuvor hatten 40.000 Leser in einem Jahr gekündigt.", head=node(), lang="de")),
        ("a report on robots",
         page("A test that asks “are you a robot?” stopped 200 harbour pilots from signing in on Monday, the ministry said, and"
              " the queue of ships grew by another fifteen before the evening.", head=node())),
        ("a report on a robot in its title", page(LEAD, *REST, title="Just a moment: 200 ships wait")),
        ("a report on a missing page", page(LEAD, *REST, title="Ministry: page on grain ships not found for a week")),
        ("a report on cookies", page("Der Konzern muss 40 Millionen Euro zahlen, weil er Cookies ohne Einwilligung setzte.",
                                     LEAD, *REST, head=node(), lang="de")),
        ("a report on partners who agree",
         page("Die Partner stimmen zu: Nach Zustimmung der Partner akzeptieren auch die übrigen den Vertrag.", lang="de")),
        ("a page with the script of such a service",
         page(LEAD, *REST, head="<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>")),
        ("a text with a call at its end", page(LEAD, *REST, *REST[::-1], LEAD + " Talks go on, and nobody expects them to end"
         " before the weekend, since the pilots have asked for more money than the ministry has.", 
         "Already a subscriber? Log in.", head=node())),
    ],
)  # fmt: skip
def test_an_article_that_says_the_same_words(case: str, html: str) -> None:
    assert outcome(html) is ArticleOutcome.STORED, case
