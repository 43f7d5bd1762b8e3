"""The page behind the link of the first administrator: a name, a login, a password.

The token stands behind the ``#`` of the address, which no browser sends and no log sees; the
script of the page puts it into the request. Plain HTML, no inline script, nothing from elsewhere.
"""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

__all__ = [
    "page",
    "router",
    "script",
    "style",
]

router = APIRouter(include_in_schema=False)

_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGE: Final = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>设定管理员 · 当量绩效核算</title>
<link rel="stylesheet" href="/first.css">
<script src="/first.js" defer></script>
</head>
<body>
<main>
<h1>设定管理员</h1>
<p>这个链接只能用一次。管理员管理用户和密钥，看不到绩效数据。</p>
<form id="form">
<label for="name">姓名</label>
<input id="name" name="name" required maxlength="100" autocomplete="name">
<label for="login">登录名</label>
<input id="login" name="login" required maxlength="100" autocomplete="username">
<label for="password">密码（至少 12 个字符）</label>
<input id="password" name="password" type="password" required minlength="12" maxlength="128"
 autocomplete="new-password">
<button id="send" type="submit">设定</button>
</form>
<p id="said" role="status" aria-live="polite"></p>
</main>
</body>
</html>
"""
_STYLE: Final = """body{font-family:system-ui,"Noto Sans SC","Microsoft YaHei",sans-serif;margin:0;
color:#1a1a1a;background:#f5f6f8}main{max-width:26rem;margin:2rem auto;padding:1.5rem;
background:#fff;border:1px solid #c9ced6;border-radius:6px}h1{font-size:1.3rem;margin-top:0}
label{display:block;margin-top:.9rem}input{width:100%;box-sizing:border-box;padding:.5rem;
font-size:1rem;border:1px solid #767d89;border-radius:4px}button{
margin-top:1.2rem;padding:.6rem 1.4rem;font-size:1rem;background:#0b57a4;color:#fff;
border:0;border-radius:4px}
button:disabled{background:#5c6673}
button:focus,input:focus{outline:3px solid #b35c00;outline-offset:2px}
#said{min-height:1.5em;white-space:pre-line}
"""
_SCRIPT: Final = """(function () {
  "use strict";
  var form = document.getElementById("form"), said = document.getElementById("said");
  var button = document.getElementById("send");
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (button.disabled) { return; }
    button.disabled = true;  // the link works once: a second click would be told that it is over
    said.textContent = "请稍候……";
    var body = { token: location.hash.slice(1) };
    ["name", "login", "password"].forEach(function (key) { body[key] = form.elements[key].value; });
    fetch("/v1/first-administrator", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body)
    }).then(function (answer) {
      return answer.json().then(function (told) {
        if (answer.ok) {
          form.hidden = true;
          said.textContent = "已设定，并已登录。请记好登录名和密码。";
          return;
        }
        said.textContent = told.errors.map(function (one) { return one.detail; }).join("\\n");
      });
    }).catch(function () {
      said.textContent = "服务没有应答，请稍后再试。";
    }).then(function () { button.disabled = form.hidden; });
  });
})();
"""


def _answer(text: str, kind: str) -> Response:
    return Response(text, headers={"Content-Security-Policy": _CSP}, media_type=kind)


@router.get("/first")
def page() -> Response:
    """The form."""
    return _answer(_PAGE, "text/html; charset=utf-8")


@router.get("/first.css")
def style() -> Response:
    """Its style."""
    return _answer(_STYLE, "text/css; charset=utf-8")


@router.get("/first.js")
def script() -> Response:
    """Its script."""
    return _answer(_SCRIPT, "text/javascript; charset=utf-8")
