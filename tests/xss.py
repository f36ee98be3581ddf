"""Strings that try to make a page act, and what to look for in a page when they were let in."""

from __future__ import annotations

from lxml.html import HtmlElement

CORPUS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "</script><script>alert(1)</script>",
    "<script>\nalert(1)\n</script",
    "<script/x>alert(1)</script>",
    "<<script>alert(1);//<</script>",
    "<img src=x onerror=alert(1)>",
    '<img src="x" onerror="alert(1)" />',
    "<IMG SRC=`javascript:alert(1)`>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "\"onmouseover=alert(1) x=\"",
    "' onfocus=alert(1) autofocus '",
    "\" autofocus onfocus=\"alert(1)",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<math href=javascript:alert(1)>x</math>",
    "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>",
    "<annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml>",
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<applet code=x></applet>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=javascript:alert(1)>",
    "<style>@import '//evil.example/x.css';</style>",
    "<style>*{background:url(javascript:alert(1))}</style>",
    '<p style="background:url(javascript:alert(1))">x</p>',
    '<div style="width:expression(alert(1))">x</div>',
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1) autofocus><option>x</select>",
    "<textarea onfocus=alert(1) autofocus></textarea>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</pre><script>alert(1)</script>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=\"1.0\"?><script>alert(1)</script>",
    "<a href=javascript:alert(1)>x</a>",
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "&#x6A;avascript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript:msgbox(1)",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](https://a.org/\"onmouseover=alert(1)//)",
    "[x](https://a.org 'x\" onmouseover=\"alert(1)')",
    "![x](https://a.org/x.png\"onerror=\"alert(1))",
    "![x\" onerror=\"alert(1)](https://a.org/x.png)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<https://a.org/\"onclick=alert(1)>",
    "https://a.org/\"onclick=\"alert(1)",
    "https://a.org/<script>alert(1)</script>",
    "```\"onclick=alert(1)\n<script>alert(1)</script>\n```",
    "``` x\" onclick=\"alert(1)\n```",
    "$<script>alert(1)</script>$",
    "$$\\text{<img src=x onerror=alert(1)>}$$",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\style{background:url(javascript:alert(1))}{x}$",
    "$\\class{x\" onclick=\"alert(1)}{x}$",
    "$\\unicode{<script>}$ \\(\\def\\x{<script>alert(1)</script>}\\x\\)",
    "$x$<img src=x onerror=alert(1)>$y$",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "＜script＞alert(1)＜/script＞",
    "@ada<script>alert(1)</script>",
    "@\"><script>alert(1)</script>",
    "{{ 7*7 }}{% load x %}",
    "</b></p></div></li></ol><script>alert(1)</script>",
    "\u202e<script>alert(1)</script>",
    "<script>alert(1)</script>\u2028",
)  # fmt: skip

ELEMENTS = frozenset(
    ("script", "style", "iframe", "object", "embed", "applet", "base", "link", "meta", "form", "svg", "img", "video")
)
ADDRESSES = frozenset(("href", "src", "action", "formaction", "data", "xlink:href", "srcdoc", "background", "poster"))


def dangers(part: HtmlElement, known: frozenset[str] = frozenset()) -> list[str]:
    """What of this part of a page could act: elements but those `known` to be ours, handlers, styles, addresses."""
    found = []
    for element in part.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in ELEMENTS - known:
            found.append(f"<{element.tag}>")
        for name, value in element.attrib.items():
            scheme = "".join(value.split()).lower().partition(":")[0]
            acts = name in ADDRESSES and ":" in value and scheme in {"javascript", "data", "vbscript", "file"}
            if name.startswith("on") or name == "style" or acts:
                found.append(f"{element.tag} {name}={value}")
    return found
