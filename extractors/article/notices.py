"""What do sites say in place of an article: that it is gone, that robots may not read it, that it is for subscribers?

The fixed phrases of such notices, by kind, in the languages of the news watched most: English, German, French, Spanish,
Italian, Portuguese, Dutch, the Scandinavian ones, Polish, Czech, Russian, Ukrainian, Turkish, Korean, Japanese, Chinese.
Only the wording is here. News uses the same words; where they are a notice, instead.py decides by the page's form.
"""

import re


def lowered(text: str) -> str:
    """A text as the patterns for lower case want it, of the same length."""
    return text.replace("İ", "i").lower()  # of all letters, this one's own lower case is two characters


def _any(*phrases: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases), flags)


def _lower(*phrases: str) -> re.Pattern[str]:
    """The same for lowered() texts, which takes a third of the time: for what every page is looked through for."""
    return _any(*phrases, flags=re.NOFLAG)


#: Of consent dialogues. They are counted: a dialogue is made of them.
CONSENT = _any(
    r"\b(?:cookies?|consent\w*|privacy|personal data|partners|vendors|legitimate interests?|opt[- ]out|preferences"
    r"|(?:accept|reject|manage) (?:all|cookies))\b",
    r"\b(?:datenschutz\w*|einwillig\w*|zustimm\w*|akzeptieren|personenbezogen\w*|partnern?|werbe\w+|tracking)\b",
    r"\b(?:consentement|données (?:à caractère )?personnel\w*|accepter|partenaires|traceurs|vie privée|refuser)\b",
    r"\b(?:consentimiento|datos personales|aceptar|socios|privacidad|rechazar|configurar)\b",
    r"\b(?:consenso|dati personali|accett\w+|rifiut\w+|tracciamento)\b",
    r"\b(?:consentimento|dados pessoais|aceitar|parceiros|privacidade|recusar)\b",
    r"\b(?:toestemming|persoonsgegevens|akkoord|accepteren|weigeren|voorkeuren)\b",
    r"\b(?:samtycke|samtykke|personuppgifter|personoplysninger|personopplysninger|godkänn\w*|godta\w*)\b",
    r"\b(?:zgod[aęyą]\w*|dan(?:e|ych) osobow\w+|partner(?:zy|ów|ami)|ciasteczk\w+|akceptuj\w*|souhlas\w*"
    r"|osobní\w* údaj\w*)\b",
    r"\b(?:согласи\w+|персональн\w+ данн\w+|куки|файл\w* cookie|принять|згод\w+|персональн\w+ дан\w+|партнер\w*)\b",
    r"\b(?:çerez\w*|kişisel veri\w*|kabul et\w*)\b",
    r"쿠키|개인정보|동의|맞춤형 광고|クッキー|同意|個人情報|プライバシー|隐私|隱私|接受所有",
)
#: What no dialogue does without, in lower case; the rest of its words are those of politics and sport, too.
CONSENT_CORE = _lower(
    r"cookie|куки|쿠키|クッキー|çerez|ciastecz|privacy|datenschutz|privaci[dt]ad|vie privée",
    r"personal data|personenbezogen|privacidade",
    r"données personnelles|caractère personnel|datos personales|dati personali|dados pessoais|persoonsgegevens|personuppgifter",
    r"persono?n?op?plysninger|dan(?:e|ych) osobow|osobní\w* údaj|персональн|個人情報|개인정보|隐私|隱私",
)
#: Of checks that the reader is none of us, and of pages that need a script.
CHECK = _any(
    r"(?:enable|turn on|activate|requires?) javascript|javascript (?:is|must be) (?:disabled|enabled|required)",
    r"verify(?:ing)? (?:that )?(?:you are|you['’]re) (?:a )?(?:human|not a (?:ro)?bot)|are you a (?:ro)?bot"
    r"|you are not a robot",
    r"unusual (?:traffic|activity) from|checking (?:your browser|if the site connection is secure)",
    r"(?:disable|turn off|deactivate) (?:your )?ad ?blocker|performing security verification|needs to review the security",
    r"(?:aktivieren sie|bitte) (?:bitte )?javascript|javascript (?:ist )?(?:deaktiviert|aktivieren)|(?:kein"
    r"|nicht ein) roboter"
    r"|(?:ein )?mensch sind|ihren? browser (?:wird|überprüf)|werbeblocker (?:zu )?(?:deaktivier|ausschalt)\w+",
    r"activer javascript|(?:pas|n['’]êtes) (?:pas )?un robot|vous êtes (?:bien )?(?:un )?humain|vérification de (?:votre"
    r"|la) (?:navigat|sécur)",
    r"(?:habilit|activ)\w+ (?:el )?javascript|no (?:eres|es) un robot|eres (?:un )?humano|comprobando (?:tu|su) navegador",
    r"(?:abilit|attiv)\w+ javascript|non sei un robot|sei (?:un )?umano|verifica (?:del|che) ",
    r"(?:habilit|ativ)\w+ (?:o )?javascript|não é um robô|(?:você )?é humano|verificando (?:o )?seu navegador",
    r"(?:javascript (?:in|aan)schakelen|schakel javascript in)|geen robot|mens bent",
    r"włącz\w* (?:obsługę )?javascript|nie jesteś robotem|jesteś człowiekiem|nejste robot",
    r"включите (?:поддержку )?javascript|вы не робот|проверк\w+ (?:вашего )?браузер|увімкніть javascript|ви не робот",
    r"robot olmadığınız|javascript['’]i etkinleştir",
    r"자바스크립트를 (?:활성화|허용|사용)|로봇이 아닙니다|사람인지 확인|javascriptを(?:有効|オン)|ロボットではありません"
    r"|人間であることを"
    r"|启用 ?javascript|您不是机器人|验证您是真人|請啟用 ?javascript",
)
#: Titles of such pages, as the services that serve them write them.
CHECK_TITLE = _any(
    r"just a moment\W*|one moment,? please\W*|un (?:momento|instant)\W*|nur einen moment\W*|einen moment bitte\W*"
    r"|ein moment\W*",
    r"attention required!?(?: \| cloudflare)?|(?:are you a )?robot(?: check)?\??|pardon our interruption\W*|ddos-guard"
    r"|security check",
    r"(?:please )?verify(?:ing)? (?:that )?you are (?:a )?human\W*|human verification|client challenge"
    r"|vercel security checkpoint",
    r"access (?:to this page has been )?denied|(?:403 )?forbidden|(?:zugriff verweigert|accès refusé|acceso denegado"
    r"|accesso negato"
    r"|acesso negado|доступ (?:запрещен|ограничен|заборонено)|aan het laden\W*|один момент\W*|しばらくお待ちください\W*"
    r"|잠시만 기다리\w+\W*)",
)
#: Words that news uses too: they tell only where the page does not call itself an article.
REFUSAL = _any(
    r"access (?:to this page has been )?denied|captcha|ad ?blocker|requires? javascript|(?:403|request) (?:forbidden"
    r"|blocked)",
    r"zugriff (?:wurde )?verweigert|accès refusé|acceso denegado|accesso negato|acesso negado|toegang geweigerd"
    r"|odmowa dostępu"
    r"|доступ (?:запрещен|запрещён|ограничен|заборонено)|접근이 (?:차단|거부)|アクセスが(?:拒否|制限)",
)
#: Scripts and forms that the pages of such services are made of. Some stand on every page of a site, too.
CHECK_MARKS = re.compile(
    r"challenge-form|cf-challenge|cf_chl_|challenge-platform|captcha-delivery\.com|_incapsula_resource|px-captcha|perimeterx"
    r"|aws-?waf|sec-if-cpt|ddos-guard|hcaptcha\.com|turnstile|geetest|smartcaptcha|distil_",
    re.IGNORECASE,
)

_PAGE = r"(?:page|article|story|content|link)"
#: Whole titles of pages that say that there is nothing.
MISSING_TITLE = re.compile(
    r"(?=.*(?:40[34]|410|not found|error|fehler|erreur|errore?|erro|ошибка|помилка|오류|エラー))"
    r"(?:\W*(?:oops|sorry|error|fehler|erreur|errore?|erro|ошибка|помилка|오류|エラー))*\W*(?:40[34]|410)?\W*(?:error"
    r"|not found|gone)?\W*"
    rf"|.{{0,12}}\b{_PAGE}\b.{{0,30}}"
    r"(?:not (?:be )?found|no longer (?:available|exists?|here)|(?:does not|doesn['’]t) exist|(?:is|are)n['’]t here"
    r"|has been removed)\W*"
    r"|.{0,12}(?:(?:seite|artikel)[^.]{0,20}nicht (?:mehr )?(?:gefunden|verfügbar|vorhanden)"
    r"|(?:page|article) (?:introuvable|non trouvée?|inexistante?)|(?:cette )?page n['’]existe (?:pas|plus)"
    r"|(?:página|artículo|artigo|contenido|conteúdo) (?:no (?:encontrad[ao]|existe|disponible)|não (?:encontrad[ao]"
    r"|existe|disponível))"
    r"|pagina (?:non trovata|inesistente)|(?:pagina|artikel) niet gevonden|sidan (?:hittades inte|finns inte)"
    r"|siden (?:blev|ble) ikke (?:fundet|funnet)|siden (?:findes|finnes) ikke|(?:nie znaleziono|nie ma takiej) strony"
    r"|strona nie (?:została znaleziona|istnieje)|stránka (?:nebyla nalezena|nenalezena|neexistuje)"
    r"|страница не (?:найдена|существует)|сторінк[ау] не (?:знайдено|існує)|sayfa bulunamadı"
    r"|페이지를 찾을 수 없습니다|존재하지 않는 (?:페이지|기사)|(?:お探しの)?(?:ページ|記事)(?:は|が)(?:見つかりません"
    r"|存在しません)(?:でした)?"
    r"|(?:页面|頁面|网页|網頁)(?:不存在|未找到|找不到)|找不到(?:页面|頁面|网页))\W*",
    re.IGNORECASE,
)
#: The same in a text of few words.
MISSING = _any(
    r"page (?:you \w+ \w+ \w+ )?(?:was|is|could) not (?:be )?found|page not found|error 40[34]|(?:no longer"
    r"|not) available at this",
    r"(?:seite|artikel) (?:wurde |konnte |ist )?(?:leider )?nicht (?:mehr )?(?:gefunden|verfügbar)",
    r"page (?:que vous (?:re)?cherchez|demandée) (?:est introuvable|n['’]existe)|page introuvable",
    r"página (?:que \w+ \w+ )?(?:no (?:existe|se ha encontrado|encontrada)|não (?:existe|foi encontrada|encontrada))",
    r"pagina (?:che \w+ \w+ )?non (?:esiste|è stata trovata|trovata)|pagina (?:niet gevonden|bestaat niet)",
    r"(?:strona|strony),? której szukasz|страница,? (?:которую вы ищете|не найдена)|сторінк[ау] не (?:знайдено|існує)",
    r"페이지를 찾을 수 없습니다|존재하지 않거나|삭제된 기사|ページ(?:は|が)見つかりません|削除された(?:可能性|か)"
    r"|页面不存在|頁面不存在",
)
#: Calls to subscribe, to register or to sign in before the rest may be read, in lower case.
SUBSCRIBE = _lower(
    r"(?:subscribe|sign (?:in|up)|log ?in|register|become a (?:member|subscriber)|start your (?:free )?trial)[^.!?\n]{0,60}"
    r"(?:to (?:continue|keep|finish) reading|to read (?:the (?:full|rest|whole)|this|more|on)|for (?:full|unlimited) access)",
    r"to (?:continue|keep) reading[^.!?\n]{0,60}(?:subscribe|sign|log|register|subscription)",
    r"(?:this|the full) (?:article|story|content) is (?:for|only for|available (?:only )?to|reserved for|exclusive to)"
    r" (?:\w+ ){0,3}(?:subscribers|members)|already (?:a|have a) (?:subscriber|subscription|member)",
    r"you(?:['’]ve| have) (?:reached|read) (?:your|all)[^.!?\n]{0,40}(?:limit|free articles)",
    r"(?:bereits|schon) (?:ein )?(?:abo(?:nnent)?\w*|registriert|kunde)|(?:nur|exklusiv) für (?:\w+-?)?abonnent\w*"
    r"|(?:dieser|der) (?:artikel|text|inhalt|beitrag) ist (?:nur |exklusiv )*für (?:\w+-?)?abonnent"
    r"|(?:jetzt )?(?:weiterlesen|testen|abonnieren)[^.!?\n]{0,40}(?:mit|im|und)[^.!?\n]{0,30}(?:\babo|\bplus|\+|weiterlesen)"
    r"|(?:mit|im) [^.!?\n]{0,30}\babo\b[^.!?\n]{0,40}(?:lesen|weiterlesen)|sie (?:möchten|wollen) weiterlesen",
    r"(?:article|contenu|suite)[^.!?\n]{0,25}réservée?s? (?:à|aux) (?:nos )?abonné|abonnez-vous (?:pour|dès)|déjà abonné"
    r"|il vous reste [\d.,]+ ?% de cet article|pour lire la suite|connectez-vous pour (?:lire|continuer)",
    r"(?:exclusiv[oa]|sol[oa]) para (?:nuestros )?suscriptor|suscríb\w+ para (?:seguir|leer|continuar)|ya (?:eres"
    r"|soy) suscriptor"
    r"|para (?:seguir|continuar) leyendo|inicia sesión para (?:leer|seguir)",
    r"riservat[oa] (?:agli|ai|solo agli) (?:utenti )?abbonati|abbonati (?:ora |subito )?(?:per|e) (?:leggere|continu)"
    r"|(?:sei|hai) già (?:un )?abbona\w+|per continuare (?:a leggere|la lettura)",
    r"exclusiv[oa] (?:para|de|a) assinantes|assine (?:já |agora )?(?:para|e) (?:ler|continu|leia)|já é assinante"
    r"|para continuar (?:a ler|lendo)|faça login para (?:ler|continuar)",
    r"(?:alleen|exclusief) (?:voor|toegankelijk voor) abonnees|(?:al|reeds) abonnee|word (?:nu )?abonnee|verder lezen\?"
    r"|log in om (?:verder te lezen|dit artikel)|neem (?:nu )?een abonnement",
    r"(?:endast|bara|kun|bare) för prenumeranter|(?:kun|bare) for abonnenter|(?:redan|allerede|er du) (?:prenumerant"
    r"|abonnent|kunde)"
    r"|(?:logga|logg|log) (?:in|inn|ind) (?:för att|for å|for at) (?:läsa|lese|læse)|bli(?:v)? (?:prenumerant|abonnent)",
    r"(?:tylko|wyłącznie) dla (?:prenumeratorów|subskrybentów|zalogowanych)|(?:wykup|kup) (?:dostęp|prenumeratę|subskrypcję)"
    r"|(?:aby|żeby) (?:czytać|przeczytać) (?:dalej|cały|więcej)|masz już (?:dostęp|prenumeratę)|pouze pro předplatitele"
    r"|již předplatitel",
    r"(?:только|лишь) (?:для подписчиков|по подписке|подписчикам)|оформите подписку|уже (?:подписаны|есть подписка)"
    r"|чтобы (?:читать|прочитать) (?:дальше|далее|полностью|весь)|(?:лише|тільки) (?:для передплатників|за передплатою)"
    r"|оформіть (?:передплату|підписку)|щоб (?:читати|прочитати) (?:далі|повністю)",
    r"(?:구독자|유료 ?회원|회원)(?:만| ?전용)|(?:구독|로그인|회원 ?가입)\s?(?:하고|하시면|후|을 하시면)[^.!?\n]{0,30}(?:읽"
    r"|전문|전체|이용|보실)"
    r"|(?:有料)?会員(?:限定|のみ|になると)|続き(?:を読む|をお読みいただく)には|残り\s?[\d,]+\s?文字|会員登録(?:すると"
    r"|で)[^。\n]{0,20}(?:読め|続き)"
    r"|(?:仅限|僅限)(?:订阅|訂閱|会员|會員)|订阅(?:后|以)(?:继续)?阅读|訂閱(?:後|以)(?:繼續)?閱讀|abonelere özel"
    r"|okumaya devam etmek için",
)
#: Names of the boxes that stand before the rest of a text.
WALL_NAME = re.compile(
    r"(?i)(?:^|[\s_-])(?:pay-?wall|reg(?:istration)?-?wall|subscri(?:ber|ption)-?(?:wall|only|gate)|meter(?:ed)?-?wall"
    r"|abo-?wall"
    r"|premium-?(?:wall|gate|barrier|lock)|piano-?(?:offer|inline)|paid-?(?:barrier|content-?gate)|content-?gate"
    r"|article-?lock(?:ed)?)"
    r"(?:$|[\s_-])|paywall"
)
