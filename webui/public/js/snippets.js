// The current request as code that works when it is pasted.

import { byId, make } from "./dom.js";
import { fields } from "./settings.js";
import { ROOT } from "./api.js";
import { tell } from "./news.js";

const KEY = "QINGSHENG_API_KEY"; // the variable that snippets read a key from: none is ever copied

// What OpenAI's clients call our fields, and what they have no name for.
const OPENAI_FORMATS = { ogg: "opus" };

const WRITERS = { curl, Python: python, OpenAI: openai };

export class Snippets {
  #language = "curl";

  // `current` gives {text, settings}.
  constructor({ current, key }) {
    Object.assign(this, { current, key });
    const button = (name) =>
      make("button", { type: "button", class: "chip", "data-language": name, onclick: () => this.#choose(name) }, name);
    byId("code-languages").replaceChildren(...Object.keys(WRITERS).map(button));
    byId("copy").addEventListener("click", () => this.#copy());
    this.show();
  }

  show() {
    for (const button of byId("code-languages").children) {
      button.setAttribute("aria-pressed", String(button.dataset.language === this.#language));
    }
    const { text, settings } = this.current();
    byId("snippet").textContent = WRITERS[this.#language](text, settings, Boolean(this.key.value));
  }

  #choose(language) {
    this.#language = language;
    this.show();
  }

  async #copy() {
    await copied(byId("snippet").textContent);
    tell("news.copied");
  }
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not over plain HTTP; the old way is to copy what is selected.
    const box = make("textarea", { class: "unseen" });
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
    byId("copy").focus();
  }
}

export function curl(text, settings, keyed) {
  const body = JSON.stringify({ text, ...fields(settings) });
  const lines = [
    `curl -fsS ${ROOT}tts`,
    ...(keyed ? [`  -H "Authorization: Bearer $${KEY}"`] : []),
    "  -H 'Content-Type: application/json'",
    `  -d ${quoted(body)}`,
    `  -o speech.${settings.format}`,
  ];
  return lines.join(" \\\n");
}

export function python(text, settings, keyed) {
  const headers = keyed ? `{"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["${KEY}"]}` : `{"Content-Type": "application/json"}`;
  return `import json
${keyed ? "import os\n" : ""}import urllib.request

body = ${dictionary({ text, ...fields(settings) })}
headers = ${headers}
request = urllib.request.Request("${ROOT}tts", json.dumps(body).encode(), headers)
with urllib.request.urlopen(request) as response, open("speech.${settings.format}", "wb") as file:
    file.write(response.read())
`;
}

export function openai(text, settings, keyed) {
  const { voice, speed, format, ...more } = fields(settings);
  const named = [
    '    model="gpt-4o-mini-tts",',
    `    voice=${JSON.stringify(voice ?? "alloy")},`,
    `    input=${JSON.stringify(text)},`,
    `    response_format=${JSON.stringify(OPENAI_FORMATS[settings.format] ?? settings.format)},`,
    ...(speed === undefined ? [] : [`    speed=${speed},`]),
    ...(Object.keys(more).length ? [`    extra_body=${dictionary(more)},`] : []),
  ];
  return `${keyed ? "import os\n\n" : ""}from openai import OpenAI

client = OpenAI(base_url="${ROOT}v1", api_key=${keyed ? `os.environ["${KEY}"]` : '"none"'})
client.audio.speech.create(
${named.join("\n")}
).write_to_file("speech.${settings.format}")
`;
}

// A POSIX shell's quotes.
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

// JSON strings and numbers are Python's as well; nothing else comes up.
function dictionary(values) {
  const pairs = Object.entries(values).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{${pairs.join(", ")}}`;
}
