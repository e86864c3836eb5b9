"""The chart's ``README.md``: the table of all values."""

from __future__ import annotations

import json

from helm.values.base import Values
from helm.values.settings import service_settings
from helm.writing.walking import Entry, entries

_HEAD = """\
# Chart of Qingsheng

Mandarin speech with emotion, as an HTTP service: api, worker, web page and two Redis. For Kubernetes 1.27 and
newer, Helm 3 and 4. From nothing to speaking: [deploy.md](../../docs/deploy.md).

```bash
helm install qingsheng helm/qingsheng --namespace tts --create-namespace --wait
helm test qingsheng --namespace tts --logs
```

`make chart` writes this page, `values.yaml` and `values.schema.json` from `helm/values/`. A value that is
not in the table is refused.

## Values

| Value | Default | |
|---|---|---|
"""

_SETTINGS = """
## Settings

What `settings` may hold; numbers, `true` and `false` are written without quotes. Other values stand for
`TTS_MODEL`, `TTS_MODEL_REVISION`, `TTS_LEXICON`, `TTS_CACHE_URL`, `TTS_JOBS_URL`, `TTS_API_KEYS` and
`TTS_CALLBACK_SECRET`; `TTS_PORT` and `TTS_CACHE_DIR` are the chart's.

| Setting | Is |
|---|---|
"""


def readme(values: Values) -> str:
    """The text of the file."""
    rows = [_group(entry) if entry.group else _row(entry) for entry in entries(values)]
    settings = [f"| `{name}` | {about['description']} |" for name, about in service_settings().items()]
    return _HEAD + "\n".join(rows) + "\n" + _SETTINGS + "\n".join(settings) + "\n"


def _group(entry: Entry) -> str:
    return f"| **`{'.'.join(entry.path)}`** | | {entry.description} |"


def _row(entry: Entry) -> str:
    default = json.dumps(entry.default, ensure_ascii=False)
    shown = f"`{default}`" if len(default) <= _LONGEST else "see `values.yaml`"
    description = entry.description.replace("|", "\\|")
    return f"| `{'.'.join(entry.path)}` | {shown} | {description} |"


_LONGEST = 40
