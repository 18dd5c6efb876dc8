"""Texts that try to be more than text, wherever a user, a post or a scenario may have one."""

from __future__ import annotations

MARKUP = "</script><script>window.broken = 1</script><img src=x onerror=window.broken=1>"
"""Ends a script, begins another, and has an image that fails."""

TEXTS = (
    MARKUP,
    "<!-- <script> \u2028 \u2029 \x01 ${name} $plotly &lt;b&gt; <a href='javascript:window.broken=1'>me</a>",
    "]]></style></body></html>{{7*7}} %{x} <b onmouseover=window.broken=1>bold</b>",
)
